"""PlaybookResponder: what one family of playbooks may do in an account."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.response.playbooks.families import DENIES, Family

SESSION_HOURS = 1

CHANGES = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteAccessKey",
    "iam:DeleteLoginProfile",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:UpdateAccessKey",
)
"""Everything that families do to users and roles."""


class PlaybookResponder(Construct):
    """A role that does the steps of one family, for one role of the security account.

    Args:
        scope: parent construct; once per account and family.
        id: construct ID.
        family: whose steps.
        role_name: physical name, which guardrails exempt.
        trusted_account: the security account.
        trusted_role: name of the role of the family's function there.
        organization_id: organization that the caller must belong to.
        guarded: ARNs of users and roles that it is denied to change, where the family changes any.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Security Incident Response User Guide, "Prepare access to AWS accounts".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        family: Family,
        role_name: str,
        trusted_account: str,
        trusted_role: str,
        organization_id: str,
        guarded: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=f"Incident response: {family.title}",
            assumed_by=one_role(trusted_account, trusted_role, organization_id),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Incident response: {family.title}",
            statements=[*family.statements(), *_guard(family, guarded)],
            roles=[self.role],
        )
        acknowledge(policy, {**family.reasons, **_reasons(family, guarded)})


def _guard(family: Family, guarded: Sequence[str]) -> list[iam.PolicyStatement]:
    """Deny to change those users and roles: whoever changes a role that is trusted is that role."""
    if not family.guards_identities or not guarded:
        return []
    return [
        iam.PolicyStatement(
            sid="LeaveOwnIdentities",
            effect=iam.Effect.DENY,
            actions=list(CHANGES),
            resources=list(guarded),
        )
    ]


def _reasons(family: Family, guarded: Sequence[str]) -> dict[str, str]:
    if not family.guards_identities:
        return {}
    return {
        f"AwsSolutions-IAM5[Resource::{as_printed(arn)}]": DENIES for arn in guarded if "*" in arn
    }
