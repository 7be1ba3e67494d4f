"""The linter of resource policies finds what is planted, in every form that a policy takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.policy_lint import grants, loose

SERVICE = "delivery.logs.amazonaws.com"
OURS = {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def statement(condition: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    found = {
        "Sid": "Planted",
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": "s3:PutObject",
        "Resource": "*",
        **changes,
    }
    return found if condition is None else {**found, "Condition": condition}


def planted(kind: str, condition: dict[str, Any] | None) -> dict[str, Any]:
    """Give the properties of a resource of a type that lets the service in."""
    one = statement(condition)
    document = {"Version": "2012-10-17", "Statement": [one]}
    forms: dict[str, dict[str, Any]] = {
        "AWS::KMS::Key": {"KeyPolicy": document},
        "AWS::KMS::ReplicaKey": {"KeyPolicy": document},
        "AWS::S3::BucketPolicy": {"PolicyDocument": document},
        "AWS::SNS::TopicPolicy": {"PolicyDocument": document},
        "AWS::SQS::QueuePolicy": {"PolicyDocument": document},
        "AWS::Events::EventBusPolicy": {"StatementId": "Planted", "Statement": one},
        "AWS::SecretsManager::ResourcePolicy": {"ResourcePolicy": document},
        "AWS::Logs::ResourcePolicy": {
            "PolicyDocument": {
                "Fn::Join": ["", [json.dumps(document)[:-1], "", "}"]],
            }
        },
        "AWS::ECR::Repository": {"RepositoryPolicyText": document},
        "AWS::Backup::BackupVault": {"AccessPolicy": document},
    }
    return forms[kind]


KINDS = (
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Events::EventBusPolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::Logs::ResourcePolicy",
    "AWS::ECR::Repository",
    "AWS::Backup::BackupVault",
)


def template(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"stack": {"Resources": {"Planted": {"Type": kind, "Properties": properties}}}}


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_without_a_source_is_found_in_every_kind_of_policy(kind: str) -> None:
    (found,) = loose(template(kind, planted(kind, None)))
    assert found.startswith("stack/Planted")
    assert found.endswith(f"Planted: {SERVICE}")
    assert loose(template(kind, planted(kind, OURS))) == []
    (grant,) = grants(template(kind, planted(kind, OURS)))
    assert (grant.kind, grant.bound) == (kind, True)


@pytest.mark.parametrize(
    ("condition", "is_loose"),
    [
        ({"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": ["Trail", "Arn"]}}}, False),
        (
            {
                "ArnLike": {
                    "aws:SourceArn": {
                        "Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":logs:*:*:*"]]
                    }
                }
            },
            True,
        ),
        (
            {"ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:aws:logs:*:${AWS::AccountId}:*"}}},
            False,
        ),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}}, True),
    ],
)
def test_functions_of_cloudformation_are_read_as_what_they_become(
    condition: dict[str, Any], is_loose: bool
) -> None:
    one = template(
        "AWS::S3::BucketPolicy", {"PolicyDocument": {"Statement": [statement(condition)]}}
    )
    one["stack"]["Resources"]["Trail"] = {"Type": "AWS::CloudTrail::Trail", "Properties": {}}
    assert bool(loose(one)) is is_loose


@pytest.mark.parametrize(
    ("properties", "is_loose"),
    [
        ({}, True),
        ({"SourceAccount": "111111111111"}, False),
        ({"SourceArn": {"Fn::GetAtt": ["Planted", "Arn"]}}, False),
        ({"SourceArn": "arn:aws:events:*:*:rule/*"}, True),
    ],
)
def test_lambda_permissions_are_read_as_statements(
    properties: dict[str, Any], is_loose: bool
) -> None:
    given = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", **properties}
    assert bool(loose(template("AWS::Lambda::Permission", given))) is is_loose


@pytest.mark.parametrize(
    ("kind", "service", "is_loose"),
    [
        ("AWS::KMS::Key", "events.amazonaws.com", False),
        ("AWS::SQS::QueuePolicy", "events.amazonaws.com", True),
        ("AWS::KMS::Key", "sns.amazonaws.com", True),
    ],
)
def test_an_exception_holds_for_its_service_and_for_keys_only(
    kind: str, service: str, is_loose: bool
) -> None:
    document = {"Statement": [statement(Principal={"Service": service})]}
    name = "KeyPolicy" if kind == "AWS::KMS::Key" else "PolicyDocument"
    assert bool(loose(template(kind, {name: document}))) is is_loose


def test_one_of_several_services_and_statements_is_enough() -> None:
    document = {
        "Statement": [
            statement(OURS),
            statement(Principal={"Service": [SERVICE, "sns.amazonaws.com"]}),
            statement(Effect="Deny"),
        ]
    }
    assert len(loose(template("AWS::S3::BucketPolicy", {"PolicyDocument": document}))) == 2


def test_a_policy_as_text_that_cannot_be_read_is_not_passed_over() -> None:
    broken = {"PolicyDocument": '{"Statement": [{"Effect"'}
    with pytest.raises(AssertionError, match="a policy that cannot be read"):
        loose(template("AWS::Logs::ResourcePolicy", broken))
