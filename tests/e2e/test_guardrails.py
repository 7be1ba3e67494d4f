"""A guardrail is felt: a call that it denies fails with its name, and the exempt role passes."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.organization import Organization


def attached_policies(organization: Organization) -> set[str]:
    client = organization.client("organizations", organization.access.management)
    policies = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    return {each["Id"] for each in policies if not each["AwsManaged"]}


def refusal(call: Any, **arguments: object) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] in {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
    return str(error["Message"])


def test_an_administrator_cannot_delete_a_detector(organization: Organization) -> None:
    client = organization.client("guardduty", organization.names.security)
    detector = client.list_detectors()["DetectorIds"][0]

    message = refusal(client.delete_detector, DetectorId=detector)

    assert "guardduty:DeleteDetector" in message
    assert any(policy in message for policy in attached_policies(organization))
    assert client.get_detector(DetectorId=detector)["Status"] == "ENABLED"


def test_an_administrator_cannot_open_the_log_bucket(organization: Organization) -> None:
    client = organization.client("s3", organization.names.log_archive)

    message = refusal(client.delete_bucket_policy, Bucket=organization.names.cloudtrail_bucket)

    assert "service control policy" in message


def test_the_exempt_role_may_do_the_same(organization: Organization, break_glass: str) -> None:
    bucket = organization.names.cloudtrail_bucket
    client = organization.client("s3", organization.names.log_archive, role=break_glass)
    policy = client.get_bucket_policy(Bucket=bucket)["Policy"]

    client.delete_bucket_policy(Bucket=bucket)
    client.put_bucket_policy(Bucket=bucket, Policy=policy)

    assert client.get_bucket_policy(Bucket=bucket)["Policy"] == policy


def test_nobody_but_a_named_user_with_a_second_factor_breaks_the_glass(
    organization: Organization, break_glass: str
) -> None:
    access = organization.access
    role = f"arn:aws:iam::{organization.names.log_archive}:role/{break_glass}"
    first, *_ = organization.session.configuration.break_glass.users
    for key, session, gets_in in (
        (f"USER{access.management}{first}", first, True),
        (f"USER{access.management}{first}", "somebody", False),
        (f"USER{access.management}anna", "anna", False),
        (f"USER{organization.names.security}{first}", first, False),
        (access.management, first, False),
    ):
        sts = boto3.client(
            "sts",
            region_name=organization.home,
            endpoint_url=access.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="local",
            config=Config(inject_host_prefix=False),
        )
        asked = {"RoleArn": role, "RoleSessionName": session}
        if gets_in:
            assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].endswith(f"/{session}")
        else:
            assert "not authorized to perform: sts:AssumeRole" in refusal(sts.assume_role, **asked)


def test_a_role_that_is_only_called_alike_is_not_exempt(
    organization: Organization, break_glass: str
) -> None:
    alike = f"{break_glass}2"
    iam = organization.client("iam", organization.names.log_archive)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{organization.access.management}:root"},
        "Action": "sts:AssumeRole",
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    iam.create_role(RoleName=alike, AssumeRolePolicyDocument=json.dumps(trust))
    client = organization.client("s3", organization.names.log_archive, role=alike)
    try:
        refusal(client.delete_bucket_policy, Bucket=organization.names.cloudtrail_bucket)
    finally:
        iam.delete_role(RoleName=alike)


def test_no_account_leaves_the_organization(organization: Organization, break_glass: str) -> None:
    for role in ("", break_glass):
        client = organization.client("organizations", organization.names.log_archive, role=role)
        assert "organizations:LeaveOrganization" in refusal(client.leave_organization)


def test_a_region_that_is_not_governed_is_closed(organization: Organization) -> None:
    assert "us-west-2" not in organization.session.configuration.regions

    closed = organization.client("ec2", organization.names.network, "us-west-2")
    governed = organization.client("ec2", organization.names.network)

    assert "ec2:CreateVpc" in refusal(closed.create_vpc, CidrBlock="10.9.0.0/16")
    assert governed.describe_vpcs()["Vpcs"]


def test_the_management_account_is_not_bound(organization: Organization) -> None:
    client = organization.client("ec2", organization.access.management, "us-west-2")

    vpc = client.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]

    client.delete_vpc(VpcId=vpc)
