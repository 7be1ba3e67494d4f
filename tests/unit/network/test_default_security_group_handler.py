"""The handler empties a default group, repeats without harm, and always answers CloudFormation."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.handlers import attempts_of

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "baseline/network/handlers/default_security_group/index.py"
CONTEXT = SimpleNamespace(log_stream_name="stream")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("default_security_group_index", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the handler's module, with its answers kept in ``answers`` instead of sent."""
    module = load()
    module.answers = []  # type: ignore[attr-defined]

    class Sent:
        def __enter__(self) -> None:
            return None

        def __exit__(self, *_: object) -> None:
            return None

    def urlopen(request: Any, timeout: float) -> Sent:
        assert timeout > 0
        assert request.get_method() == "PUT"
        assert request.get_header("Content-type") == ""
        module.answers.append(json.loads(request.data))
        return Sent()

    monkeypatch.setattr(module.urllib.request, "urlopen", urlopen)
    return module


@pytest.fixture
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", region_name="eu-west-1")


@pytest.fixture
def group_id(ec2: Any) -> str:
    """Give the default group of a new VPC, which AWS makes with one rule in each direction."""
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/20")["Vpc"]["VpcId"]
    groups = ec2.describe_security_groups(
        Filters=[
            {"Name": "vpc-id", "Values": [vpc_id]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    )["SecurityGroups"]
    group_id = str(groups[0]["GroupId"])
    if not groups[0]["IpPermissions"]:
        ec2.authorize_security_group_ingress(
            GroupId=group_id,
            IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group_id}]}],
        )
    return group_id


def event(kind: str, group_id: str, **more: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": "https://cloudformation-custom-resource-response-euwest1.s3/x",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Resource",
        "ResourceProperties": {"SecurityGroupId": group_id},
        **more,
    }


def rules(ec2: Any, group_id: str) -> list[Any]:
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    return [*group["IpPermissions"], *group["IpPermissionsEgress"]]


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_ec2_2_every_rule_is_revoked_in_both_directions(
    index: ModuleType, ec2: Any, group_id: str, kind: str
) -> None:
    ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "somebody"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            }
        ],
    )
    assert len(rules(ec2, group_id)) == 3
    index.handler(event(kind, group_id), CONTEXT)
    assert rules(ec2, group_id) == []
    (answer,) = index.answers
    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {"Revoked": 3}
    assert answer["PhysicalResourceId"] == group_id


def test_an_empty_group_is_left_alone(index: ModuleType, ec2: Any, group_id: str) -> None:
    index.handler(event("Create", group_id), CONTEXT)
    index.handler(event("Update", group_id, PhysicalResourceId=group_id), CONTEXT)
    assert [answer["Data"]["Revoked"] for answer in index.answers] == [2, 0]
    assert rules(ec2, group_id) == []


def test_delete_opens_nothing_and_asks_nothing(
    index: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.boto3, "client", lambda *_, **__: None)
    index.handler(event("Delete", "sg-gone", PhysicalResourceId="sg-first"), CONTEXT)
    (answer,) = index.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "sg-first")


def test_a_group_that_is_no_default_group_is_refused(
    index: ModuleType, ec2: Any, group_id: str
) -> None:
    vpc_id = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]["VpcId"]
    other = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc_id)["GroupId"]
    before = rules(ec2, other)
    index.handler(event("Create", other), CONTEXT)
    assert index.answers[0]["Status"] == "FAILED"
    assert "not a default group" in index.answers[0]["Reason"]
    assert rules(ec2, other) == before


def test_a_missing_group_fails_with_its_name(index: ModuleType, ec2: Any) -> None:
    assert ec2
    index.handler(event("Create", "sg-0123456789abcdef0"), CONTEXT)
    assert index.answers[0]["Status"] == "FAILED"
    assert "sg-0123456789abcdef0" in index.answers[0]["Reason"]


class Faulty:
    """A client whose ingress call raises an error code."""

    def __init__(self, code: str, readings: list[list[dict[str, Any]]]) -> None:
        self.code = code
        self.readings = readings

    def describe_security_groups(self, **_: object) -> dict[str, Any]:
        return {
            "SecurityGroups": [
                {
                    "GroupName": "default",
                    "IpPermissions": self.readings.pop(0),
                    "IpPermissionsEgress": [],
                }
            ]
        }

    def revoke_security_group_ingress(self, **_: object) -> None:
        error = {"Error": {"Code": self.code, "Message": "no"}}
        raise ClientError(error, "RevokeSecurityGroupIngress")


RULE = {"IpProtocol": "-1"}


def test_a_rule_that_somebody_else_revoked_meanwhile_is_no_error(index: ModuleType) -> None:
    client = Faulty("InvalidPermission.NotFound", [[RULE], []])
    assert index.run(event("Create", "sg-1"), client) == 1


def test_a_rule_that_stays_is_an_error(index: ModuleType) -> None:
    client = Faulty("InvalidPermission.NotFound", [[RULE], [RULE]])
    with pytest.raises(RuntimeError, match="sg-1 still has rules"):
        index.run(event("Create", "sg-1"), client)


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_a_refusal_is_told_to_cloudformation(
    index: ModuleType, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(index.boto3, "client", lambda *_, **__: Faulty(code, [[RULE]]))
    index.handler(event("Create", "sg-1"), CONTEXT)
    (answer,) = index.answers
    assert answer["Status"] == "FAILED"
    assert code in answer["Reason"]
    assert len(json.dumps(answer)) < 4096


def test_throttling_is_retried(index: ModuleType) -> None:
    assert attempts_of(index.RETRIES) >= 6
