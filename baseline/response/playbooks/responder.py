"""PlaybookResponder: what one family of playbooks may do in an account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge
from baseline.response.playbooks.families import Family

SESSION_HOURS = 1


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
            statements=list(family.statements()),
            roles=[self.role],
        )
        acknowledge(policy, dict(family.reasons))
