"""DriftForwarding: what Control Tower finds changed reaches the security account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.detection.event_forwarding import NO_QUEUE
from baseline.detection.event_patterns import control_tower_drift
from baseline.primitives.acknowledge import acknowledge


class DriftForwarding(Construct):
    """A rule that sends Control Tower's drift events to the security account's bus.

    Landing zone 4.0 sends them to the default bus of the management account, in the home Region.
    The rule uses the forwarding role that every account has.

    Args:
        scope: parent construct, in a stack of the management account and home Region that comes
            after the members' roles and the bus.
        id: construct ID.
        names: the bus and the role.

    Attributes:
        rule: the ``CfnRule``.

    Source: Amazon EventBridge Events Reference, "AWS Control Tower events".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        role = (
            f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{names.event_forwarding_role}"
        )
        self.rule = events.CfnRule(
            self,
            "Rule",
            description="Control Tower drift to the security account",
            event_pattern=control_tower_drift(),
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="SecurityBus", arn=names.event_bus_arn, role_arn=role
                )
            ],
        )
        acknowledge(self.rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        implements(self, capability="control-tower-drift", controls=[])
