"""The scheduled collection of evidence; Lambda loads it from this folder, the command as a package."""
