"""SweepTriggers: when a sweep runs by itself."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from baseline.detection import event_patterns
from baseline.primitives.acknowledge import acknowledge

DELAY_SECONDS = 15 * 60
"""Time that the StackSets get to create their roles in a new account."""

NO_QUEUE = (
    "EventBridge tries for 24 hours to start the state machine, and the next daily run does "
    "whatever a lost start left undone"
)


class SweepTriggers(Construct):
    """Starts a state machine daily, after a deployment of its own stack, and for new accounts.

    Args:
        scope: parent construct.
        id: construct ID.
        state_machine: what is started.
        description: what it does, for the descriptions of the rules.
        schedule: schedule expression, in UTC; None for no schedule.
        bus: name of the bus that receives the organization's events; None when new accounts can
            wait for the schedule.
        dry_run: what automatic runs do: report only (True), or change too.
        on_deployment: start it after each deployment that changed the stack.

    Attributes:
        rules: the ``CfnRule`` by name: ``Schedule``, ``Deployed`` and ``Accounts``.

    Source: AWS CloudFormation User Guide, "Managing events with CloudFormation and Amazon
    EventBridge"; AWS Organizations User Guide, "Logging API calls with AWS CloudTrail".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        state_machine: sfn.CfnStateMachine,
        description: str,
        schedule: str | None,
        bus: str | None,
        dry_run: bool,
        on_deployment: bool,
    ) -> None:
        super().__init__(scope, id)
        self._machine, self._description = state_machine, description
        self._role = self._create_role()
        self.rules: dict[str, events.CfnRule] = {}
        said: dict[str, object] = {"dry_run": dry_run}
        if schedule is not None:
            self._rule("Schedule", schedule=schedule, given=said | {"trigger": "schedule"})
        if on_deployment:
            pattern = stack_deployed(cdk.Stack.of(self).stack_id)
            self._rule("Deployed", pattern=pattern, given=said | {"trigger": "deployment"})
        if bus is not None:
            given = said | {"trigger": "organization", "delay_seconds": DELAY_SECONDS}
            self._rule("Accounts", pattern=event_patterns.accounts_changed(), given=given, bus=bus)

    def _create_role(self) -> iam.Role:
        stack = cdk.Stack.of(self)
        role = iam.Role(
            self,
            "Role",
            description=f"Rules start: {self._description}",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    # The rules refer to the role, so it cannot refer to them.
                    "ArnLike": {
                        "aws:SourceArn": stack.format_arn(
                            service="events", resource="rule", resource_name="*"
                        )
                    },
                },
            ),
        )
        self._policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Start: {self._description}",
            statements=[
                iam.PolicyStatement(
                    sid="Start",
                    actions=["states:StartExecution"],
                    resources=[self._machine.attr_arn],
                )
            ],
            roles=[role],
        )
        return role

    def _rule(
        self,
        id: str,
        *,
        given: dict[str, object],
        schedule: str | None = None,
        pattern: event_patterns.Pattern | None = None,
        bus: str | None = None,
    ) -> None:
        transformer = None
        if bus is not None:
            transformer = events.CfnRule.InputTransformerProperty(
                input_paths_map={"event": "$.detail"},
                input_template=json.dumps(given)[:-1] + ', "event": <event>}',
            )
        target = events.CfnRule.TargetProperty(
            id="Sweep",
            arn=self._machine.attr_arn,
            role_arn=self._role.role_arn,
            input=None if transformer else json.dumps(given),
            input_transformer=transformer,
        )
        rule = events.CfnRule(
            self,
            id,
            description=f"{id}: {self._description}",
            schedule_expression=schedule,
            event_pattern=pattern,
            event_bus_name=bus,
            state="ENABLED",
            targets=[target],
        )
        # A start that comes before the role's policy would be refused.
        rule.node.add_dependency(self._policy)
        acknowledge(rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        self.rules[id] = rule


def stack_deployed(stack_id: str) -> event_patterns.Pattern:
    """Match the end of a successful deployment of a stack."""
    return {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {
            "stack-id": [stack_id],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    }
