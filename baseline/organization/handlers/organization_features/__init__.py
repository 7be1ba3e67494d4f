"""Code of the OrganizationFeatures functions: standard library and boto3 only, entry in ``index``."""
