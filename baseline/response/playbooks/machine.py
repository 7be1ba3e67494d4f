"""PlaybookMachine: the state machine of one playbook, what starts it, and its alarm."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.state_machine import (
    BAD_ENDS,
    create_state_machine,
    logging_statements,
)
from baseline.response.playbooks.alarm import failed_alarm
from baseline.response.playbooks.definition import definition
from baseline.response.playbooks.model import Playbook


class PlaybookMachine(Construct):
    """Runs a playbook for each event that its triggers match; an execution that fails is told.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        playbook: the playbook.
        name: physical name of the state machine; the alarm's begins with it.
        function: does its steps.
        bus: bus that the accounts' events and GuardDuty's findings arrive on.
        start_role: role with which rules start state machines.
        failures: ARN of the queue for events that could not start it.
        topic: topic that hears of an execution that failed.
        approval_hours: how long a question waits for its answer.

    Attributes:
        state_machine: the ``CfnStateMachine``.
        rules: the ``CfnRule`` by the trigger's ID.
        alarm: the ``CfnAlarm``.

    Source: Security Hub StepFunctions.1.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        playbook: Playbook,
        name: str,
        function: lambda_.IFunction,
        bus: events.CfnEventBus,
        start_role: iam.IRole,
        failures: str,
        topic: sns.ITopic,
        approval_hours: int,
    ) -> None:
        super().__init__(scope, id)
        self.state_machine = create_state_machine(
            self,
            name=name,
            definition=definition(playbook, approval_hours=approval_hours),
            substitutions={"Function": function.function_arn},
            statements=[
                iam.PolicyStatement(
                    sid="DoSteps",
                    actions=["lambda:InvokeFunction"],
                    resources=[function.function_arn],
                ),
                *logging_statements(),
            ],
        )
        self.rules = {
            trigger.id: events.CfnRule(
                self,
                trigger.id,
                description=f"{playbook.title}: {trigger.says}"[:512],
                event_bus_name=bus.ref if trigger.bus == "security" else None,
                event_pattern=dict(trigger.pattern),
                state="ENABLED",
                targets=[self._target(start_role, failures)],
            )
            for trigger in playbook.triggers
        }
        self.alarm = failed_alarm(
            self,
            "Alarm",
            name=f"{name}-failed",
            description=f"{playbook.title}: the playbook did not contain everything",
            metrics=dict.fromkeys(BAD_ENDS, "Sum"),
            namespace="AWS/States",
            dimension=("StateMachineArn", self.state_machine.attr_arn),
            topic=topic,
        )
        acknowledge(
            self,
            {"AwsSolutions-IAM5[Resource::*]": "delivery of logs takes no resources"},
        )

    def _target(self, role: iam.IRole, failures: str) -> events.CfnRule.TargetProperty:
        return events.CfnRule.TargetProperty(
            id="Playbook",
            arn=self.state_machine.attr_arn,
            role_arn=role.role_arn,
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=failures),
        )
