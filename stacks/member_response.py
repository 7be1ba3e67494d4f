"""How playbooks act in an account: a role for each family of them."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config.names import Names
from baseline.response.playbooks.families import Family
from baseline.response.playbooks.responder import PlaybookResponder


class MemberResponseStack(cdk.Stack):
    """The responder roles of one account, in its home Region alone, as roles exist once.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        families: Sequence[Family],
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: incident response in an account",
            env=env,
            synthesizer=synthesizer,
        )
        for family in families:
            PlaybookResponder(
                self,
                family.id.title(),
                family=family,
                role_name=names.playbook_responder_role(family.id),
                trusted_account=names.security,
                trusted_role=names.playbooks_role(family.id),
                organization_id=names.organization_id,
            )
