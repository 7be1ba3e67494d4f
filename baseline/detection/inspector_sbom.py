"""SbomExport: bills of materials of everything that Inspector scans, on a schedule, in the archive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.config import Names
from baseline.config import inspector as settings
from baseline.controls.registry import implements
from baseline.organization import root_permissions
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.state_machine import create_state_machine, ended_badly
from baseline.settings.sweep_definition import ATTEMPTS, THROTTLED
from baseline.settings.sweep_triggers import SweepTriggers

HANDLER = Path(__file__).parent / "handlers" / "inspector_sbom"
TIMEOUT_SECONDS = 300
WAIT_SECONDS = 600
CHECKS = 144
"""Looks at an export before it counts as failed: a day."""
ALARM_MINUTES = 5

State = dict[str, Any]


class SbomExport(Construct):
    """Every governed Region's bills of materials, of all accounts, written to the log archive.

    Which package is where can then be asked of a day in the past, and of accounts that are gone.
    Inspector writes to a bucket of each Region by itself; the state machine asks it to, waits, and
    fails when a Region failed or took more than a day. One Region failing stops no other.

    Args:
        scope: parent construct, in a stack of the delegated administrator and home Region.
        id: construct ID.
        names: names of buckets, keys, role and state machine.
        export: format and schedule.
        regions: governed Regions.
        alarm_topic: hears of an export that failed; its policy admits the alarm's name.

    Attributes:
        state_machine: the ``CfnStateMachine``.
        alarm: the ``aws_cloudwatch.Alarm`` on runs that failed, timed out or were stopped.

    Source: Amazon Inspector User Guide, "Exporting SBOMs with Amazon Inspector"; Security Hub
    StepFunctions.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        export: settings.SbomExport,
        regions: Sequence[str],
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        function = self._create_function(names, export, regions)
        self.state_machine = self._create_machine(names.sbom_export, function)
        SweepTriggers(
            self,
            "Triggers",
            state_machine=self.state_machine,
            description="Bills of materials",
            schedule=export.schedule,
            bus=None,
            dry_run=False,
            on_deployment=False,
        )
        self.alarm = self._create_alarm(names.sbom_export, alarm_topic)
        implements(self, capability="sbom-export", controls=["StepFunctions.1"])

    def _create_function(
        self, names: Names, export: settings.SbomExport, regions: Sequence[str]
    ) -> HandlerFunction:
        keys = f"arn:{names.partition}:kms:*:{names.log_archive}:key/*"
        function = HandlerFunction(
            self,
            "Function",
            handler=HANDLER,
            description="Bills of materials: start an export, look at it",
            timeout_seconds=TIMEOUT_SECONDS,
            role_name=names.sbom_exporter_role,
            environment={
                "BUCKET": names.sbom_bucket("{region}"),
                "FORMAT": export.format,
                "KEY": names.sbom_key_alias_arn("{region}"),
                "REGIONS": ",".join(regions),
            },
            statements=_statements(keys, regions),
        )
        reason = "the keys have IDs that nobody knows before; their policies name this role"
        acknowledge(function, {f"AwsSolutions-IAM5[Resource::{keys}]": reason})
        return function

    def _create_machine(self, name: str, function: HandlerFunction) -> sfn.CfnStateMachine:
        arn = function.function.function_arn
        machine = create_state_machine(
            self,
            name=name,
            definition=definition(),
            substitutions={"Function": arn},
            statements=root_permissions.machine_statements([arn]),
        )
        acknowledge(
            self.node.find_child("Policy"),
            {"AwsSolutions-IAM5[Resource::*]": root_permissions.LOG_REASON},
        )
        return machine

    def _create_alarm(self, name: str, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "Alarm",
            alarm_name=f"{name}-failed",
            alarm_description="Bills of materials of a Region are missing; see the last execution",
            metric=ended_badly(self.state_machine, minutes=ALARM_MINUTES),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            # Between two runs there is nothing to report.
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm


def definition() -> str:
    """Render the state machine, in JSON, with a placeholder for the function."""
    states: dict[str, State] = {
        "Start": {**_invoke({"started.$": "$$.Execution.StartTime"}), "Next": "HasEnded"},
        "HasEnded": {
            "Type": "Choice",
            "Choices": [
                {
                    "And": [
                        {"Variable": "$.running", "NumericGreaterThan": 0},
                        {"Variable": "$.checks", "NumericLessThan": CHECKS},
                    ],
                    "Next": "Wait",
                },
                {"Variable": "$.running", "NumericGreaterThan": 0, "Next": "Failed"},
                {"Variable": "$.failed", "NumericGreaterThan": 0, "Next": "Failed"},
            ],
            "Default": "Exported",
        },
        "Wait": {"Type": "Wait", "Seconds": WAIT_SECONDS, "Next": "Check"},
        "Check": {
            **_invoke({"exports.$": "$.exports", "checks.$": "$.checks"}),
            "Next": "HasEnded",
        },
        "Exported": {"Type": "Succeed"},
        "Failed": {
            "Type": "Fail",
            "Error": "ExportFailed",
            "Cause": "A Region failed, or took more than a day; the function's log names it",
        },
    }
    return json.dumps({"StartAt": "Start", "States": states})


def _invoke(given: dict[str, str]) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${Function}", "Payload": given},
        "OutputPath": "$.Payload",
        # An answer that is lost takes no execution with it.
        "TimeoutSeconds": 2 * TIMEOUT_SECONDS,
        "Retry": [
            {
                "ErrorEquals": list(THROTTLED),
                "IntervalSeconds": 10,
                "MaxAttempts": ATTEMPTS,
                "BackoffRate": 2,
                "JitterStrategy": "FULL",
            }
        ],
    }


def _statements(keys: str, regions: Sequence[str]) -> list[iam.PolicyStatement]:
    here = {"StringEquals": {"aws:RequestedRegion": list(regions)}}
    return [
        # Neither action knows resources.
        iam.PolicyStatement(
            sid="Export",
            actions=["inspector2:CreateSbomExport", "inspector2:GetSbomExport"],
            resources=["*"],
            conditions=here,
        ),
        iam.PolicyStatement(
            sid="FindKeys", actions=["kms:DescribeKey"], resources=[keys], conditions=here
        ),
    ]
