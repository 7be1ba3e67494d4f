"""Handler of the finding archive."""
