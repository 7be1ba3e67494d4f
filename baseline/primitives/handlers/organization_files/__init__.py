"""Code of the package function: standard library and boto3 only, entry in ``index``."""
