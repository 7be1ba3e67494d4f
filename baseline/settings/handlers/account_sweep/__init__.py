"""Code of the sweep functions: standard library and boto3 only, entries in ``index``."""
