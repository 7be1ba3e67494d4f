"""What happened, and where nobody can change it: the log archive, the trail, the Config recorder."""
