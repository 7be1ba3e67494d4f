"""Code of the patch report: standard library and boto3 only, entry in ``index``."""
