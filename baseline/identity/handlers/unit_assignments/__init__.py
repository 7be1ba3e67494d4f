"""Code of the assignment job: standard library and boto3 only, entry in ``index``."""
