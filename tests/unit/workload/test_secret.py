"""Secrets are generated, rotate, and are denied to everyone outside the organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager as secretsmanager

from baseline.errors import BaselineError
from baseline.workload.secret import RotatedSecret
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Workload


def test_no_template_holds_a_value(workload: Workload) -> None:
    for secret in workload.of("secrets", "AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret
        assert secret["GenerateSecretString"]["PasswordLength"] == 48
        assert secret["GenerateSecretString"]["RequireEachIncludedType"] is True
        assert secret["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    documents = [
        secret["GenerateSecretString"].get("SecretStringTemplate")
        for secret in workload.of("secrets", "AWS::SecretsManager::Secret")
    ]
    assert documents == [None, '{"username": "partner"}']


def test_every_secret_rotates_monthly(workload: Workload) -> None:
    """SecretsManager.1, SecretsManager.4."""
    found = workload.of("secrets", "AWS::SecretsManager::RotationSchedule")
    assert [rotation["RotationRules"] for rotation in found] == [{"AutomaticallyAfterDays": 30}] * 2
    assert workload.controls["rotated-secret"] == {"SecretsManager.1", "SecretsManager.4"}


def test_the_first_rotation_waits_for_its_permission(workload: Workload) -> None:
    for name, resource in workload.stacks["secrets"].items():
        if resource["Type"] == "AWS::SecretsManager::RotationSchedule":
            permission = workload.stacks["secrets"][resource["DependsOn"][0]]["Properties"]
            assert permission["Principal"] == "secretsmanager.amazonaws.com", name
            assert permission["SourceAccount"] == "333333333333"
            assert permission["SourceArn"] == resource["Properties"]["SecretId"]


def test_outsiders_and_cleartext_are_denied(workload: Workload) -> None:
    for policy in workload.of("secrets", "AWS::SecretsManager::ResourcePolicy"):
        assert policy["BlockPublicPolicy"] is True
        outsiders, cleartext = policy["ResourcePolicy"]["Statement"]
        assert (outsiders["Effect"], outsiders["Action"]) == ("Deny", "secretsmanager:*")
        assert outsiders["Principal"] == {"AWS": "*"}
        assert outsiders["Condition"] == {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }
        assert (cleartext["Effect"], cleartext["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )


def test_a_replica_has_a_key_there(workload: Workload) -> None:
    found = [
        secret["ReplicaRegions"]
        for secret in workload.of("secrets", "AWS::SecretsManager::Secret")
        if "ReplicaRegions" in secret
    ]
    arn = "arn:aws:kms:eu-central-1:333333333333:key/replica"
    assert found == [[{"KmsKeyId": arn, "Region": "eu-central-1"}]]


def test_the_function_may_rotate_its_own_secret_only(workload: Workload) -> None:
    policies = workload.of("secrets", "AWS::IAM::ManagedPolicy")
    rotating = [
        statement
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "Rotate"
    ]
    assert len(rotating) == 2
    for statement in rotating:
        assert list(statement["Resource"]) == ["Ref"]
        assert not [action for action in statement["Action"] if "*" in action]


def test_a_failed_rotation_is_told(workload: Workload) -> None:
    rules = workload.of("secrets", "AWS::Events::Rule")
    assert len(rules) == 2
    for rule in rules:
        assert rule["EventPattern"]["detail"]["eventName"] == [
            "RotationAbandoned",
            "RotationFailed",
        ]
        assert rule["Targets"][0]["RoleArn"]["Fn::GetAtt"][1] == "Arn"
        assert "<secret>" in rule["Targets"][0]["InputTransformer"]["InputTemplate"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rotate_after_days": 91}, "rotate_after_days must be between 1 and 90 days, got 91"),
        ({"rotate_after_days": 0}, "rotate_after_days must be between 1 and 90 days, got 0"),
        ({"length": 23}, "length must be between 24 and 4096 characters, got 23"),
        ({"template": {"username": "a"}}, "name the key of the generated value in field"),
        (
            {"field": "password", "template": {"password": "hunter2"}},
            "template holds the field 'password', whose value is generated",
        ),
        (
            {"hosted": secretsmanager.HostedRotation.postgre_sql_single_user()},
            "hosted rotation reads a document with username and password",
        ),
        ({"organization_id": "example"}, "organization_id is 'example'"),
    ],
)
def test_what_cannot_be_safe_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    messages, key = conftest.topic(stack)
    values = {"organization_id": conftest.ORGANIZATION} | settings
    with pytest.raises(BaselineError) as error:
        RotatedSecret(stack, "Secret", description="x", topic=messages, topic_key=key, **values)
    assert message in str(error.value)
    assert "hunter2" not in str(error.value)


def test_hosted_rotation_replaces_ours(stack: cdk.Stack) -> None:
    """SecretsManager.1, SecretsManager.4."""
    network = conftest.vpc(stack)
    messages, key = conftest.topic(stack)
    RotatedSecret(
        stack,
        "Secret",
        description="Reader of reports",
        organization_id=conftest.ORGANIZATION,
        topic=messages,
        topic_key=key,
        field="password",
        template={"username": "reports", "engine": "postgres", "host": "orders.example.com"},
        rotate_after_days=7,
        hosted=secretsmanager.HostedRotation.postgre_sql_single_user(
            vpc=network, security_groups=[conftest.client(stack)]
        ),
    )
    template = cdk.assertions.Template.from_stack(stack).to_json()
    rotations = [
        row["Properties"]
        for row in template["Resources"].values()
        if row["Type"] == "AWS::SecretsManager::RotationSchedule"
    ]
    assert len(rotations) == 1
    assert rotations[0]["RotationRules"] == {"ScheduleExpression": "rate(7 days)"}
    assert rotations[0]["HostedRotationLambda"]["RotationType"] == "PostgreSQLSingleUser"
    assert "RotationLambdaARN" not in rotations[0]
