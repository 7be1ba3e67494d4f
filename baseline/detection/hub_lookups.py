"""Lookups that Security Hub needs: units by their path, the hub of the new Security Hub."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.detection.service_lookup import lookup, service_linked_role, statement
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, as_printed

# CloudFormation takes an answer of 4,096 bytes; a unit has about 45 in it.
MOST_UNITS = 60


class UnitLookup(Construct):
    """The IDs of organizational units, which another account's stack created, by their paths.

    AWS Organizations lets delegated administrators read the tree. A unit that does not exist is an
    error, so that no policy is missing without a word.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.
        organization_id: the organization.
        root_id: its root.
        management_account: ID of the account that it belongs to.
        paths: paths of units, such as ``Workloads/Production``; at least one.

    Attributes:
        unit_ids: ID of a unit by its path.

    Raises:
        BaselineError: when there is no path, or more than an answer has room for.

    Source: AWS Organizations API Reference, "ListOrganizationalUnitsForParent".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        organization_id: str,
        root_id: str,
        management_account: str,
        paths: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        if not 0 < len(paths) <= MOST_UNITS:
            raise BaselineError(
                f"paths names {len(paths)} units; name 1 to {MOST_UNITS}: a class that covers a "
                "unit covers those below it"
            )
        tree = f"arn:{cdk.Stack.of(self).partition}:organizations::{management_account}"
        units = f"{tree}:ou/{organization_id}/*"
        resource = lookup(
            self,
            entry="units",
            description="Finds organizational units by their paths",
            statements=[
                iam.PolicyStatement(
                    sid="FindUnits",
                    actions=["organizations:ListOrganizationalUnitsForParent"],
                    resources=[f"{tree}:root/{organization_id}/{root_id}", units],
                )
            ],
            properties={"RootId": root_id, "Paths": list(paths)},
        )
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(units)}]": (
                    "which units the organization has is the question; the function reads them only"
                )
            },
        )
        self.unit_ids = {
            path: resource.get_att_string(f"Unit{number}") for number, path in enumerate(paths)
        }


class UnifiedHubLookup(Construct):
    """The hub of the new Security Hub in this account and Region, found or, if absent, enabled.

    The organization policy enables it too, but comes in the last wave, and naming the delegated
    administrator may have enabled it; ``AWS::SecurityHub::HubV2`` fails where it is. Deleting the
    stack leaves it on.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.

    Attributes:
        hub_arn: ARN of the hub.
        resource: the custom resource, to depend on.

    Source: AWS Security Hub API Reference, "DescribeSecurityHubV2", "EnableSecurityHubV2".
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.resource = lookup(
            self,
            entry="unified",
            description="Finds the hub of the new Security Hub, enables it if absent",
            statements=[
                # Neither action knows resources.
                statement(
                    "FindUnifiedHub",
                    ["securityhub:DescribeSecurityHubV2", "securityhub:EnableSecurityHubV2"],
                ),
                service_linked_role(
                    self, "securityhubv2.amazonaws.com", "AWSServiceRoleForSecurityHubV2"
                ),
            ],
        )
        self.hub_arn = self.resource.get_att_string("HubArn")
