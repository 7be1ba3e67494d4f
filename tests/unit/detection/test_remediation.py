"""What is repaired: the named rule, with the runbook of AWS, by a role that can do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import load
from baseline.detection.managed_rule import ManagedRule
from baseline.detection.managed_rules import rule_table
from baseline.detection.remediation import RUN, RemediationRole, RepairedRule
from baseline.errors import BaselineError
from baseline.guardrails.composition import compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.facts import action_names
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from tests.support import ROOT
from tests.unit.detection.test_rule_table import TABLE

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
REPAIRED = [rule for rule in rule_table() if rule.remediation]
ROLE = "secbase-config-remediation"


def test_a_found_resource_is_handed_to_the_runbook_three_times_at_most(
    stack: cdk.Stack, of_type: OfType
) -> None:
    rule = TABLE["subnet-auto-assign-public-ip-disabled"]
    RepairedRule(stack, "Repaired", rule=rule, prefix="secbase", role_name=ROLE)
    (repair,) = of_type(stack, "AWS::Config::RemediationConfiguration")
    properties = repair["Properties"]
    assert properties["Parameters"]["SubnetId"] == {"ResourceValue": {"Value": "RESOURCE_ID"}}
    (role,) = properties["Parameters"]["AutomationAssumeRole"]["StaticValue"]["Values"]
    assert role["Fn::Join"][1][-1] == f":role/{ROLE}"
    assert {"Ref": "AWS::AccountId"} in role["Fn::Join"][1]
    assert properties["Automatic"] is True
    assert (properties["MaximumAutomaticAttempts"], properties["RetryAttemptSeconds"]) == (3, 300)
    assert properties["ExecutionControls"]["SsmControls"] == {
        "ConcurrentExecutionRatePercentage": 10,
        "ErrorPercentage": 10,
    }
    (made,) = of_type(stack, "AWS::Config::ConfigRule")
    assert made["Properties"]["ConfigRuleName"] == f"secbase-medium-{rule.name}"
    assert made["Properties"]["Scope"] == {"ComplianceResourceTypes": ["AWS::EC2::Subnet"]}


def test_the_role_has_the_actions_of_the_chosen_runbooks_and_no_others(
    stack: cdk.Stack, of_type: OfType
) -> None:
    rule = TABLE["subnet-auto-assign-public-ip-disabled"]
    RemediationRole(stack, "Role", role_name=ROLE, rules=[rule])
    (policy,) = of_type(stack, "AWS::IAM::ManagedPolicy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == [
        "ec2:DescribeSubnets",
        "ec2:ModifySubnetAttribute",
        "ssm:GetAutomationExecution",
        "ssm:StartAutomationExecution",
    ]
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "automation-execution/*" in str(trust["Condition"]["ArnLike"]["aws:SourceArn"])


@pytest.mark.parametrize("rule", REPAIRED, ids=lambda rule: rule.name)
def test_what_fails_a_control_is_handed_to_its_runbook(
    stack: cdk.Stack, of_type: OfType, rule: ManagedRule
) -> None:
    RepairedRule(stack, "Repaired", rule=rule, prefix="secbase", role_name=ROLE)
    (made,) = of_type(stack, "AWS::Config::ConfigRule")
    (repair,) = of_type(stack, "AWS::Config::RemediationConfiguration")
    assert made["Properties"]["Source"]["SourceIdentifier"] == rule.identifier
    assert rule.remediation is not None
    assert repair["Properties"]["TargetId"] == rule.remediation.document
    assert repair["Properties"]["Automatic"] is True


@pytest.mark.parametrize("rule", REPAIRED, ids=lambda rule: rule.name)
def test_every_action_of_a_repair_exists(rule: ManagedRule) -> None:
    assert rule.remediation is not None
    for action in rule.remediation.permissions:
        service, _, name = action.partition(":")
        assert name in action_names()[service], action


def test_what_cannot_be_repaired_safely_is_refused(stack: cdk.Stack) -> None:
    rule = TABLE["ec2-imdsv2-check"]
    with pytest.raises(BaselineError, match="ec2-imdsv2-check has no remediation"):
        RepairedRule(stack, "Repaired", rule=rule, prefix="secbase", role_name=ROLE)
    with pytest.raises(BaselineError, match="ec2-imdsv2-check has no remediation"):
        RemediationRole(stack, "Role", role_name=ROLE, rules=[rule])


def test_the_checks_find_nothing(app: cdk.App, findings: Callable[[cdk.App], list[str]]) -> None:
    stack = cdk.Stack(app, "Members")
    RemediationRole(stack, "Role", role_name=ROLE, rules=REPAIRED)
    for rule in REPAIRED:
        RepairedRule(stack, rule.id, rule=rule, prefix="secbase", role_name=ROLE)
    assert findings(app) == []


def test_no_guardrail_stops_a_repair() -> None:
    configuration = load(ROOT / "baseline.yaml")
    levels = levels_of(compose(configuration))["Workloads/Production"]
    organization = Organization(
        id=configuration.organization.id,
        management_account="111111111111",
        accounts={"555555555555": levels},
    )
    stopped = [
        (action, decision.reason)
        for rule in REPAIRED
        if rule.remediation
        for action in (*rule.remediation.permissions, *RUN)
        for decision in [
            organization.evaluate(
                Request(
                    principal_arn=f"arn:aws:iam::555555555555:role/{ROLE}",
                    action=action,
                    resource="*",
                    region="eu-west-1",
                    context={},
                )
            )
        ]
        if not decision.allowed
    ]
    assert stopped == []
