"""The report of a baseline as one HTML page: what is set up, what is on, what is let off, what it costs."""
