"""SecurityHub: one central configuration for every account, findings in the home Region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.config import regions as region_table
from baseline.config.quotas import SECURITY_HUB_CONFIGURATION_POLICIES
from baseline.controls.registry import implements
from baseline.detection.hub_lookups import UnitLookup
from baseline.detection.security_hub_policy import ROOT, HubPolicy, create_policy
from baseline.detection.service_lookup import HubLookup
from baseline.errors import BaselineError


@dataclass(frozen=True, kw_only=True, slots=True)
class Organization:
    """The organization that Security Hub is configured for.

    Attributes:
        id: the organization.
        root_id: its root, which the first policy is associated with.
        management_account: ID of the account that it belongs to.
        units: name of the policy of a unit by the unit's path, where it is not that of the unit
            above; none by default.
        unit_ids: IDs of units by their path, as far as they are known; the others are looked up.
    """

    id: str
    root_id: str
    management_account: str
    units: Mapping[str, str] = field(default_factory=dict)
    unit_ids: Mapping[str, str] = field(default_factory=dict)


class SecurityHub(Construct):
    """Security Hub CSPM in every account and governed Region, configured from one place.

    The configuration policy on the organization's root enables the service and the standards in
    all accounts, new ones included. It lists what is off, not what is on, so a control that AWS
    releases later arrives enabled. Classes of units may have a policy of their own; a unit inherits
    that of the unit above. The findings of the linked Regions meet in the home Region.

    The hub of the delegated administrator exists already (:class:`HubLookup`). The management
    account takes part only where Security Hub is enabled in it, which ``OrganizationFeatures``
    does: no administrator can.

    Args:
        scope: parent construct, in a stack of the delegated administrator, home Region.
        id: construct ID.
        name_prefix: start of the names of the policies.
        organization: the organization and its units.
        regions: governed Regions, the home Region included.
        home_region: Region of the aggregated findings; no opt-in Region.
        policy: what is checked everywhere.
        classes: what is checked instead in a class of units, by its name; none by default.

    Attributes:
        hub: the :class:`HubLookup`.
        policy: the ``CfnConfigurationPolicy`` of the root.
        policies: the ``CfnConfigurationPolicy`` by name, the root's as ``organization``.

    Raises:
        BaselineError: when the home Region is an opt-in Region, which Security Hub does not take,
            or when it is not governed; when there are more policies than Security Hub has, or a
            unit names one that is none.

    Source: AWS Security Hub User Guide, "Understanding central configuration in Security Hub CSPM",
    "Policy association through application and inheritance".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name_prefix: str,
        organization: Organization,
        regions: Sequence[str],
        home_region: str,
        policy: HubPolicy,
        classes: Mapping[str, HubPolicy] | None = None,
    ) -> None:
        super().__init__(scope, id)
        classes = classes or {}
        _check_home(home_region, regions)
        _check_policies(organization.units, classes)
        self.hub = HubLookup(self, "Hub")
        aggregator = self._create_aggregator(home_region, regions)
        # Security Hub refuses each of these before the one above it is in place.
        aggregator.node.add_dependency(self.hub.resource)
        central = securityhub.CfnOrganizationConfiguration(
            self,
            "Organization",
            configuration_type="CENTRAL",
            auto_enable=False,
            auto_enable_standards="NONE",
        )
        central.add_resource_dependency(aggregator)
        self.policies = self._create_policies(name_prefix, home_region, policy, classes)
        for each in self.policies.values():
            each.add_resource_dependency(central)
        self.policy = self.policies[ROOT]
        association = securityhub.CfnPolicyAssociation(
            self,
            "RootAssociation",
            configuration_policy_id=self.policy.attr_id,
            target_id=organization.root_id,
            target_type="ROOT",
        )
        for resource in (aggregator, central, self.policy, association):
            # There is room for one of each: a failed first deployment must not keep it.
            resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._associate(organization)
        implements(self, capability="security-hub", controls=[])

    def _create_policies(
        self,
        prefix: str,
        home_region: str,
        policy: HubPolicy,
        classes: Mapping[str, HubPolicy],
    ) -> dict[str, securityhub.CfnConfigurationPolicy]:
        root = create_policy(
            self,
            "Policy",
            name=f"{prefix}-{ROOT}",
            description="Security Hub in every account of the organization",
            region=home_region,
            policy=policy,
        )
        return {
            ROOT: root,
            **{
                name: create_policy(
                    self,
                    f"{name.title()}Policy",
                    name=f"{prefix}-{name}",
                    description=f"Security Hub in the {name} units",
                    region=home_region,
                    policy=each,
                )
                for name, each in classes.items()
            },
        }

    def _associate(self, organization: Organization) -> None:
        """Associate units with their policies; without its association a unit has the root's."""
        known = dict(organization.unit_ids)
        unknown = [path for path in organization.units if path not in known]
        if unknown:
            known |= UnitLookup(
                self,
                "Units",
                organization_id=organization.id,
                root_id=organization.root_id,
                management_account=organization.management_account,
                paths=unknown,
            ).unit_ids
        for path, name in organization.units.items():
            securityhub.CfnPolicyAssociation(
                self,
                f"Association-{path.replace('/', '-')}",
                configuration_policy_id=self.policies[name].attr_id,
                target_id=known[path],
                target_type="ORGANIZATIONAL_UNIT",
            )

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


def _check_policies(units: Mapping[str, str], classes: Mapping[str, HubPolicy]) -> None:
    if len(classes) + 1 > SECURITY_HUB_CONFIGURATION_POLICIES:
        raise BaselineError(
            f"classes has {len(classes)} policies beside the root's; Security Hub takes "
            f"{SECURITY_HUB_CONFIGURATION_POLICIES} in all: join classes that are alike"
        )
    for path, name in units.items():
        if name != ROOT and name not in classes:
            raise BaselineError(
                f"unit {path!r} names the policy {name!r}, which is none; known: "
                f"{', '.join([ROOT, *classes])}"
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
