"""How playbooks act in an account: a role for each family of them."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.config.contacts import BreakGlass
from baseline.config.names import Names
from baseline.guardrails.roles import QUALIFIER
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
        break_glass: BreakGlass,
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
                guarded=_own(names, break_glass),
            )


def _own(names: Names, break_glass: BreakGlass) -> list[str]:
    """Give the users and roles of an account that no playbook changes."""
    own = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}"
    return [
        f"{own}:role/{names.prefix}-*",
        f"{own}:role/cdk-{QUALIFIER}-*",
        f"{own}:role/{break_glass.role}",
        *(f"{own}:user/{user}" for user in break_glass.users),
    ]
