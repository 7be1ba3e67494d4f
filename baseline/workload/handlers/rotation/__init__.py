"""Code of the open-port closer: standard library and boto3 only, entry in ``index``."""
