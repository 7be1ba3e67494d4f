"""OrganizationAggregator: what AWS Config sees in every account and governed Region, in one place."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge

SERVICE = "config.amazonaws.com"

READS = (
    "organizations:DescribeOrganization",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListAccounts",
    "organizations:ListDelegatedAdministrators",
)
"""Source: AWS Config Developer Guide, "Creating Aggregators for AWS Config"."""


class OrganizationAggregator(Construct):
    """Inventory and compliance of all accounts, read-only, for queries in the security account.

    New accounts join by themselves. The data stay where they are recorded too; the aggregator
    copies them and costs nothing.

    Args:
        scope: parent construct, in a stack of the delegated administrator of
            ``config.amazonaws.com`` and ``config-multiaccountsetup.amazonaws.com``, home Region.
        id: construct ID.
        name: name of the aggregator.
        role_name: name of the role with which AWS Config lists the accounts.
        regions: governed Regions, at least one; others are not asked.

    Attributes:
        aggregator: the ``aws_config.CfnConfigurationAggregator``.
        role: the ``aws_iam.Role``.

    Raises:
        BaselineError: no Region is named.

    Source: AWS Config Developer Guide, "Multi-Account Multi-Region Data Aggregation".
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, role_name: str, regions: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        if not regions:
            raise BaselineError("regions is empty; name the governed Regions")
        self.role = self._create_role(role_name)
        self.aggregator = config.CfnConfigurationAggregator(
            self,
            "Aggregator",
            configuration_aggregator_name=name,
            organization_aggregation_source=(
                config.CfnConfigurationAggregator.OrganizationAggregationSourceProperty(
                    role_arn=self.role.role_arn, aws_regions=sorted(regions)
                )
            ),
        )
        # AWS Config lists the accounts at once: a role without its policy fails the creation.
        self.aggregator.node.add_dependency(self._policy)
        implements(self, capability="organization-aggregator", controls=[])

    def _create_role(self, role_name: str) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="AWS Config lists the accounts of the organization",
            assumed_by=iam.ServicePrincipal(
                SERVICE,
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            ),
        )
        self._policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="List the accounts of the organization",
            statements=[
                iam.PolicyStatement(sid="ListAccounts", actions=list(READS), resources=["*"])
            ],
            roles=[role],
        )
        acknowledge(
            self._policy,
            {"AwsSolutions-IAM5[Resource::*]": "the actions read, and three take no resource"},
        )
        return role
