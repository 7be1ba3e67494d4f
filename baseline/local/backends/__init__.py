"""Answers of our own to API operations that neither emulator has; state per account and Region."""
