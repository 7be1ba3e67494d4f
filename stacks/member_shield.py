"""What a member account has that the Shield Response Team helps."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config.edge import ShieldContact
from baseline.config.names import Names
from baseline.edge.shield_choices import EmergencyContact
from baseline.edge.shield_support import admit_response_team, call


class MemberShieldStack(cdk.Stack):
    """The response team's role, and the people it calls, in one account."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        contacts: Sequence[ShieldContact],
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: the Shield Response Team",
            synthesizer=synthesizer,
        )
        admit_response_team(self)
        if contacts:
            call(
                self,
                [EmergencyContact(email=each.email, phone=each.phone) for each in contacts],
            )
