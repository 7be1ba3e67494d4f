"""ScheduledEvidence: it reads, adds and tells; nothing else, whatever it is asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Match, Template

from baseline.config import Configuration, Names, load
from baseline.errors import ConfigurationError
from baseline.evidence import scheduled
from baseline.evidence.scheduled import ScheduledEvidence
from baseline.response.evidence import EvidenceStore
from baseline.settings.sweep_reports import SweepReports
from tests.composed import composed, switched_off
from tests.support import ROOT
from tests.unit.evidence.test_evidence_handler import index

ENV = cdk.Environment(account="333333333333", region="eu-west-1")
WRITES = {
    "cloudwatch:PutMetricData",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:PutObject",
    "sns:Publish",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


def template_of(configuration: Configuration, **settings: Any) -> Template:
    stack = cdk.Stack(cdk.App(), "evidence", env=ENV)
    ScheduledEvidence(
        stack,
        "Compliance",
        names=Names.of(configuration),
        store=EvidenceStore(stack, "Evidence"),
        reports=SweepReports(stack, "Reports"),
        **settings,
    )
    return Template.from_stack(stack)


@pytest.fixture(scope="module")
def template(configuration: Configuration) -> Template:
    return template_of(configuration)


def statements(template: Template) -> dict[str, dict[str, Any]]:
    found = template.find_resources("AWS::IAM::ManagedPolicy").values()
    return {
        each["Sid"]: each
        for policy in found
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def actions(template: Template) -> set[str]:
    found: set[str] = set()
    for each in statements(template).values():
        named = each["Action"]
        found |= {named} if isinstance(named, str) else set(named)
    return found


def environment(template: Template) -> dict[str, Any]:
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    found: dict[str, Any] = function["Properties"]["Environment"]["Variables"]
    return found


def test_the_role_reads_results_and_adds_objects(template: Template) -> None:
    allowed = actions(template) - {"lambda:InvokeFunction"}
    rest = {name.split(":")[1] for name in allowed - WRITES}
    assert all(name.startswith(("Describe", "Get", "List", "Select")) for name in rest)
    assert "artifact:GetReport" not in allowed
    added = statements(template)["AddEvidence"]
    assert added["Action"] == "s3:PutObject"
    assert "/compliance/*" in json.dumps(added["Resource"])
    assert statements(template)["FindPackages"]["Condition"] == {
        "StringLike": {"s3:prefix": ["compliance/*"]}
    }
    read = statements(template)["ReadOwnReports"]
    assert (read["Action"], "/reports/*" in json.dumps(read["Resource"])) == ("s3:GetObject", True)


def test_reports_of_artifact_are_fetched_by_choice_only(
    template: Template, configuration: Configuration
) -> None:
    assert environment(template)["ARTIFACT"] == "list"
    assert environment(template)["ACCEPT_TERMS"] == "false"
    more = template_of(configuration, artifact="reports", accept_terms=True, period="weekly")
    assert {"artifact:GetReport", "artifact:GetTermForReport"} <= actions(more)
    variables = environment(more)
    assert (variables["ARTIFACT"], variables["ACCEPT_TERMS"]) == ("reports", "true")
    assert variables["PERIOD"] == "weekly"


def test_it_is_visited_every_day_and_after_a_deployment(template: Template) -> None:
    template.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {
            "Name": "secbase-evidence",
            "State": "ENABLED",
            "ScheduleExpression": "cron(30 4 * * ? *)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": Match.any_value(),
                "RoleArn": Match.any_value(),
                "Input": '{"trigger": "schedule"}',
            },
        },
    )
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "State": "ENABLED",
            "EventPattern": {
                "source": ["aws.cloudformation"],
                "detail-type": ["CloudFormation Stack Status Change"],
                "detail": {
                    "stack-id": [{"Ref": "AWS::StackId"}],
                    "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
                },
            },
        },
    )


def test_only_the_own_schedules_use_the_role(template: Template) -> None:
    template.has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Action": "sts:AssumeRole",
                        "Effect": "Allow",
                        "Principal": {"Service": "scheduler.amazonaws.com"},
                        "Condition": {
                            "StringEquals": {
                                "aws:SourceAccount": "333333333333",
                                "aws:SourceArn": Match.any_value(),
                            }
                        },
                    }
                ],
                "Version": "2012-10-17",
            }
        },
    )


def test_two_days_without_a_package_raise_an_alarm(template: Template) -> None:
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": "secbase-evidence-missing",
            "MetricName": index.METRIC,
            "Namespace": "SecurityBaseline",
            "Dimensions": [{"Name": "Schedule", "Value": "secbase-evidence"}],
            "Period": 86400,
            "EvaluationPeriods": 2,
            "Threshold": 1,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "breaching",
            "AlarmActions": ["arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"],
        },
    )
    assert scheduled.METRIC == index.METRIC


def test_every_variable_that_the_handler_reads_is_set(template: Template) -> None:
    text = (scheduled.HANDLER / "index.py").read_text(encoding="utf-8")
    wanted = set(re.findall(r"os\.environ\[[\"'](\w+)", text)) - {"AWS_REGION"}
    assert wanted == set(environment(template))
    assert environment(template)["PREFIX"] == scheduled.PREFIX


def test_it_is_there_by_default_and_gone_by_choice(configuration: Configuration) -> None:
    assert "evidence" in composed(configuration).stacks
    assert "evidence" not in composed(switched_off()).stacks


def test_terms_of_nothing_are_not_accepted_and_wrong_words_refused(tmp_path: Any) -> None:
    file = tmp_path / "baseline.yaml"
    example = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    assert "evidence: { period: monthly }" in example

    def say(text: str) -> None:
        said = example.replace("evidence: { period: monthly }", f"evidence: {{ {text} }}")
        file.write_text(said, encoding="utf-8")

    say("accept_terms: true")
    with pytest.raises(ConfigurationError, match="accepts terms of reports"):
        load(file)
    say("artifact: reports, accept_terms: true")
    assert load(file).evidence.accept_terms
    for wrong in ("period: yearly", "artifact: none", "enabled: maybe", "periods: monthly"):
        say(wrong)
        with pytest.raises(ConfigurationError, match=r"baseline\.yaml"):
            load(file)
