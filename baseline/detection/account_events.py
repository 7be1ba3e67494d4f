"""AccountEvents: the security account hears of accounts that join the organization or are moved."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection import event_patterns
from baseline.primitives.acknowledge import acknowledge

NO_QUEUE = (
    "EventBridge retries for 24 hours, and the sweeps that wait for the event visit every account "
    "once a day anyway"
)


class AccountEvents(Construct):
    """A rule that sends what Organizations tells of its accounts to the security account's bus.

    Args:
        scope: parent construct, in a stack of the management account and us-east-1, the only place
            that has these events.
        id: construct ID.
        bus_arn: the security account's bus, in the home Region.
        role_arn: role of the management account that may put events on it.
        rule_name: physical name.

    Attributes:
        rule: the ``CfnRule``.

    Source: AWS Organizations User Guide, "Logging and monitoring in AWS Organizations"; Amazon
    EventBridge User Guide, "Sending and receiving events between AWS Regions".
    """

    def __init__(
        self, scope: Construct, id: str, *, bus_arn: str, role_arn: str, rule_name: str
    ) -> None:
        super().__init__(scope, id)
        self.rule = events.CfnRule(
            self,
            "Rule",
            name=rule_name,
            description="Accounts that join or move, to the security account",
            event_pattern=event_patterns.accounts_changed(),
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(id="SecurityBus", arn=bus_arn, role_arn=role_arn)
            ],
        )
        acknowledge(self.rule, {"Serverless-EventBusDLQ": NO_QUEUE})
        implements(self, capability="account-events", controls=[])
