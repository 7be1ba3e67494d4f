"""Handlers of root credentials: look in every account, ask, remove what was approved."""
