"""What stands in the way of the first deployment: read-only looks at live accounts.

boto3 is an extra: the modules beside this are imported by the command only.
"""
