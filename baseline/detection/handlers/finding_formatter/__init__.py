"""Code of the finding formatter: standard library and boto3 only, entry in ``index``."""
