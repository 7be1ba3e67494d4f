"""Game days: incidents that are rehearsed, and what has to arrive when they happen."""
