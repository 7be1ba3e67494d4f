"""Code of the export of bills of materials: standard library and boto3 only, entry in ``index``."""
