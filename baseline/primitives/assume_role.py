"""Permission to assume the role that has one name in every account of the organization."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from baseline.primitives.circle import resources_of

ONE_NAME_EVERYWHERE = (
    "the role has one name in every account, and a condition keeps it to the accounts of this "
    "organization"
)
"""Reason for the wildcard in the role's ARN (AwsSolutions-IAM5)."""


def assume_in_organization(sid: str, *, role_arn: str, organization_id: str) -> iam.PolicyStatement:
    """Give the statement that assumes a role in any account of the organization, and in no other.

    Args:
        sid: name of the statement.
        role_arn: ARN of the role, with a wildcard for the account.
        organization_id: ID of the organization, or of a standalone account.

    Source: IAM User Guide, "AWS global condition context keys" (aws:ResourceOrgID).
    """
    return iam.PolicyStatement(
        sid=sid,
        actions=["sts:AssumeRole"],
        resources=[role_arn],
        conditions={"StringEquals": resources_of(organization_id)},
    )
