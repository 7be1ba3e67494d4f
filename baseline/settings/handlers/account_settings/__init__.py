"""Code of the account-settings function: standard library and boto3 only, entry in ``index``."""
