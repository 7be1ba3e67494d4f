"""A SIEM fetches a log with its role, and gets findings, activity and the trail sent to it."""

from __future__ import annotations

import base64
import gzip
import json
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.messages import record
from tests.e2e.organization import Organization
from tests.e2e.siem import EXTERNAL_ID, VENDOR, collecting

SECONDS = 20
STRANGER = "474747474747"
FINDING = "GuardDuty Finding"


def take_role(organization: Organization, account: str, external_id: str) -> dict[str, str]:
    """Open a session of the reader role from an account outside the organization."""
    answer = organization.client("sts", account).assume_role(
        RoleArn=organization.names.siem_reader_role_arn,
        RoleSessionName="siem",
        ExternalId=external_id,
    )["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def outputs(organization: Organization, stack: str, account: str) -> dict[str, str]:
    """Give what the runbook says to copy: the outputs of a stack."""
    client = organization.client("cloudformation", account)
    (found,) = client.describe_stacks(StackName=f"secbase-{stack}")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def find(organization: Organization, title: str, region: str) -> None:
    """Let GuardDuty publish a finding."""
    record(
        organization,
        organization.names.security,
        region,
        source="aws.guardduty",
        detail_type=FINDING,
        detail={"id": title, "title": title, "severity": 2.0, "service": {"archived": False}},
    )


def test_the_vendor_is_told_of_a_new_log_and_reads_it(organization: Organization) -> None:
    names = organization.names
    session = take_role(organization, VENDOR, EXTERNAL_ID)
    options: dict[str, Any] = {
        "endpoint_url": organization.access.endpoint,
        "region_name": organization.home,
        "config": Config(s3={"addressing_style": "path"}),
        **session,
    }
    sqs, s3 = boto3.client("sqs", **options), boto3.client("s3", **options)
    queue = outputs(organization, "log-archive", names.log_archive)["SiemCloudTrailQueue"]
    sqs.purge_queue(QueueUrl=queue)
    key = (
        f"AWSLogs/{names.organization_id}/555555555555/CloudTrail/eu-west-1/2026/11/22/siem.json.gz"
    )
    log = gzip.compress(b'{"Records": [{"eventName": "ConsoleLogin"}]}')
    writer = organization.client("s3", names.log_archive)
    writer.put_object(Bucket=names.cloudtrail_bucket, Key=key, Body=log)

    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    (told,) = json.loads(message["Body"])["Records"]
    assert told["s3"]["bucket"]["name"] == names.cloudtrail_bucket
    read = s3.get_object(Bucket=told["s3"]["bucket"]["name"], Key=told["s3"]["object"]["key"])
    assert gzip.decompress(read["Body"].read()).startswith(b'{"Records"')
    assert read["ServerSideEncryption"] == "aws:kms"
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0)


def test_the_reader_role_is_for_the_vendor_with_our_external_id_alone(
    organization: Organization,
) -> None:
    for account, external_id in ((VENDOR, "us1-another-customer"), (STRANGER, EXTERNAL_ID)):
        with pytest.raises(ClientError, match="not authorized"):
            take_role(organization, account, external_id)


def test_findings_activity_and_the_trail_arrive_with_the_token(
    organization: Organization, tmp_path: Path
) -> None:
    names = organization.names
    secret = outputs(organization, "siem", names.security)["SiemToken"]
    token = json.dumps({"api_key": "entered-by-a-person"})
    secrets = organization.client("secretsmanager", names.security)
    secrets.put_secret_value(SecretId=secret, SecretString=token)
    logs = organization.client("logs", names.management)
    group = {"logGroupName": names.trail_log_group, "logStreamName": "siem"}
    logs.create_log_stream(**group)

    with collecting(organization, tmp_path) as collector:
        find(organization, "a scan in Frankfurt", "eu-central-1")
        assert "a scan in Frankfurt" in collector.text("a scan in Frankfurt", SECONDS)
        record(
            organization,
            "555555555555",
            "eu-west-1",
            source="aws.cloudtrail",
            detail_type="AWS API Call via CloudTrail",
            detail={
                "eventSource": "cloudtrail.amazonaws.com",
                "eventName": "StopLogging",
                "eventID": "stopped",
                "userIdentity": {"type": "AssumedRole"},
            },
        )
        assert "StopLogging" in collector.text("StopLogging", SECONDS)
        event = {"timestamp": int(time.time() * 1000), "message": '{"eventName": "CreateUser"}'}
        logs.put_log_events(**group, logEvents=[event])
        assert '{"eventName": "CreateUser"}\n' in collector.text("CreateUser", SECONDS)
    assert collector.tokens == {"entered-by-a-person"}


def test_what_the_siem_does_not_take_lies_in_the_failure_bucket(
    organization: Organization,
) -> None:
    find(organization, "while nobody listens", "eu-west-1")

    s3 = organization.client("s3", organization.names.security)
    buckets = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    (bucket,) = [name for name in buckets if "siem" in name and "accesslogs" not in name]
    prefix = "findings/http-endpoint-failed/"
    kept: list[dict[str, Any]] = []
    deadline = time.monotonic() + SECONDS
    while not kept and time.monotonic() < deadline:
        for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            lines = [json.loads(line) for line in gzip.decompress(body).splitlines()]
            kept += [one for one in lines if "while nobody" in _raw(one)]
        time.sleep(0.1)
    assert kept[0]["errorCode"] == "HttpEndpoint.DestinationException"


def _raw(line: dict[str, Any]) -> str:
    return base64.b64decode(line["rawData"]).decode()
