"""The first files of a new user's directory: what is asked, what is found, what is written."""
