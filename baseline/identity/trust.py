"""Trust between the roles of the organization."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.primitives.circle import principals_of


def one_role(account: str, role: str, organization_id: str) -> iam.IPrincipal:
    """Trust one role of one account of the organization.

    The trust names the account with the role as a condition, because a trust that names a role
    fails while that role does not exist.

    Args:
        account: ID of the role's account.
        role: name of the role, without a path.
        organization_id: organization, or standalone account, that the caller must belong to.
    """
    # AccountPrincipal writes the partition out where the stack has an environment, which would make
    # the template of the management account another than that of the members.
    root = iam.ArnPrincipal(f"arn:{cdk.Aws.PARTITION}:iam::{account}:root")
    return root.with_conditions(
        {
            "ArnEquals": {
                "aws:PrincipalArn": f"arn:{cdk.Aws.PARTITION}:iam::{account}:role/{role}"
            },
            "StringEquals": principals_of(organization_id),
        }
    )
