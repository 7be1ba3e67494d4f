"""What every account has in a Region that is not governed and that records sign-ins."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.contacts import BreakGlass
from baseline.config.names import Names
from baseline.detection.event_forwarding import SignInForwarding
from baseline.detection.event_patterns import Canaries, Emergency


class MemberSignInStack(cdk.Stack):
    """Forwarding of root use and break-glass, in one account and Region.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        break_glass: BreakGlass | None = None,
        canary_users: tuple[str, ...] = (),
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: sign-ins and calls of global services",
            env=env,
            synthesizer=synthesizer,
        )
        SignInForwarding(
            self,
            "EventForwarding",
            bus_arn=names.event_bus_arn,
            role_name=names.event_forwarding_role,
            rule_name=names.forwarding_rule,
            emergency=emergency_of(break_glass or BreakGlass(), names),
            canaries=Canaries(users=canary_users, account=names.security),
        )


def emergency_of(break_glass: BreakGlass, names: Names) -> Emergency:
    """Give the emergency role and users whose use is told."""
    return Emergency(role=break_glass.role, users=break_glass.users, account=names.management)
