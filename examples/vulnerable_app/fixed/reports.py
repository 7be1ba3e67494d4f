"""How to hand out reports: credentials of the role, private objects, short addresses."""

import boto3
import requests
import yaml


def publish(name, body):
    client = boto3.client("s3")
    client.put_object(Bucket="reports", Key=name, Body=body, ServerSideEncryption="aws:kms")
    return client.generate_presigned_url("get_object", {"Bucket": "reports", "Key": name}, 900)


def settings(text):
    return yaml.safe_load(text)


def notify(url):
    return requests.post(url, timeout=5)
