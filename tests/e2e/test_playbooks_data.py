"""Malware that a scan finds in a member's bucket is read by nobody else, and waits for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.messages import Inbox, record
from tests.e2e.organization import Organization

SECONDS = 35
REGION = "eu-central-1"
BUCKET = "e2e-uploads"
KEY = "in/invoice.exe"


@pytest.fixture
def critical(organization: Organization) -> Iterator[Inbox]:
    inbox = Inbox(organization, "critical")
    yield inbox
    inbox.close()


def member(organization: Organization) -> str:
    found = organization.session.configuration.members["payments-test"].id
    assert found
    return found


@pytest.fixture
def version(organization: Organization) -> Iterator[str]:
    """A version of an object in the member account, and its bucket without anything else."""
    s3 = organization.client("s3", member(organization), REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    made = s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"malware")["VersionId"]
    yield made
    s3.delete_object(Bucket=BUCKET, Key=KEY, VersionId=made)
    s3.delete_bucket(Bucket=BUCKET)


def sids(s3: Any) -> list[str]:
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    except ClientError:
        return []
    return [each["Sid"] for each in policy["Statement"]]


def test_malware_is_contained_in_the_members_account(
    organization: Organization, critical: Inbox, version: str
) -> None:
    account = member(organization)
    s3 = organization.client("s3", account, REGION)

    record(
        organization,
        account,
        REGION,
        source="aws.guardduty",
        detail_type="GuardDuty Malware Protection Object Scan Result",
        detail={
            "schemaVersion": "1.0",
            "scanStatus": "COMPLETED",
            "resourceType": "S3_OBJECT",
            "s3ObjectDetails": {"bucketName": BUCKET, "objectKey": KEY, "versionId": version},
            "scanResultDetails": {
                "scanResultStatus": "THREATS_FOUND",
                "threats": [{"name": "EICAR-Test-File (not a virus)"}],
            },
        },
    )

    told = critical.texts(wanted="Delete this version", seconds=SECONDS)
    assert "Answer needed" in told
    tags = s3.get_object_tagging(Bucket=BUCKET, Key=KEY, VersionId=version)["TagSet"]
    assert {"Key": "SecurityBaselineQuarantine", "Value": "malware"} in tags
    assert sids(s3) == ["SecurityBaselineNoMalware", "SecurityBaselineNoThreats"]
    listed = s3.list_object_versions(Bucket=BUCKET, Prefix=KEY)["Versions"]
    assert [each["VersionId"] for each in listed] == [version], "only a person deletes it"
