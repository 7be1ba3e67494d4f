"""Shield Advanced is there for who has read what it commits to, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.edge.shield import ShieldAdvanced
from baseline.edge.shield_choices import COMMITMENT, EmergencyContact, ProtectedResource
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/app/front/1"
HEALTH = "arn:aws:route53:::healthcheck/11111111-2222-3333-4444-555555555555"
CONTACT = EmergencyContact(email="soc@example.com", phone="+4930123450", notes="Day and night")


def make(stack: cdk.Stack, **settings: Any) -> ShieldAdvanced:
    values: dict[str, Any] = {
        "acknowledge_commitment": COMMITMENT,
        "protections": {"Front": ProtectedResource(arn=BALANCER)},
        **settings,
    }
    return ShieldAdvanced(stack, "Shield", **values)


@pytest.mark.parametrize("text", ["", "yes", "true", COMMITMENT.upper()])
def test_without_the_commitment_word_for_word_it_is_refused(stack: cdk.Stack, text: str) -> None:
    with pytest.raises(BaselineError, match=r"acknowledge_commitment is .*3000 USD per month"):
        make(stack, acknowledge_commitment=text)
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_there_is_no_default_commitment(stack: cdk.Stack) -> None:
    with pytest.raises(TypeError, match="acknowledge_commitment"):
        ShieldAdvanced(stack, "Shield", protections={})  # type: ignore[call-arg]


def test_resources_are_protected_as_one_group(stack: cdk.Stack, of_type: OfType) -> None:
    make(stack)
    (protection,) = of_type(stack, "AWS::Shield::Protection")
    (group,) = of_type(stack, "AWS::Shield::ProtectionGroup")
    assert protection["ResourceArn"] == BALANCER
    assert "HealthCheckArns" not in protection
    assert "ApplicationLayerAutomaticResponseConfiguration" not in protection
    assert (group["Pattern"], group["Aggregation"]) == ("ALL", "MAX")
    assert len(group["ProtectionGroupId"]) <= 36


@pytest.mark.parametrize("response", ["BLOCK", "COUNT"])
def test_health_and_response_are_by_name(stack: cdk.Stack, of_type: OfType, response: Any) -> None:
    front = ProtectedResource(arn=BALANCER, health_check_arn=HEALTH, response=response)
    make(stack, protections={"Front": front})
    (protection,) = of_type(stack, "AWS::Shield::Protection")
    assert protection["HealthCheckArns"] == [HEALTH]
    assert protection["ApplicationLayerAutomaticResponseConfiguration"] == {
        "Action": {response.capitalize(): {}},
        "Status": "ENABLED",
    }


def test_people_are_called_when_named(stack: cdk.Stack, of_type: OfType) -> None:
    front = ProtectedResource(arn=BALANCER, health_check_arn=HEALTH)
    make(stack, protections={"Front": front}, contacts=[CONTACT])
    (engagement,) = of_type(stack, "AWS::Shield::ProactiveEngagement")
    assert engagement == {
        "ProactiveEngagementStatus": "ENABLED",
        "EmergencyContactList": [
            {
                "EmailAddress": "soc@example.com",
                "PhoneNumber": "+4930123450",
                "ContactNotes": "Day and night",
            }
        ],
    }


def test_the_response_team_comes_in_by_name_only(stack: cdk.Stack, of_type: OfType) -> None:
    assert make(stack).response_role is None
    assert of_type(stack, "AWS::Shield::DRTAccess") == []


def test_the_response_team_has_the_role_that_aws_demands(stack: cdk.Stack, of_type: OfType) -> None:
    make(stack, response_team=True)
    (access,) = of_type(stack, "AWS::Shield::DRTAccess")
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert "Fn::GetAtt" in access["RoleArn"]
    assert trust["Principal"] == {"Service": "drt.shield.amazonaws.com"}
    assert "AWSShieldDRTAccessPolicy" in str(role["ManagedPolicyArns"])


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"protections": {}}, "protections is empty"),
    "no ARN": ({"protections": {"A": ProtectedResource(arn="front")}}, "'front' is not an ARN"),
    "calls without health": ({"contacts": [CONTACT]}, "no protection has a health_check_arn"),
    "a number without its country": (
        {"contacts": [EmergencyContact(email="soc@example.com", phone="030123450")]},
        "'soc@example.com' with '030123450'",
    ),
    "too many": ({"contacts": [CONTACT] * 11}, "holds 11 contacts, at most 10"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_shield_does_not_take_is_refused(stack: cdk.Stack, case: str) -> None:
    settings, words = REFUSED[case]
    with pytest.raises(BaselineError, match=words):
        make(stack, **settings)


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    front = ProtectedResource(arn=BALANCER, health_check_arn=HEALTH, response="BLOCK")
    make(stack, protections={"Front": front}, contacts=[CONTACT], response_team=True)
    assert findings(app) == []
