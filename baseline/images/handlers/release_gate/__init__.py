"""Code of the release gate: standard library and boto3 only, entry in ``index``."""
