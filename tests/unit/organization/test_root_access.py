"""RootCredentials: narrow roles, an approval, alarms, and nothing left for the checks to find."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns

from baseline.config.credentials import RootCredentialSettings
from baseline.config.names import Names
from baseline.organization.root_access import RootCredentials
from baseline.settings.sweep_reports import SweepReports

NAMES = Names(
    prefix="secbase",
    home_region="eu-west-1",
    organization_id="o-exampleorgid",
    management="111111111111",
    log_archive="222222222222",
    security="333333333333",
    network="444444444444",
    shared_services="999999999999",
)
AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
DELETE = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"
Template = assertions.Template


def create(stack: cdk.Stack, **settings: Any) -> Template:
    RootCredentials(
        stack,
        "RootCredentials",
        names=NAMES,
        settings=RootCredentialSettings(**settings),
        email_domains=["example.com"],
        reports=SweepReports(stack, "Reports"),
        topic=sns.Topic.from_topic_arn(stack, "Topic", NAMES.topic_arn("critical")),
    )
    return Template.from_stack(stack)


def statements(template: Template, sid: str) -> list[dict[str, Any]]:
    return [
        statement
        for policy in template.find_resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement.get("Sid") == sid
    ]


def tasks(template: Template) -> list[Any]:
    found = statements(template, "OpenRootSessions")
    assert {statement["Action"] for statement in found} == {"sts:AssumeRoot"}
    assert {statement["Resource"] for statement in found} == {"arn:aws:iam::*:root"}
    return [statement["Condition"]["StringEquals"]["sts:TaskPolicyArn"] for statement in found]


def test_by_default_no_role_can_open_a_session_that_removes(stack: cdk.Stack) -> None:
    assert tasks(create(stack)) == [[AUDIT], [AUDIT]]


def test_only_the_removal_opens_sessions_that_remove(stack: cdk.Stack) -> None:
    assert sorted(tasks(create(stack, mode="remove"))) == [[AUDIT], [AUDIT, DELETE]]


def test_a_sweep_starts_a_removal_only_where_that_is_configured() -> None:
    env = cdk.Environment(account="333333333333", region="eu-west-1")
    found = {
        mode: [
            rule["Properties"]
            for rule in create(cdk.Stack(cdk.App(), mode, env=env), mode=mode)
            .find_resources("AWS::Events::Rule")
            .values()
            if rule["Properties"].get("EventPattern", {}).get("source") == ["aws.states"]
        ]
        for mode in ("report", "remove")
    }
    assert found["report"] == []
    (rule,) = found["remove"]
    assert rule["EventPattern"]["detail"] == {
        "stateMachineArn": [
            "arn:aws:states:eu-west-1:333333333333:stateMachine:secbase-root-credentials"
        ],
        "status": ["SUCCEEDED"],
    }


def test_an_approval_ends_when_it_is_configured_to(stack: cdk.Stack) -> None:
    template = create(stack, approval_hours=2)
    machines = template.find_resources(
        "AWS::StepFunctions::StateMachine",
        {"Properties": {"StateMachineName": "secbase-root-removal"}},
    )
    (machine,) = machines.values()
    states = json.loads(machine["Properties"]["DefinitionString"])["States"]
    assert states["Ask"]["TimeoutSeconds"] == 7200
    assert states["Ask"]["Resource"].endswith(":lambda:invoke.waitForTaskToken")
    removals = [name for name, state in states.items() if state.get("Next") == "Remove"]
    assert removals == ["Match"]
    assert machine["Properties"]["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_only_step_functions_of_this_account_runs_the_machine(stack: cdk.Stack) -> None:
    template = create(stack)
    trusts = [
        role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
        for role in template.find_resources("AWS::IAM::Role").values()
    ]
    (trust,) = (
        trust
        for trust in trusts
        if "secbase-root-removal" in json.dumps(trust.get("Condition", {}))
    )
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}


def test_who_approves_may_answer_and_nothing_else(stack: cdk.Stack) -> None:
    template = create(stack)
    (policy,) = template.find_resources(
        "AWS::IAM::ManagedPolicy",
        {"Properties": {"ManagedPolicyName": "secbase-root-approval"}},
    ).values()
    given = policy["Properties"]["PolicyDocument"]["Statement"]
    actions = {action for statement in given for action in statement["Action"]}
    assert actions == {
        "states:DescribeExecution",
        "states:ListExecutions",
        "states:SendTaskFailure",
        "states:SendTaskSuccess",
        "states:StartExecution",
        "states:StopExecution",
    }
    assert not policy["Properties"].get("Roles")


def test_findings_and_failures_are_alarms(stack: cdk.Stack) -> None:
    alarms = create(stack).find_resources("AWS::CloudWatch::Alarm").values()
    assert {alarm["Properties"]["AlarmName"] for alarm in alarms} == {
        "secbase-root-credentials-failed-accounts",
        "secbase-root-credentials-failed-runs",
        "secbase-root-credentials-findings",
        "secbase-root-removal-failed-accounts",
        "secbase-root-removal-failed-runs",
    }
    topic = "arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"
    assert all(alarm["Properties"]["AlarmActions"] == [topic] for alarm in alarms)


def test_root_sessions_are_asked_for_at_the_regional_endpoint(stack: cdk.Stack) -> None:
    functions = create(stack).find_resources("AWS::Lambda::Function").values()
    opening = [
        function["Properties"]["Environment"]["Variables"]
        for function in functions
        if "PARTITION" in function["Properties"].get("Environment", {}).get("Variables", {})
    ]
    assert len(opening) == 3
    assert all(each["AWS_STS_REGIONAL_ENDPOINTS"] == "regional" for each in opening)


@pytest.mark.parametrize("mode", ["report", "remove"])
def test_the_checks_find_nothing(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]], mode: str
) -> None:
    create(stack, mode=mode)
    assert findings(app) == []
