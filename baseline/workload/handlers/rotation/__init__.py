"""Code of the rotation of secrets: standard library and boto3 only, entry in ``index``."""
