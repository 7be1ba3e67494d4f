"""The AccountSweep construct: what the template must say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from baseline.errors import BaselineError
from baseline.primitives.state_machine import BAD_ENDS
from baseline.settings.account_sweep import AccountSweep
from baseline.settings.sweep_reports import SweepReports

TOPIC = "arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"
Resources = dict[str, dict[str, Any]]


def sweep_stack(handler: Path, **settings: Any) -> cdk.Stack:
    (handler / "index.py").write_text("def handler(event, context): ...\n", encoding="utf-8")
    stack = cdk.Stack(
        cdk.App(), "settings", env=cdk.Environment(account="333333333333", region="eu-west-1")
    )
    AccountSweep(
        stack,
        "Sweep",
        name="secbase-sweep",
        description="Test sweep",
        handler=handler,
        management_account="111111111111",
        reports=SweepReports(stack, "Reports"),
        alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", TOPIC),
        **settings,
    )
    return stack


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    stack = sweep_stack(
        tmp_path_factory.mktemp("handler"),
        bus="secbase-security",
        role_name="secbase-sweeper",
        statements=[
            iam.PolicyStatement(
                sid="Assume",
                actions=["sts:AssumeRole"],
                resources=["arn:aws:iam::*:role/secbase-settings"],
            )
        ],
    )
    found: Resources = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [item["Properties"] for item in resources.values() if item["Type"] == kind]


def test_executions_are_logged_and_traced(resources: Resources) -> None:
    """StepFunctions.1."""
    (machine,) = of_type(resources, "AWS::StepFunctions::StateMachine")
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["TracingConfiguration"] == {"Enabled": True}
    groups = [item for item in resources.values() if item["Type"] == "AWS::Logs::LogGroup"]
    assert all("KmsKeyId" in group["Properties"] for group in groups)
    assert all(group["DeletionPolicy"] == "Retain" for group in groups)


def test_the_map_is_distributed_and_tolerates_every_failure(resources: Resources) -> None:
    (machine,) = of_type(resources, "AWS::StepFunctions::StateMachine")
    each = json.loads(machine["DefinitionString"])["States"]["EachAccount"]
    assert each["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert each["ToleratedFailurePercentage"] == 100
    assert each["MaxConcurrency"] == 8
    assert "ItemsPath" not in each
    assert each["ResultWriter"]["Parameters"]["Bucket"] == "${Bucket}"


def test_every_placeholder_of_the_definition_is_substituted(resources: Resources) -> None:
    (machine,) = of_type(resources, "AWS::StepFunctions::StateMachine")
    definition = machine["DefinitionString"]
    for name in machine["DefinitionSubstitutions"]:
        definition = definition.replace(f"${{{name}}}", "x")
    assert "${" not in definition


def test_the_state_machine_may_use_its_own_functions_and_prefixes_only(
    resources: Resources,
) -> None:
    (policy,) = [
        item
        for item in of_type(resources, "AWS::IAM::ManagedPolicy")
        if item["Description"] == "What secbase-sweep may do"
    ]
    statements = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    assert len(statements["InvokeFunctions"]["Resource"]) == 3
    for sid, ending in (
        ("StartMapRun", ":stateMachine:secbase-sweep"),
        ("FollowMapRun", ":execution:secbase-sweep/EachAccount:*"),
    ):
        assert statements[sid]["Resource"]["Fn::Join"][1][-1].endswith(ending)
    wide = {sid for sid, each in statements.items() if each["Resource"] == "*"}
    assert wide == {"DeliverLogs", "WriteTraces"}
    for sid, prefix in (("ReadList", "/runs/*"), ("WriteResults", "/results/*")):
        assert statements[sid]["Resource"]["Fn::Join"][1][-1] == prefix


def test_the_handler_s_role_has_the_name_that_other_accounts_trust(resources: Resources) -> None:
    roles = of_type(resources, "AWS::IAM::Role")
    assert [role["RoleName"] for role in roles if "RoleName" in role] == ["secbase-sweeper"]


def test_reports_are_encrypted_logged_and_kept(resources: Resources) -> None:
    buckets = [item for item in resources.values() if item["Type"] == "AWS::S3::Bucket"]
    assert len(buckets) == 2
    assert all(each["DeletionPolicy"] != "Delete" for each in buckets)
    (reports,) = [each for each in buckets if "LoggingConfiguration" in each["Properties"]]
    (rule,) = reports["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_it_starts_daily_after_a_deployment_and_for_new_accounts(resources: Resources) -> None:
    rules = of_type(resources, "AWS::Events::Rule")
    schedules = [rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule]
    assert schedules == ["cron(0 3 * * ? *)"]
    (accounts,) = [rule for rule in rules if rule.get("EventBusName") == "secbase-security"]
    template = accounts["Targets"][0]["InputTransformer"]["InputTemplate"]
    given = json.loads(template.replace("<event>", '{"eventName": "MoveAccount"}'))
    assert given == {
        "dry_run": False,
        "trigger": "organization",
        "delay_seconds": 900,
        "event": {"eventName": "MoveAccount"},
    }
    (deployed,) = [
        rule
        for rule in rules
        if rule.get("EventPattern", {}).get("source") == ["aws.cloudformation"]
    ]
    assert deployed["EventPattern"]["detail"]["stack-id"] == [{"Ref": "AWS::StackId"}]
    assert json.loads(deployed["Targets"][0]["Input"])["dry_run"] is False


def test_without_a_schedule_and_a_bus_only_the_deployment_starts_it(tmp_path: Path) -> None:
    stack = sweep_stack(tmp_path, schedule=None, dry_run=True)
    (rule,) = of_type(
        assertions.Template.from_stack(stack).to_json()["Resources"], "AWS::Events::Rule"
    )
    assert json.loads(rule["Targets"][0]["Input"]) == {"dry_run": True, "trigger": "deployment"}


def test_failed_accounts_and_failed_runs_raise_an_alarm(resources: Resources) -> None:
    alarms = {each["AlarmName"]: each for each in of_type(resources, "AWS::CloudWatch::Alarm")}
    assert set(alarms) == {"secbase-sweep-failed-accounts", "secbase-sweep-failed-runs"}
    assert all(each["AlarmActions"] == [TOPIC] for each in alarms.values())
    accounts = alarms["secbase-sweep-failed-accounts"]
    assert (accounts["MetricName"], accounts["Threshold"]) == ("FailedAccounts", 1)
    runs = [row["MetricStat"]["Metric"] for row in metrics(alarms["secbase-sweep-failed-runs"])]
    assert [row["MetricName"] for row in runs] == list(BAD_ENDS)
    assert {row["Namespace"] for row in runs} == {"AWS/States"}
    assert all(row["Dimensions"][0]["Name"] == "StateMachineArn" for row in runs)


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what an alarm looks at; its sum counts each of it, with nothing for no value."""
    found: list[dict[str, Any]]
    total, *found = alarm["Metrics"]
    assert total["Expression"] == "+".join(f"FILL({each['Id']},0)" for each in found)
    return found


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"timeout_seconds": 901}, "between 1 and 900"),
        ({"max_concurrency": 0}, "at least 1"),
    ],
)
def test_impossible_limits_are_refused(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BaselineError, match=said):
        sweep_stack(tmp_path, **settings)
