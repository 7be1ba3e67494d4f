"""Code of the lookup functions: standard library and boto3 only, entries in ``index``."""
