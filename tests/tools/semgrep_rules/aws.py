# Cases of `aws.yaml`: `ruleid` says that the next line has to be found, `ok` that it may not.
import logging
import os
import subprocess

import aws_cdk.aws_iam as iam
import boto3

logger = logging.getLogger()

# ruleid: aws-hardcoded-access-key
key = "AKIAQ7RN4T2WZ6MX3KDV"
# ruleid: aws-hardcoded-access-key
boto3.client("s3", aws_secret_access_key="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")
# ok: aws-hardcoded-access-key
boto3.client("s3", aws_secret_access_key=os.environ["KEY"])
# ok: aws-hardcoded-access-key
name = "AKIANOTAKEY"

s3 = boto3.client("s3")
# ruleid: aws-public-object
s3.put_object(Bucket="x", Key="y", Body=b"", ACL="public-read")
# ruleid: aws-public-object
s3.upload_file("a", "x", "y", ExtraArgs={"ACL": "public-read"})
# ok: aws-public-object
s3.put_object(Bucket="x", Key="y", Body=b"", ACL="bucket-owner-full-control")

# ruleid: aws-long-lived-url
s3.generate_presigned_url("get_object", Params={"Bucket": "x"}, ExpiresIn=86400)
# ok: aws-long-lived-url
s3.generate_presigned_url("get_object", Params={"Bucket": "x"}, ExpiresIn=900)

# ruleid: aws-plain-endpoint
boto3.client("sqs", use_ssl=False)
# ok: aws-plain-endpoint
boto3.client("sqs")


def secrets():
    value = boto3.client("secretsmanager").get_secret_value(SecretId="x")["SecretString"]
    # ruleid: aws-logged-secret
    print(value)
    # ruleid: aws-logged-secret
    logger.info("the value is %s", value)
    # ok: aws-logged-secret
    logger.info("the value was read")


# ruleid: aws-wildcard-policy
statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# ok: aws-wildcard-policy
statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
# ok: aws-wildcard-policy
statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}
# ruleid: aws-wildcard-policy
iam.PolicyStatement(actions=["*"], resources=["*"])


def handler(event, context):
    # ruleid: aws-unchecked-event
    os.system("convert " + event["detail"]["object"]["key"])
    # ok: aws-unchecked-event
    subprocess.run(["convert", event["detail"]["object"]["key"]])
