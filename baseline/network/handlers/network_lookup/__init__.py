"""Handler of the custom resource DefaultSecurityGroup."""
