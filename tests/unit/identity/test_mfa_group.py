from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.identity.mfa_group import BEFORE_THE_SECOND_FACTOR, MfaGroup
from tests.unit.identity.policies import ACCOUNT, allows, managed, request, resources

ANNA = f"arn:aws:iam::{ACCOUNT}:user/anna"
EVERYTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


@pytest.fixture
def documents(stack: cdk.Stack) -> list[dict[str, Any]]:
    MfaGroup(stack, "Group", group_name="secbase-second-factor")
    return managed(stack)


@pytest.mark.parametrize(
    "context",
    [{}, {"aws__MultiFactorAuthPresent": "false"}],
    ids=["access keys", "console without second factor"],
)
@pytest.mark.parametrize(
    "action", ["s3:GetObject", "iam:CreateUser", "iam:DeactivateMFADevice", "sts:AssumeRole"]
)
def test_iam_19_without_a_second_factor_even_an_administrator_can_do_nothing(
    documents: list[dict[str, Any]], action: str, context: dict[str, str]
) -> None:
    assert not allows([*documents, EVERYTHING], request(ANNA, action, ANNA, **context))
    assert allows([EVERYTHING], request(ANNA, action, ANNA, **context))


def test_iam_19_with_a_second_factor_a_user_can_do_what_other_policies_allow(
    documents: list[dict[str, Any]],
) -> None:
    asked = request(ANNA, "s3:GetObject", aws__MultiFactorAuthPresent="true")
    assert allows([*documents, EVERYTHING], asked)
    assert not allows(documents, asked)


@pytest.mark.parametrize("action", BEFORE_THE_SECOND_FACTOR)
def test_enrolment_works_without(documents: list[dict[str, Any]], action: str) -> None:
    resource = f"arn:aws:iam::{ACCOUNT}:mfa/anna" if action.endswith("VirtualMFADevice") else ANNA
    by_group = action != "sts:GetSessionToken"  # which needs no permission
    assert allows(
        documents if by_group else [*documents, EVERYTHING], request(ANNA, action, resource)
    )


def test_nobody_enrols_a_device_for_somebody_else(documents: list[dict[str, Any]]) -> None:
    other = f"arn:aws:iam::{ACCOUNT}:user/bert"
    assert not allows(documents, request(ANNA, "iam:EnableMFADevice", other))


@pytest.mark.usefixtures("documents")
def test_the_policy_belongs_to_the_group(stack: cdk.Stack) -> None:
    (group,) = resources(stack, "AWS::IAM::Group")
    assert group == {"GroupName": "secbase-second-factor"}
    (policy,) = resources(stack, "AWS::IAM::ManagedPolicy")
    assert len(policy["Groups"]) == 1
    assert "Users" not in policy
