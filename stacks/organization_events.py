"""What the management account tells of the organization in us-east-1, where Organizations records it."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.names import Names
from baseline.detection.account_events import AccountEvents


class OrganizationEventsStack(cdk.Stack):
    """Accounts that join or move are told to the security account, whose sweeps visit them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: accounts that join or move",
            env=env,
            synthesizer=synthesizer,
        )
        role = f"arn:{names.partition}:iam::{names.management}:role/{names.event_forwarding_role}"
        AccountEvents(
            self,
            "AccountEvents",
            bus_arn=names.event_bus_arn,
            role_arn=role,
            rule_name=names.forwarding_rule("AccountChanges"),
        )
