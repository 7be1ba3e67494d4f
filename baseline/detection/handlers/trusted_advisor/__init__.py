"""Code of the Trusted Advisor function: standard library and boto3 only, entry in ``index``."""
