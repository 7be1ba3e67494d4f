"""RootRemoval: removes root credentials of member accounts that somebody approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.config.credentials import RootCredentialSettings
from baseline.config.names import Names
from baseline.organization import root_permissions as permissions
from baseline.organization.root_removal_definition import definition
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.state_machine import create_state_machine
from baseline.settings import sweep_findings
from baseline.settings.sweep_alarms import SweepAlarms
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_reports import SweepReports

HANDLER = Path(__file__).parent / "handlers" / "root_credentials"
ROOT_SECONDS = 300
STEP_SECONDS = 120


class RootRemoval(Construct):
    """Looks again, asks a person, and removes what that person named, from those accounts only.

    It is started with ``{"accounts": ["111111111111", ...], "dry_run": false}``; without
    ``dry_run`` it only reports. In the mode ``remove`` each run of the sweep that finds root
    credentials starts it as well. The question goes to the topic with the two commands that answer
    it; whoever has the approval policy can run them. Without an answer nothing is removed.

    In the mode ``report`` its role cannot open a session that removes anything.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the state machine, the sweep and the approval policy.
        settings: mode and time for an approval.
        reports: bucket of the reports.
        topic: gets the question and the alarms.

    Attributes:
        state_machine: the ``CfnStateMachine``.
        approval: the ``ManagedPolicy`` of those who start and approve.

    Source: IAM User Guide, "Perform a privileged task on an AWS Organizations member account".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: RootCredentialSettings,
        reports: SweepReports,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._names, self._settings = names, settings
        removes = settings.mode == "remove"
        root = self._function(
            "Root",
            description="Root credentials: look and remove",
            seconds=ROOT_SECONDS,
            environment={},
            statements=permissions.root_statements(names, remove=removes),
            reasons=permissions.root_wildcards(names),
        )
        step = self._function(
            "Step",
            description="Root credentials: plan, ask, match, report",
            seconds=STEP_SECONDS,
            environment={
                "APPROVAL_HOURS": str(settings.approval_hours),
                "BUCKET": reports.bucket.bucket_name,
                "MANAGEMENT": names.management,
                "MODE": settings.mode,
                "TOPIC": topic.topic_arn,
            },
            statements=permissions.step_statements(names, reports, topic.topic_arn),
            reasons=permissions.step_wildcards(self, names, reports),
        )
        self.state_machine = self._create_machine({"RootFunction": root, "StepFunction": step})
        self.approval = self._create_approval()
        SweepAlarms(
            self,
            "Alarms",
            name=names.root_removal,
            state_machine=self.state_machine,
            topic=topic,
        )
        if removes:
            self._run_after_sweep()

    def _function(
        self,
        id: str,
        *,
        description: str,
        seconds: int,
        environment: Mapping[str, str],
        statements: Sequence[iam.PolicyStatement],
        reasons: Mapping[str, str],
    ) -> HandlerFunction:
        function = HandlerFunction(
            self,
            id,
            handler=HANDLER,
            entry=id.lower(),
            description=description,
            timeout_seconds=seconds,
            environment={
                "AWS_STS_REGIONAL_ENDPOINTS": "regional",
                "NAMESPACE": NAMESPACE,
                "PARTITION": self._names.partition,
                "SWEEP": self._names.root_removal,
                **environment,
            },
            statements=[*statements, sweep_findings.measure()],
        )
        acknowledge(function, reasons)
        return function

    def _create_machine(self, functions: Mapping[str, HandlerFunction]) -> sfn.CfnStateMachine:
        arns = {key: item.function.function_arn for key, item in functions.items()}
        machine = create_state_machine(
            self,
            name=self._names.root_removal,
            definition=definition(approval_hours=self._settings.approval_hours),
            substitutions=arns,
            statements=permissions.machine_statements(list(arns.values())),
        )
        acknowledge(
            self.node.find_child("Policy"),
            {"AwsSolutions-IAM5[Resource::*]": permissions.LOG_REASON},
        )
        return machine

    def _create_approval(self) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(
            self,
            "Approval",
            managed_policy_name=self._names.root_approval_policy,
            description="Start, follow and approve the removal of root credentials",
            statements=permissions.approval_statements(self._names),
        )
        acknowledge(policy, permissions.approval_wildcards(self._names))
        return policy

    def _run_after_sweep(self) -> None:
        role = iam.Role(
            self,
            "Starter",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": self._names.security},
                    # The rule refers to the role, so it cannot refer to the rule.
                    "ArnLike": {
                        "aws:SourceArn": cdk.Stack.of(self).format_arn(
                            service="events", resource="rule", resource_name="*"
                        )
                    },
                },
            ),
            description=f"Starts {self._names.root_removal} after the sweep",
        )
        policy = iam.ManagedPolicy(
            self,
            "StarterPolicy",
            description=f"Start {self._names.root_removal}",
            statements=[
                iam.PolicyStatement(
                    sid="StartRemoval",
                    actions=["states:StartExecution"],
                    resources=[permissions.machine_arn(self._names)],
                )
            ],
            roles=[role],
        )
        rule = events.CfnRule(
            self,
            "AfterSweep",
            description="Root credentials were looked for: ask about those that were found",
            event_pattern={
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "stateMachineArn": [permissions.sweep_arn(self._names)],
                    "status": ["SUCCEEDED"],
                },
            },
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Removal",
                    arn=self.state_machine.attr_arn,
                    role_arn=role.role_arn,
                    input_path="$.detail",
                )
            ],
        )
        # A start that comes before the role's policy would be refused.
        rule.node.add_dependency(policy)
        acknowledge(
            rule,
            {
                "Serverless-EventBusDLQ": (
                    "what could not be asked about today is found and asked about by the next sweep"
                )
            },
        )
