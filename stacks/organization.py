"""Wave 1: units, accounts and what is switched on in the organization."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.guardrails.composition import examine, policy_types
from baseline.organization.accounts import Accounts
from baseline.organization.control_tower import GovernedUnits, LandingZone
from baseline.organization.delegation import DelegationPolicy
from baseline.organization.feature_set import features_of
from baseline.organization.features import OrganizationFeatures
from baseline.organization.units import OrganizationalUnits


class OrganizationStack(cdk.Stack):
    """The organization itself, deployed into the management account before everything else.

    Attributes:
        unit_ids: path to ID of the organizational units, for the guardrails.
        account_ids: name to ID of the accounts that this stack creates, likewise.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=f"{names.prefix}-{id}",
            description="Organizational units, accounts, trusted access, delegated administrators",
        )
        units = OrganizationalUnits(self, "Units", configuration=configuration)
        accounts = Accounts(self, "Accounts", configuration=configuration, unit_ids=units.ids)
        features = OrganizationFeatures(
            self,
            "Features",
            features=features_of(
                configuration, names, policy_types=policy_types(examine(configuration)[0])
            ),
            names=names,
            placements={
                account.id: units.ids[account.ou]
                for account in configuration.core_accounts().values()
                if account.ou
            },
        )
        # Organizations rejects concurrent changes, so the three take turns.
        if units.last is not None:
            accounts.node.add_dependency(units.last)
            features.resource.node.add_dependency(units)
        features.resource.node.add_dependency(accounts)
        self.unit_ids = units.ids
        self.account_ids = accounts.ids
        governed = self._govern(configuration, names, after=accounts.last or units.last)
        if governed is not None:
            features.resource.node.add_dependency(governed)
        self._delegate(configuration, names, features=features)

    # Control Tower and delegation

    def _govern(
        self, configuration: Configuration, names: Names, *, after: cdk.CfnResource | None
    ) -> cdk.CfnResource | None:
        """Set up Control Tower; give what the organization's features have to wait for.

        They come later: Control Tower refuses a landing zone where Config or CloudTrail have
        trusted access already.
        """
        last = after
        if configuration.control_tower == "landing-zone":
            landing_zone = LandingZone(
                self, "LandingZone", configuration=configuration, names=names
            )
            if after is not None:
                landing_zone.resource.add_resource_dependency(after)
            last = landing_zone.resource
        if configuration.control_tower != "none":
            governed = GovernedUnits(
                self,
                "GovernedUnits",
                configuration=configuration,
                names=names,
                unit_ids=self.unit_ids,
                after=last,
            )
            last = governed.resources[-1] if governed.resources else last
        return last

    def _delegate(
        self, configuration: Configuration, names: Names, *, features: OrganizationFeatures
    ) -> None:
        delegation = configuration.organization.delegation
        if not delegation.enabled:
            return
        policy = DelegationPolicy(
            self,
            "Delegation",
            names=names,
            root_id=configuration.organization.root_id,
            policy_types=delegation.policy_types,
        )
        policy.node.add_dependency(features.resource)
