"""VULNERABLE ON PURPOSE: how not to hand out reports. Nothing runs this file; scanners read it."""

import boto3
import requests
import yaml

ACCESS_KEY = "AKIAQ7RN4T2WZ6MX3KDV"  # planted: hardcoded-access-key
SECRET_KEY = "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"  # planted: hardcoded-secret-key


def publish(name, body):
    client = boto3.client("s3", aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)
    client.put_object(Bucket="reports", Key=name, Body=body, ACL="public-read")  # planted: public-object
    return client.generate_presigned_url("get_object", {"Bucket": "reports", "Key": name}, 604800)  # planted: long-lived-url


def settings(text):
    return yaml.load(text, Loader=yaml.Loader)  # planted: unsafe-yaml


def notify(url):
    return requests.post(url, timeout=5, verify=False)  # planted: no-certificate-check
