"""Statements of resource policies that keep out whoever does not belong to the organization."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aws_cdk import aws_iam as iam

from baseline.errors import BaselineError

ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")
"""Source: AWS Organizations API Reference, "Organization"."""


def deny_outsiders(
    organization_id: str, *, actions: Sequence[str], resources: Sequence[str] = ("*",)
) -> iam.PolicyStatement:
    """Deny every principal outside the organization, except AWS services.

    A service acts in its own name without an organization; what it may do is decided by the
    policies that name it.

    Args:
        organization_id: such as ``o-exampleorgid``.
        actions: what is denied, such as ``secretsmanager:*``.
        resources: the resource itself by default.

    Raises:
        BaselineError: when the ID is no organization ID.

    Source: IAM User Guide, "AWS global condition context keys" (``aws:PrincipalOrgID``,
    ``aws:PrincipalIsAWSService``).
    """
    check_organization(organization_id)
    return iam.PolicyStatement(
        sid="DenyOutsiders",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=list(resources),
        conditions={
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization_id},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    )


def deny_cleartext(
    *, actions: Sequence[str], resources: Sequence[str] = ("*",)
) -> iam.PolicyStatement:
    """Deny requests that do not come over TLS."""
    return iam.PolicyStatement(
        sid="DenyCleartext",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=list(resources),
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def check_organization(organization_id: str) -> None:
    """Refuse what is no organization ID.

    Raises:
        BaselineError: names the value and the form.
    """
    if not ORGANIZATION_ID.fullmatch(organization_id):
        raise BaselineError(
            f"organization_id is {organization_id!r}; give the organization's ID, 'o-' and 10 to "
            "32 lower-case letters or digits, as `aws organizations describe-organization` shows it"
        )
