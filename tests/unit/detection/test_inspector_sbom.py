"""Bills of materials: the state machine over two Regions, the function, and what it may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_sns as sns
from botocore.client import BaseClient
from ministack.services import stepfunctions

from baseline.config import Names
from baseline.config.inspector import SbomExport as Settings
from baseline.controls.registry import declarations
from baseline.detection.inspector_sbom import CHECKS, SbomExport, definition
from baseline.primitives.state_machine import BAD_ENDS
from tests.handlers import load_handler
from tests.support import CONTEXT
from tests.unit.detection.inspector_aws import FakeInspector
from tests.unit.settings import machine

index = load_handler("baseline/detection/handlers/inspector_sbom")
REGIONS = ("eu-west-1", "eu-central-1")
Execute = Callable[..., dict[str, Any]]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeInspector:
    fake = FakeInspector()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        # A function, which becomes a method of the clients.
        lambda *call: fake(*call),  # noqa: PLW0108
    )
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "BUCKET": "secbase-access-logs-222222222222-{region}-sbom",
        "FORMAT": "CYCLONEDX_1_4",
        "KEY": "arn:aws:kms:{region}:222222222222:alias/secbase-sbom",
        "REGIONS": ",".join(REGIONS),
    }.items():
        monkeypatch.setenv(name, value)
    return fake


@pytest.fixture
def execute(aws: FakeInspector, monkeypatch: pytest.MonkeyPatch) -> Execute:
    """Run an execution; before the n-th look, the n-th answers become what Inspector says."""

    def run(*answers: dict[str, dict[str, str]], waits: list[float] | None = None) -> Any:
        coming = iter(answers)

        def call(event: dict[str, Any]) -> Any:
            if "exports" in event:
                for region, answer in next(coming, {}).items():
                    for export in aws.exports.values():
                        if export["region"] == region:
                            export.update(answer)
            return index.handler(event, None)

        return machine.run(definition(), {}, {"Function": call}, monkeypatch, waits=waits)

    return run


DONE = {"status": "SUCCEEDED"}


def test_every_region_writes_to_its_own_bucket_under_its_own_key(
    execute: Execute, aws: FakeInspector
) -> None:
    output = execute(dict.fromkeys(REGIONS, DONE))
    assert {export["state"] for export in output["exports"]} == {"done"}
    assert [(one["region"], one["given"]) for one in aws.exports.values()] == [
        (
            region,
            {
                "reportFormat": "CYCLONEDX_1_4",
                "s3Destination": {
                    "bucketName": f"secbase-access-logs-222222222222-{region}-sbom",
                    "keyPrefix": aws.given("CreateSbomExport")[0]["s3Destination"]["keyPrefix"],
                    "kmsKeyArn": f"arn:aws:kms:{region}:222222222222:key/1",
                },
            },
        )
        for region in REGIONS
    ]
    assert len(aws.given("CreateSbomExport")[0]["s3Destination"]["keyPrefix"]) == len("2026-11-22")


def test_an_export_is_waited_for_and_looked_at_only_while_it_runs(
    execute: Execute, aws: FakeInspector
) -> None:
    waits: list[float] = []
    execute({"eu-west-1": DONE}, {}, {"eu-central-1": DONE}, waits=waits)
    assert waits == [600, 600, 600]
    looked = [region for name, region, _ in aws.calls if name == "GetSbomExport"]
    assert looked == ["eu-west-1", "eu-central-1", "eu-central-1", "eu-central-1"]


def test_a_region_without_anything_has_not_failed(execute: Execute) -> None:
    empty = {"status": "FAILED", "errorCode": "NO_FINDINGS_FOUND", "errorMessage": "none"}
    output = execute({"eu-west-1": DONE, "eu-central-1": empty})
    assert [export["state"] for export in output["exports"]] == ["done", "empty"]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "FAILED", "errorCode": "INVALID_PERMISSIONS", "errorMessage": "no"},
        {"status": "CANCELLED"},
    ],
)
def test_a_region_that_fails_fails_the_run_and_stops_no_other(
    execute: Execute, aws: FakeInspector, answer: dict[str, str]
) -> None:
    with pytest.raises(stepfunctions._ExecutionError, match="A Region failed"):
        execute({"eu-west-1": answer}, {"eu-central-1": DONE})
    looked = [region for name, region, _ in aws.calls if name == "GetSbomExport"]
    assert looked == ["eu-west-1", "eu-central-1", "eu-central-1"]


def test_a_region_that_refuses_fails_the_run_after_the_others(
    execute: Execute, aws: FakeInspector
) -> None:
    aws.fail("CreateSbomExport", "AccessDeniedException", region="eu-west-1")
    with pytest.raises(stepfunctions._ExecutionError, match="A Region failed"):
        execute({"eu-central-1": DONE})
    assert [one["region"] for one in aws.exports.values()] == ["eu-central-1"]


def test_what_takes_more_than_a_day_has_failed(execute: Execute) -> None:
    waits: list[float] = []
    with pytest.raises(stepfunctions._ExecutionError, match="more than a day"):
        execute(waits=waits)
    assert len(waits) == CHECKS
    assert sum(waits) == 24 * 3600


def test_a_lost_look_is_a_failure_with_its_reason(aws: FakeInspector) -> None:
    started = index.handler({"started": "2026-11-22T01:00:00.000Z"}, None)
    assert started["running"] == len(REGIONS)
    aws.fail("GetSbomExport", "ResourceNotFoundException", message="no such report")
    looked = index.handler(started, None)
    assert (looked["checks"], looked["running"], looked["failed"]) == (1, 0, 2)
    assert "no such report" in looked["exports"][0]["note"]


# The construct


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    names = Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )
    env = cdk.Environment(account=names.security, region=names.home_region)
    stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=env)
    topic = sns.Topic.from_topic_arn(stack, "Topic", names.topic_arn("critical"))
    SbomExport(
        stack,
        "Sbom",
        names=names,
        export=Settings(format="SPDX_2_3", schedule="cron(0 4 * * ? *)"),
        regions=REGIONS,
        alarm_topic=topic,
    )
    return stack


@pytest.fixture(scope="module")
def resources(stack: cdk.Stack) -> list[dict[str, Any]]:
    return list(assertions.Template.from_stack(stack).to_json()["Resources"].values())


def properties(resources: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources if each["Type"] == kind]


def test_stepfunctions_1_every_step_is_logged(
    stack: cdk.Stack, resources: list[dict[str, Any]]
) -> None:
    (found,) = properties(resources, "AWS::StepFunctions::StateMachine")
    assert found["StateMachineName"] == "secbase-sbom-export"
    assert found["LoggingConfiguration"]["Level"] == "ALL"
    claims = [row["controls"] for row in declarations(stack) if row["capability"] == "sbom-export"]
    assert claims == [["StepFunctions.1"]]


def test_it_runs_on_schedule_only_and_a_failure_is_told(resources: list[dict[str, Any]]) -> None:
    (rule,) = properties(resources, "AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "cron(0 4 * * ? *)"
    assert "EventPattern" not in rule
    (alarm,) = properties(resources, "AWS::CloudWatch::Alarm")
    assert alarm["AlarmName"] == "secbase-sbom-export-failed"
    looked_at = [row["MetricStat"]["Metric"]["MetricName"] for row in alarm["Metrics"][1:]]
    assert (looked_at, alarm["Threshold"]) == (list(BAD_ENDS), 1)
    assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"]


def test_the_function_knows_each_region_and_may_do_nothing_else(
    resources: list[dict[str, Any]], aws: FakeInspector, execute: Execute
) -> None:
    (function,) = properties(resources, "AWS::Lambda::Function")
    assert function["Environment"]["Variables"] == {
        "BUCKET": "secbase-access-logs-222222222222-{region}-sbom",
        "FORMAT": "SPDX_2_3",
        "KEY": "arn:aws:kms:{region}:222222222222:alias/secbase-sbom",
        "REGIONS": "eu-west-1,eu-central-1",
    }
    statements = {
        statement["Sid"]: statement
        for policy in properties(resources, "AWS::IAM::ManagedPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
    }
    here = {"StringEquals": {"aws:RequestedRegion": list(REGIONS)}}
    assert statements["Export"]["Condition"] == statements["FindKeys"]["Condition"] == here
    assert statements["FindKeys"]["Resource"] == "arn:aws:kms:*:222222222222:key/*"
    execute(dict.fromkeys(REGIONS, DONE))
    called = {name for name, _, _ in aws.calls}
    allowed = [*statements["Export"]["Action"], statements["FindKeys"]["Action"]]
    assert called == {action.partition(":")[2] for action in allowed}
    assert json.loads(definition())["StartAt"] == "Start"
