"""What stands before the applications of all accounts: the policies of Firewall Manager."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.edge import GLOBAL_REGION, FirewallManager, ShieldPolicy
from baseline.config.names import Names
from baseline.detection.firewall_manager import FirewallPolicies, has_policies_in
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
from stacks.member_shield import MemberShieldStack
from stacks.wiring import Wiring

SHIELD = "member-shield"


class FirewallManagerStack(cdk.Stack):
    """Stack `firewall-manager` or `firewall-manager-<region>` (security account)."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: FirewallManager,
        names: Names,
        region: str,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: policies of Firewall Manager",
            env=env,
            synthesizer=synthesizer,
        )
        FirewallPolicies(self, "Policies", settings=settings, names=names, region=region)


class ShieldSupportStack(cdk.Stack):
    """Stack `shield-support` (management account): a StackSet for the accounts that are helped."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        policy: ShieldPolicy,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: the Shield Response Team in member accounts",
            env=env,
        )

        def member(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberShieldStack(
                app, id, names=names, contacts=policy.contacts, synthesizer=synthesizer
            )

        ServiceManagedStackSet(
            self,
            "Support",
            name=f"{names.prefix}-{SHIELD}",
            description="Security baseline: the Shield Response Team",
            template=render(self, {SHIELD: member})[SHIELD],
            target_ids=[configuration.organization.root_id],
            accounts=policy.supported_accounts,
            regions=[GLOBAL_REGION],
            capabilities=["CAPABILITY_IAM"],
        )


def firewall_manager(wiring: Wiring) -> list[cdk.Stack]:
    """Create the policies in each governed Region that has some, then the response team's access."""
    configuration, names = wiring.configuration, wiring.names
    settings = configuration.edge.firewall_manager
    if settings is None:
        return []
    home = names.home_region
    found: list[cdk.Stack] = [
        FirewallManagerStack(
            wiring.app,
            "firewall-manager" if region == home else f"firewall-manager-{region}",
            settings=settings,
            names=names,
            region=region,
            env=wiring.env(names.security, region),
            synthesizer=None if region == home else wiring.through_home(names.security),
        )
        for region in configuration.regions
        if has_policies_in(settings, region)
    ]
    if settings.shield is not None and settings.shield.supported_accounts:
        found.append(
            ShieldSupportStack(
                wiring.app,
                "shield-support",
                configuration=configuration,
                names=names,
                policy=settings.shield,
                env=wiring.env(names.management),
            )
        )
    return found
