"""Code of the membership function: standard library and boto3 only, entry in ``index``."""
