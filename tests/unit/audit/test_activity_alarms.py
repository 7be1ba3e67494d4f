"""Each activity of the benchmark has its exact filter, an alarm that acts, and somebody who hears."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import aws_logs as logs

from baseline.audit.activity_alarms import ActivityAlarms
from baseline.audit.activity_patterns import ACTIVITIES, Activity
from baseline.config import Configuration, Names
from baseline.config.capabilities import ActivityName
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from stacks.audit import AuditStack
from tests.unit.audit.conftest import new_app

Audit = dict[str, Any]
PREFIX = "ActivityAlarms"
LOGS = "OrganizationTrailLogs924984AF"
# Copied from the Security Hub User Guide, independently of how the module composes them.
DOCUMENTED: dict[str, str] = json.loads(
    Path(__file__).with_name("cis_patterns.json").read_text(encoding="utf-8")
)
BY_CONTROL = {each.control: each for each in ACTIVITIES.values() if each.control is not None}


def of_type(audit: Audit, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: each["Properties"]
        for name, each in audit["Resources"].items()
        if each["Type"] == kind and name.startswith(PREFIX)
    }


def filter_of(audit: Audit, activity: Activity) -> dict[str, Any]:
    (found,) = [
        each
        for each in of_type(audit, "AWS::Logs::MetricFilter").values()
        if each["MetricTransformations"][0]["MetricName"] == activity.id
    ]
    return found


def alarm_of(audit: Audit, activity: Activity) -> dict[str, Any]:
    (found,) = [
        each
        for each in of_type(audit, "AWS::CloudWatch::Alarm").values()
        if each["MetricName"] == activity.id
    ]
    return found


def topic_of(audit: Audit) -> str:
    (name,) = of_type(audit, "AWS::SNS::Topic")
    return name


@pytest.mark.parametrize("control", [f"CloudWatch.{number}" for number in range(1, 15)])
def test_cloudwatch_1_to_cloudwatch_14_exact_filter_and_alarm_with_a_reader(
    audit: Audit, control: str
) -> None:
    activity = BY_CONTROL[control]
    metric_filter = filter_of(audit, activity)
    assert metric_filter["FilterPattern"] == DOCUMENTED[control]
    assert metric_filter["LogGroupName"] == {"Ref": LOGS}
    # The control wants exactly one transformation.
    assert metric_filter["MetricTransformations"] == [
        {"MetricName": activity.id, "MetricNamespace": "LogMetrics", "MetricValue": "1"}
    ]
    alarm = alarm_of(audit, activity)
    assert alarm["Namespace"] == "LogMetrics"
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Sum", 300, 1)
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (
        1,
        "GreaterThanOrEqualToThreshold",
    )
    assert alarm["TreatMissingData"] == "notBreaching"
    readers = [
        each["Endpoint"]
        for each in of_type(audit, "AWS::SNS::Subscription").values()
        if each["TopicArn"] == alarm["AlarmActions"][0] == {"Ref": topic_of(audit)}
    ]
    assert readers == ["security@example.com"]


def test_cis_4_15_changes_of_the_organization_have_an_alarm_without_a_control(
    audit: Audit,
) -> None:
    activity = ACTIVITIES["organization-changes"]
    assert activity.control is None
    pattern = filter_of(audit, activity)["FilterPattern"]
    assert pattern.startswith(
        '{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = "AcceptHandshake") || '
    )
    assert pattern.endswith('($.eventName = "UpdateOrganizationalUnit")) }')
    named = re.findall(r'"(\w+)"', pattern)
    assert len(named) == len(set(named)) == 18
    assert {"LeaveOrganization", "DetachPolicy", "MoveAccount", "DisablePolicyType"} <= set(named)
    assert alarm_of(audit, activity)["ActionsEnabled"] is True


def test_the_fifteen_recommendations_are_complete_and_in_order() -> None:
    assert [each.cis for each in ACTIVITIES.values()] == [f"4.{n}" for n in range(1, 16)]
    assert sorted(BY_CONTROL) == sorted(DOCUMENTED)
    # Security Hub numbers three of them differently.
    assert [BY_CONTROL[f"CloudWatch.{n}"].cis for n in (1, 2, 3)] == ["4.3", "4.1", "4.2"]


def test_configuration_knows_every_activity() -> None:
    assert get_args(ActivityName) == tuple(ACTIVITIES)


def test_patterns_fit_into_a_filter() -> None:
    # Amazon CloudWatch Logs API Reference, "PutMetricFilter": 1,024 characters.
    assert max(len(each.pattern) for each in ACTIVITIES.values()) <= 1_024


def test_cloudwatch_15_cloudwatch_17_every_alarm_has_an_action_that_is_on(audit: Audit) -> None:
    alarms = of_type(audit, "AWS::CloudWatch::Alarm").values()
    assert len(alarms) == len(ACTIVITIES)
    for alarm in alarms:
        assert alarm["ActionsEnabled"] is True
        assert alarm["AlarmActions"] == [{"Ref": topic_of(audit)}]


def test_sns_1_the_topic_has_a_key_and_only_alarms_of_this_account_publish(audit: Audit) -> None:
    topic = audit["Resources"][topic_of(audit)]["Properties"]
    key = topic["KmsMasterKeyId"]["Fn::GetAtt"][0]
    (policy,) = of_type(audit, "AWS::SNS::TopicPolicy").values()
    published = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}[
        "PublishAlarms"
    ]
    assert published["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert published["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111111111111"},
        "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:*"},
    }
    users = audit["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    (service,) = [each for each in users if "Service" in each["Principal"]]
    assert service["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert service["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert service["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_the_controls_are_declared(audit_app: cdk.App) -> None:
    (entry,) = [each for each in declarations(audit_app) if each["capability"] == "activity-alarms"]
    claimed = set(entry["controls"])  # type: ignore[call-overload]
    assert claimed == {*DOCUMENTED, "CloudWatch.15", "CloudWatch.17", "SNS.1"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"notifications": {"activity": ["soc@example.com"]}}, (15, 1, ["soc@example.com"])),
        (
            {"capabilities": {"activity_alarms": {"thresholds": {"unauthorized-calls": 50}}}},
            (15, 50, ["security@example.com"]),
        ),
        ({"capabilities": {"activity_alarms": {"enabled": False}}}, (0, None, [])),
    ],
)
def test_people_thresholds_and_the_switch_come_from_the_configuration(
    configuration: Configuration,
    names: Names,
    synthesized: Any,
    changes: dict[str, Any],
    expected: tuple[int, int | None, list[str]],
) -> None:
    given = configuration.model_dump()
    for section, values in changes.items():
        given[section] = {**given[section], **values}
    stack = AuditStack(
        new_app(),
        "audit",
        configuration=Configuration.model_validate(given),
        names=names,
        env=cdk.Environment(account=names.management, region=names.home_region),
    )
    template = synthesized(stack)
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    thresholds = [each["Threshold"] for each in alarms if each["MetricName"] == "UnauthorizedCalls"]
    addresses = [each["Endpoint"] for each in of_type(template, "AWS::SNS::Subscription").values()]
    assert (len(alarms), next(iter(thresholds), None), addresses) == expected


@pytest.mark.parametrize(
    ("addresses", "thresholds", "problem"),
    [
        ([], {}, "addresses is empty"),
        (["soc@example.com"], {"root-usage": 1}, "'root-usage', which is no activity; known: "),
        (["soc@example.com"], {"root-use": 0}, "threshold of root-use must be at least 1, got 0"),
    ],
)
def test_alarms_that_nobody_would_hear_or_that_always_ring_are_refused(
    addresses: list[str], thresholds: dict[ActivityName, int], problem: str
) -> None:
    stack = cdk.Stack(new_app(), "audit")
    group = logs.LogGroup(stack, "Logs")
    with pytest.raises(BaselineError, match=re.escape(problem)):
        ActivityAlarms(stack, "Alarms", log_group=group, addresses=addresses, thresholds=thresholds)
