"""Permission to assume the roles of the CDK's bootstrap, and no others."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

BOOTSTRAP_ROLES = ("deploy", "file-publishing", "image-publishing", "lookup")
"""Roles of the CDK bootstrap that the ``cdk`` command assumes.

Source: AWS CDK Developer Guide, "AWS CDK bootstrapping", "IAM roles created during bootstrapping".
"""


def assume_bootstrap_roles(
    accounts: Sequence[str],
    qualifier: str,
    organization_id: str | None,
    kinds: Sequence[str] = BOOTSTRAP_ROLES,
) -> iam.PolicyStatement:
    """Give the statement that assumes the roles of the CDK's bootstrap in accounts.

    Args:
        accounts: IDs of the accounts.
        qualifier: qualifier of the bootstrap.
        organization_id: organization that the accounts belong to; None where there is none.
        kinds: which of the roles.
    """
    return iam.PolicyStatement(
        sid="AssumeBootstrapRoles",
        actions=["sts:AssumeRole"],
        resources=[
            f"arn:{cdk.Aws.PARTITION}:iam::{target}"
            for target in _targets(accounts, qualifier, kinds)
        ],
        conditions={"StringEquals": {"aws:ResourceOrgID": organization_id}}
        if organization_id
        else None,
    )


def bootstrap_reasons(
    accounts: Sequence[str], qualifier: str, kinds: Sequence[str] = BOOTSTRAP_ROLES
) -> dict[str, str]:
    """Give the reasons for the wildcards of :func:`assume_bootstrap_roles`."""
    return {
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::{target}]": (
            "the name ends in the Region of the bootstrap; account, kind and qualifier are named, and "
            "the role trusts this account or not"
        )
        for target in _targets(accounts, qualifier, kinds)
    }


def _targets(accounts: Sequence[str], qualifier: str, kinds: Sequence[str]) -> list[str]:
    return [
        f"{account}:role/cdk-{qualifier}-{kind}-role-{account}-*"
        for account in accounts
        for kind in kinds
    ]
