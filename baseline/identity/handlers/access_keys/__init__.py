"""Handler of the access key sweep: warns, rotates, deactivates, deletes."""
