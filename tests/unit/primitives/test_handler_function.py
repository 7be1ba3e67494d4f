"""Functions may do what is stated, and everything that they leave behind is encrypted and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from baseline.errors import BaselineError
from baseline.primitives.handler_function import HandlerFunction
from tests.unit.primitives.conftest import Of

FUNCTION, ROLE, POLICY, LOGS = (
    "AWS::Lambda::Function",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::Logs::LogGroup",
)


@pytest.fixture
def handler(tmp_path: Path) -> Path:
    (tmp_path / "index.py").write_text("def handler(event, context):\n    return event\n")
    return tmp_path


def only(resources: list[dict[str, Any]]) -> dict[str, Any]:
    (resource,) = resources
    found: dict[str, Any] = resource["Properties"]
    return found


def test_lambda_2_runs_the_folder_on_a_supported_runtime(
    stack: cdk.Stack, handler: Path, of: Of
) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    function = only(of(FUNCTION))
    assert function["Runtime"] == "python3.14"
    assert function["Handler"] == "index.handler"
    assert function["Description"] == "Does the work"
    assert (function["Timeout"], function["MemorySize"]) == (60, 256)
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert "ReservedConcurrentExecutions" not in function


def test_settings_logs_and_failures_are_encrypted_with_one_key(
    stack: cdk.Stack, handler: Path, of: Of
) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    HandlerFunction(stack, "More", handler=handler, description="Does more work")
    keys = [
        *(row["Properties"]["KmsKeyArn"] for row in of(FUNCTION)),
        *(row["Properties"]["KmsKeyId"] for row in of(LOGS)),
        *(row["Properties"]["KmsMasterKeyId"] for row in of("AWS::SQS::Queue")),
    ]
    assert len(keys) == 6
    assert all(key == keys[0] for key in keys)
    assert len(of("AWS::KMS::Key")) == 1


def test_cloudwatch_16_logs_are_kept_for_a_year_and_longer_than_the_stack(
    stack: cdk.Stack, handler: Path, of: Of
) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    (group,) = of(LOGS)
    assert group["Properties"]["RetentionInDays"] == 365
    assert group["DeletionPolicy"] == "Retain"
    assert "LogGroup" in only(of(FUNCTION))["LoggingConfig"]


def test_the_role_has_only_its_own_policy(stack: cdk.Stack, handler: Path, of: Of) -> None:
    function = HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    role = only(of(ROLE))
    assert "ManagedPolicyArns" not in role
    assert "Policies" not in role
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    policy = only(of(POLICY))
    assert policy["Roles"] == [stack.resolve(function.role.role_name)]
    statements = {row["Sid"]: row for row in policy["PolicyDocument"]["Statement"]}
    assert set(statements) == {"WriteLogs", "WriteTraces", "KeepFailures", "UseKey"}
    assert statements["WriteLogs"]["Resource"] == stack.resolve(function.log_group.log_group_arn)
    assert statements["UseKey"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert of("AWS::IAM::Policy") == []


def test_stated_permissions_are_added(stack: cdk.Stack, handler: Path, of: Of) -> None:
    extra = iam.PolicyStatement(
        sid="Describe", actions=["organizations:DescribeOrganization"], resources=["*"]
    )
    HandlerFunction(stack, "Work", handler=handler, description="Does the work", statements=[extra])
    assert only(of(POLICY))["PolicyDocument"]["Statement"][-1] == {
        "Sid": "Describe",
        "Effect": "Allow",
        "Action": "organizations:DescribeOrganization",
        "Resource": "*",
    }


def test_the_policy_is_there_before_the_function(stack: cdk.Stack, handler: Path, of: Of) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    (function,) = of(FUNCTION)
    assert any("Policy" in dependency for dependency in function["DependsOn"])


def test_failed_calls_wait_in_a_queue(stack: cdk.Stack, handler: Path, of: Of) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    target = only(of(FUNCTION))["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"]
    assert target[1] == "Arn"
    assert len(of("AWS::SQS::Queue")) == 1


def test_bytecode_that_a_test_leaves_does_not_change_the_asset(
    stack: cdk.Stack, tmp_path: Path, of: Of
) -> None:
    # Two folders, because the CDK hashes each folder once.
    for name in ("Clean", "Tested"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.py").write_text(
            "def handler(event, context):\n    return event\n"
        )
    (tmp_path / "Tested" / "__pycache__").mkdir()
    (tmp_path / "Tested" / "__pycache__" / "index.cpython-311.pyc").write_bytes(b"bytecode")
    for name in ("Clean", "Tested"):
        HandlerFunction(stack, name, handler=tmp_path / name, description="Does the work")
    clean, tested = (row["Properties"]["Code"] for row in of(FUNCTION))
    assert clean == tested


def test_a_folder_without_index_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"has no index\.py; pass the handler's folder"):
        HandlerFunction(stack, "Work", handler=tmp_path, description="Does the work")


def test_settings_reach_the_function(stack: cdk.Stack, handler: Path, of: Of) -> None:
    HandlerFunction(
        stack,
        "Work",
        handler=handler,
        description="Does the work",
        entry="is_complete",
        timeout_seconds=900,
        memory_mb=512,
        environment={"REGION": "eu-west-1"},
        reserved_concurrency=2,
    )
    function = only(of(FUNCTION))
    assert function["Handler"] == "index.is_complete"
    assert (function["Timeout"], function["MemorySize"]) == (900, 512)
    assert function["Environment"] == {"Variables": {"REGION": "eu-west-1"}}
    assert function["ReservedConcurrentExecutions"] == 2


def test_no_rule_pack_finds_anything(
    app: cdk.App, stack: cdk.Stack, handler: Path, findings: Callable[[cdk.App], list[str]]
) -> None:
    HandlerFunction(stack, "Work", handler=handler, description="Does the work")
    HandlerFunction(
        stack, "Alone", handler=handler, description="Does the work", reserved_concurrency=1
    )
    assert findings(app) == []


def test_a_wildcard_that_the_caller_states_is_found(
    app: cdk.App, stack: cdk.Stack, handler: Path, findings: Callable[[cdk.App], list[str]]
) -> None:
    extra = iam.PolicyStatement(sid="Any", actions=["s3:*"], resources=["arn:aws:s3:::bucket"])
    HandlerFunction(stack, "Work", handler=handler, description="Does the work", statements=[extra])
    assert any("IAM5" in finding for finding in findings(app))
