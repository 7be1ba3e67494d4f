"""What exists in live accounts, read without changing anything.

boto3 is an extra: the modules beside this are imported by commands only.
"""
