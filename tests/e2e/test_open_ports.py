"""A port that somebody opens to the internet in a member account closes itself."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.messages import Inbox, record
from tests.e2e.organization import Organization

SECONDS = 30
REGION = "eu-central-1"
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]
OFFICE = [{"CidrIp": "203.0.113.0/24"}]


@pytest.fixture
def high(organization: Organization) -> Iterator[Inbox]:
    inbox = Inbox(organization, "high")
    yield inbox
    inbox.close()


def member(organization: Organization) -> str:
    found = organization.session.configuration.members["payments-test"].id
    assert found
    return found


def ssh(ranges: list[dict[str, str]]) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}


def ranges(ec2: Any, group: str) -> list[str]:
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    return sorted(each["CidrIp"] for rule in found["IpPermissions"] for each in rule["IpRanges"])


@pytest.fixture
def group(organization: Organization) -> Iterator[str]:
    ec2 = organization.client("ec2", member(organization), REGION)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[ssh(ANYWHERE), ssh(OFFICE)])
    yield made
    # A new VPC's default group is open until the reconciler's next visit, which others verify.
    ec2.delete_security_group(GroupId=made)
    ec2.delete_vpc(VpcId=vpc)


def test_an_opened_port_is_closed_kept_and_told(
    organization: Organization, high: Inbox, group: str
) -> None:
    account = member(organization)
    ec2 = organization.client("ec2", account, REGION)

    record(
        organization,
        account,
        REGION,
        source="aws.ec2",
        detail_type="AWS API Call via CloudTrail",
        detail={
            "eventSource": "ec2.amazonaws.com",
            "eventName": "AuthorizeSecurityGroupIngress",
            "eventID": "opened",
            "awsRegion": REGION,
            "recipientAccountId": account,
            "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{account}:role/dev"},
            "requestParameters": {"groupId": group},
        },
    )

    told = high.texts(wanted=group, seconds=SECONDS)
    assert "was open and is closed now" in told
    deadline = time.monotonic() + SECONDS
    while ranges(ec2, group) != ["203.0.113.0/24"] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert ranges(ec2, group) == ["203.0.113.0/24"]
    # Other tests open ports, too.
    kept = [entry for entry in evidence(organization) if entry["group"] == group]
    assert [(entry["state"], entry["source"]) for entry in kept] == [("closed", "0.0.0.0/0")]


def evidence(organization: Organization) -> list[dict[str, Any]]:
    s3 = organization.client("s3", organization.names.security)
    found = []
    for bucket in s3.list_buckets()["Buckets"]:
        listed = s3.list_objects_v2(Bucket=bucket["Name"], Prefix="open-ports/")
        for item in listed.get("Contents", []):
            body = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
            found += json.loads(body)
    return found
