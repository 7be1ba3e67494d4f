"""Backups of the organization: a vault and a role in every account, copies, tests, reports."""
