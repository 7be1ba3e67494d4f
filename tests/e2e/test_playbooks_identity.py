"""A stolen access key and a stolen session are contained in the member account."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.messages import record
from tests.e2e.organization import Organization

SECONDS = 60
REGION = "eu-central-1"
EVENTS = Path(__file__).parents[1] / "unit" / "response" / "events"
POLICY = "secbase-sessions-revoked"


def member(organization: Organization) -> str:
    found = organization.session.configuration.members["payments-test"].id
    assert found
    return found


def tell(organization: Organization, name: str, **replaced: str) -> None:
    """Let GuardDuty's administrator tell a recorded finding."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    account = member(organization)
    for old, new in {"555555555555": account, **replaced}.items():
        text = text.replace(old, new)
    record(
        organization,
        organization.names.security,
        REGION,
        source="aws.guardduty",
        detail_type="GuardDuty Finding",
        detail=json.loads(text)["detail"],
    )


def eventually(found: Callable[[], object], wanted: object) -> None:
    deadline = time.monotonic() + SECONDS
    while found() != wanted and time.monotonic() < deadline:
        time.sleep(0.3)
    assert found() == wanted


@pytest.fixture
def iam(organization: Organization) -> Any:
    return organization.client("iam", member(organization))


@pytest.fixture
def key(organization: Organization) -> Iterator[str]:
    # Guardrails deny users to everybody else.
    emergency = organization.session.configuration.break_glass.role
    iam = organization.client("iam", member(organization), role=emergency)
    iam.create_user(UserName="alice")
    made = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    yield made
    for policy in iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]:
        iam.detach_user_policy(UserName="alice", PolicyArn=policy["PolicyArn"])
    for name in iam.list_user_policies(UserName="alice")["PolicyNames"]:
        iam.delete_user_policy(UserName="alice", PolicyName=name)
    iam.delete_access_key(UserName="alice", AccessKeyId=made)
    iam.delete_user(UserName="alice")


def test_a_stolen_key_is_inactive_and_its_user_in_quarantine(
    organization: Organization, iam: Any, key: str
) -> None:
    tell(organization, "guardduty-iam-user", AKIAIOSFODNN7EXAMPLE=key)

    def state() -> list[object]:
        keys = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
        attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
        return [
            [each["Status"] for each in keys],
            iam.list_user_policies(UserName="alice")["PolicyNames"],
            [each["PolicyName"] for each in attached],
        ]

    eventually(state, [["Inactive"], [POLICY], ["AWSCompromisedKeyQuarantineV3"]])


@pytest.fixture
def role_id(iam: Any) -> Iterator[str]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "ec2.amazonaws.com"},
            }
        ],
    }
    made = iam.create_role(RoleName="shop-web", AssumeRolePolicyDocument=json.dumps(trust))
    yield made["Role"]["RoleId"]
    for name in iam.list_role_policies(RoleName="shop-web")["PolicyNames"]:
        iam.delete_role_policy(RoleName="shop-web", PolicyName=name)
    iam.delete_role(RoleName="shop-web")


def test_a_stolen_session_is_revoked(organization: Organization, iam: Any, role_id: str) -> None:
    tell(organization, "guardduty-assumed-role", AROAIOSFODNN7EXAMPLE=role_id)
    eventually(lambda: iam.list_role_policies(RoleName="shop-web")["PolicyNames"], [POLICY])
    document = iam.get_role_policy(RoleName="shop-web", PolicyName=POLICY)["PolicyDocument"]
    assert "aws:TokenIssueTime" in json.dumps(document)
