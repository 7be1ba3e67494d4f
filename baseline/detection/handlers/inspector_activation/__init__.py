"""Code of the Inspector activation functions: standard library and boto3 only, entry in ``index``."""
