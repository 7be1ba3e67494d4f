"""Conditions that keep to one's own: to the organization, or to the account where there is none.

Constructs take one ID for both, because nothing else differs. What would admit an organization never
loses its condition without one: it admits the account.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

Condition = dict[str, str]

ORGANIZATION_START = "o-"


def is_organization(id: str) -> bool:
    """Tell whether an ID is that of an organization, and not of a standalone account."""
    return id.startswith(ORGANIZATION_START)


def principals_of(id: str) -> Condition:
    """Give the condition that the caller belongs to the organization or account.

    Source: IAM User Guide, "AWS global condition context keys" (aws:PrincipalOrgID,
    aws:PrincipalAccount).
    """
    return {"aws:PrincipalOrgID" if is_organization(id) else "aws:PrincipalAccount": id}


def anybody_of(id: str) -> iam.IPrincipal:
    """Give the principal of a resource policy whose condition is :func:`principals_of`.

    An organization has no principal of its own, so its condition binds everybody; an account has.
    """
    if is_organization(id):
        return iam.AnyPrincipal()
    return iam.ArnPrincipal(f"arn:{cdk.Aws.PARTITION}:iam::{id}:root")


def sources_of(id: str) -> Condition:
    """Give the condition that a service works for a resource of the organization or account.

    Source: IAM User Guide, "AWS global condition context keys" (aws:SourceOrgID,
    aws:SourceAccount).
    """
    return {"aws:SourceOrgID" if is_organization(id) else "aws:SourceAccount": id}


def resources_of(id: str) -> Condition:
    """Give the condition that what is asked for belongs to the organization or account.

    Source: IAM User Guide, "AWS global condition context keys" (aws:ResourceOrgID,
    aws:ResourceAccount).
    """
    return {"aws:ResourceOrgID" if is_organization(id) else "aws:ResourceAccount": id}
