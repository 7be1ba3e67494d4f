"""Rejected traffic of each kind is counted from real flow log records, and tells somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.network.flow_log import FIELDS
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.rejected_traffic import NAMESPACE, REJECTIONS, Kind, pattern
from baseline.primitives.alarm_topic import AlarmTopic
from tests.support import CONTEXT

Build = Callable[..., HardenedVpc]

# A record as AWS writes it: SSH from the internet, rejected on its way to an instance.
SSH = (
    "5 333333333333 eni-0a1b2c3d4e5f60718 198.51.100.7 10.0.0.10 50211 22 6 1 44 1763812800 "
    "1763812830 REJECT OK vpc-0123456789abcdef0 subnet-0123456789abcdef0 i-0123456789abcdef0 2 "
    "IPv4 198.51.100.7 10.0.0.10 eu-west-1 euw1-az1 ingress -"
)
NO_DATA = (
    "5 333333333333 eni-0a1b2c3d4e5f60718 - - - - - - - 1763812800 1763812860 - NODATA "
    "vpc-0123456789abcdef0 subnet-0123456789abcdef0 - - - - - eu-west-1 euw1-az1 - -"
)
ALL: set[Kind] = {"outbound", "administration", "volume"}


def record(**changes: str) -> str:
    """Give the record with other values; underscores stand for the hyphens of a field."""
    values = dict(zip(FIELDS, SSH.split(), strict=True))
    return " ".join((values | {key.replace("_", "-"): v for key, v in changes.items()}).values())


RECORDS: dict[str, tuple[str, set[Kind]]] = {
    "SSH from outside": (SSH, {"administration", "volume"}),
    "Remote Desktop": (record(dstport="3389"), {"administration", "volume"}),
    "SSH over IPv6": (
        record(srcaddr="2001:db8::7", dstaddr="2001:db8:1::a", type="IPv6"),
        {"administration", "volume"},
    ),
    "accepted SSH": (record(action="ACCEPT"), set()),
    "another port": (record(dstport="2222"), {"volume"}),
    "a port that begins alike": (record(dstport="220"), {"volume"}),
    "SSH as source port": (record(srcport="22", dstport="50211"), {"volume"}),
    "UDP 22": (record(protocol="17"), {"volume"}),
    "mail out": (record(dstport="25", flow_direction="egress"), {"outbound", "volume"}),
    "SSH out": (record(flow_direction="egress"), {"outbound", "volume"}),
    "HTTPS out, accepted": (
        record(dstport="443", flow_direction="egress", action="ACCEPT"),
        set(),
    ),
    "nothing happened": (NO_DATA, set()),
}


def matches(text: str, line: str) -> bool:
    """Evaluate a space-delimited filter pattern as CloudWatch Logs documents it."""
    columns = text.removeprefix("[").removesuffix("]").split(", ")
    words = line.split(" ")
    if len(columns) != len(words):
        return False
    return all(accepts(column, word) for column, word in zip(columns, words, strict=True))


def accepts(column: str, word: str) -> bool:
    """Tell whether a column is named only, or one of its conditions is the word."""
    values = re.findall(r'="([^"]*)"', column)
    return not values or word in values


@pytest.mark.parametrize(("line", "kinds"), RECORDS.values(), ids=RECORDS)
def test_a_record_counts_where_it_belongs(line: str, kinds: set[Kind]) -> None:
    found = {kind for kind, row in REJECTIONS.items() if matches(pattern(row), line)}
    assert found == kinds


def test_every_kind_matches_and_misses_a_record() -> None:
    assert set(REJECTIONS) == ALL
    for kind in REJECTIONS:
        assert any(kind in kinds for _, kinds in RECORDS.values())
        assert any(kind not in kinds for _, kinds in RECORDS.values())


@pytest.mark.parametrize("kind", REJECTIONS)
def test_a_pattern_is_short_enough(kind: Kind) -> None:
    # Amazon CloudWatch Logs API Reference, "PutMetricFilter": 1,024 characters.
    assert len(pattern(REJECTIONS[kind])) <= 1_024


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


@pytest.fixture(scope="module")
def watched() -> dict[str, Any]:
    """The template of a VPC with alarms, one threshold named."""
    stack = cdk.Stack(
        cdk.App(context=CONTEXT, analytics_reporting=False),
        "Stack",
        env=cdk.Environment(account="333333333333", region="eu-west-1"),
    )
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=bucket,
        alarm_topic=sns.Topic.from_topic_arn(stack, "T", "arn:aws:sns:eu-west-1:333333333333:t"),
        rejected_thresholds={"volume": 5},
    )
    return dict(Template.from_stack(stack).to_json())


def test_the_filters_read_the_flow_log_of_the_vpc(watched: dict[str, Any]) -> None:
    (log,) = (
        each
        for each in of_type(watched, "AWS::EC2::FlowLog")
        if each["LogDestinationType"] == "cloud-watch-logs"
    )
    filters = of_type(watched, "AWS::Logs::MetricFilter")
    assert len(filters) == 3
    for each in filters:
        assert each["LogGroupName"] == log["LogGroupName"]
        (metric,) = each["MetricTransformations"]
        assert metric["MetricNamespace"] == NAMESPACE
        assert metric["MetricValue"] == "1"
        # CloudWatch takes a dimension from a column, or a default value, not both.
        assert metric["Dimensions"] == [{"Key": "VpcId", "Value": "$vpc_id"}]
        assert "DefaultValue" not in metric
        assert "vpc_id" in each["FilterPattern"].split(", ")
    # The filters count in the order in which the flow log writes.
    fields = re.findall(r"\$\{([a-z-]+)\}", log["LogFormat"])
    assert tuple(fields) == FIELDS


@pytest.mark.parametrize("control", ["CloudWatch.15", "CloudWatch.17"])
def test_each_alarm_reads_its_metric_and_tells_the_topic(
    watched: dict[str, Any], control: str
) -> None:
    alarms = {each["MetricName"]: each for each in of_type(watched, "AWS::CloudWatch::Alarm")}
    (vpc,) = (name for name, r in watched["Resources"].items() if r["Type"] == "AWS::EC2::VPC")
    metrics = {
        each["MetricTransformations"][0]["MetricName"]
        for each in of_type(watched, "AWS::Logs::MetricFilter")
    }
    assert set(alarms) == metrics
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:333333333333:t"], control
        assert alarm.get("ActionsEnabled", True) is True
        assert alarm["Dimensions"] == [{"Name": "VpcId", "Value": {"Ref": vpc}}]
        assert (alarm["Statistic"], alarm["Period"]) == ("Sum", 300)
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert {name: alarm["Threshold"] for name, alarm in alarms.items()} == {
        "RejectedOutbound": 50,
        "RejectedAdministration": 10,
        "RejectedVolume": 5,
    }


def test_without_a_topic_there_are_no_alarms(stack: cdk.Stack, build: Build) -> None:
    build()
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Alarm", 0)
    template.resource_count_is("AWS::Logs::MetricFilter", 0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rejected_thresholds": {"volume": 0}}, "threshold of volume must be at least 1, got 0"),
        ({"rejected_thresholds": {"scan": 1}}, "'scan', which is no kind of rejected traffic"),
        ({"detection_logs": None}, "alarm_topic needs detection_logs"),
    ],
)
def test_alarms_that_cannot_work_are_refused(
    stack: cdk.Stack, build: Build, settings: dict[str, Any], words: str
) -> None:
    topic = sns.Topic.from_topic_arn(stack, "T", "arn:aws:sns:eu-west-1:333333333333:t")
    with pytest.raises(BaselineError, match=words):
        build(alarm_topic=topic, **settings)
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, build: Build, findings: Callable[[cdk.App], list[str]]
) -> None:
    topic = AlarmTopic(stack, "Alarms", addresses=["soc@example.com"], display_name="Alarms").topic
    build(alarm_topic=topic)
    assert findings(app) == []
