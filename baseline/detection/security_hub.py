"""SecurityHub: one central configuration for every account, findings in the home Region."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.config import regions as region_table
from baseline.config.capabilities import Standard
from baseline.controls.registry import implements
from baseline.detection.service_lookup import HubLookup
from baseline.errors import BaselineError

STANDARDS: dict[Standard, str] = {
    "fsbp": "aws-foundational-security-best-practices/v/1.0.0",
    "cis-5.0": "cis-aws-foundations-benchmark/v/5.0.0",
    "nist-800-53-r5": "nist-800-53/v/5.0.0",
    "pci-4.0.1": "pci-dss/v/4.0.1",
}
"""Names in configuration to the end of the standard's ARN.

Source: AWS Security Hub User Guide, "Standards reference for Security Hub CSPM".
"""


class SecurityHub(Construct):
    """Security Hub CSPM in every account and governed Region, configured from one place.

    The configuration policy on the organization's root enables the service and the standards in
    all accounts, new ones included. It lists what is off, not what is on, so a control that AWS
    releases later arrives enabled. The findings of the linked Regions meet in the home Region.

    The hub of the delegated administrator exists already (:class:`HubLookup`). The management
    account takes part only where Security Hub is enabled in it, which ``OrganizationFeatures``
    does: no administrator can.

    Args:
        scope: parent construct, in a stack of the delegated administrator, home Region.
        id: construct ID.
        name: name of the configuration policy.
        root_id: organization root that the policy is associated with.
        regions: governed Regions, the home Region included.
        home_region: Region of the aggregated findings; no opt-in Region.
        standards: standards to check, of :data:`STANDARDS`.
        disabled_controls: Security Hub control IDs that are off; none by default.

    Attributes:
        policy: the ``CfnConfigurationPolicy``.

    Raises:
        BaselineError: when the home Region is an opt-in Region, which Security Hub does not take,
            or when it is not governed.

    Source: AWS Security Hub User Guide, "Understanding central configuration in Security Hub CSPM".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        root_id: str,
        regions: Sequence[str],
        home_region: str,
        standards: Sequence[Standard],
        disabled_controls: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        _check_home(home_region, regions)
        hub = HubLookup(self, "Hub")
        aggregator = self._create_aggregator(home_region, regions)
        # Security Hub refuses each of these before the one above it is in place.
        aggregator.node.add_dependency(hub.resource)
        organization = securityhub.CfnOrganizationConfiguration(
            self,
            "Organization",
            configuration_type="CENTRAL",
            auto_enable=False,
            auto_enable_standards="NONE",
        )
        organization.add_resource_dependency(aggregator)
        self.policy = self._create_policy(name, home_region, standards, disabled_controls)
        self.policy.add_resource_dependency(organization)
        association = securityhub.CfnPolicyAssociation(
            self,
            "RootAssociation",
            configuration_policy_id=self.policy.attr_id,
            target_id=root_id,
            target_type="ROOT",
        )
        for resource in (aggregator, organization, self.policy, association):
            # There is room for one of each: a failed first deployment must not keep it.
            resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(self, capability="security-hub", controls=[])

    def _create_aggregator(
        self, home_region: str, regions: Sequence[str]
    ) -> securityhub.CfnFindingAggregator:
        linked = sorted(set(regions) - {home_region})
        if linked:
            return securityhub.CfnFindingAggregator(
                self, "Aggregator", region_linking_mode="SPECIFIED_REGIONS", regions=linked
            )
        # Central configuration needs an aggregator, and CloudFormation has no mode without linked
        # Regions, so every Region that is on by default is excluded.
        return securityhub.CfnFindingAggregator(
            self,
            "Aggregator",
            region_linking_mode="ALL_REGIONS_EXCEPT_SPECIFIED",
            regions=[
                row.name
                for row in region_table.table().values()
                if not row.opt_in and row.name != home_region
            ],
        )

    def _create_policy(
        self,
        name: str,
        home_region: str,
        standards: Sequence[Standard],
        disabled_controls: Sequence[str],
    ) -> securityhub.CfnConfigurationPolicy:
        types = securityhub.CfnConfigurationPolicy
        stack = cdk.Stack.of(self)
        policy = types(
            self,
            "Policy",
            name=name,
            description="Security Hub in every account of the organization",
            configuration_policy=types.PolicyProperty(
                security_hub=types.SecurityHubPolicyProperty(
                    service_enabled=True,
                    enabled_standard_identifiers=[
                        f"arn:{stack.partition}:securityhub:{home_region}::standards/{STANDARDS[key]}"
                        for key in standards
                    ],
                    security_controls_configuration=types.SecurityControlsConfigurationProperty(
                        security_control_custom_parameters=[_own_recorder_role()]
                    ),
                )
            ),
        )
        # The CDK drops an empty list, but Security Hub wants one of the two lists to be given.
        policy.add_property_override(
            "ConfigurationPolicy.SecurityHub.SecurityControlsConfiguration"
            ".DisabledSecurityControlIdentifiers",
            sorted(disabled_controls),
        )
        return policy


def _own_recorder_role() -> (
    securityhub.CfnConfigurationPolicy.SecurityControlCustomParameterProperty
):
    # The recorders use a role of ours: CloudFormation cannot create the service-linked role where
    # it exists. Config.1 would report every account for it.
    types = securityhub.CfnConfigurationPolicy
    return types.SecurityControlCustomParameterProperty(
        security_control_id="Config.1",
        parameters={
            "includeConfigServiceLinkedRoleCheck": types.ParameterConfigurationProperty(
                value_type="CUSTOM", value=types.ParameterValueProperty(boolean=False)
            )
        },
    )


def _check_home(home_region: str, regions: Sequence[str]) -> None:
    if home_region not in regions:
        raise BaselineError(
            f"home_region {home_region} is not one of the governed regions {list(regions)}; add it"
        )
    row = region_table.table().get(home_region)
    if row is not None and row.opt_in:
        raise BaselineError(
            f"home_region {home_region} is an opt-in Region, which Security Hub's central "
            "configuration does not take; choose a Region that is on by default"
        )
