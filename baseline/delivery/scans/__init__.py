"""Security scans of source, dependencies and running applications, with kept tools as engines."""
