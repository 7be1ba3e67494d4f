"""Which stacks an organization gets, in which accounts, and in which waves."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk

from baseline.config import Configuration
from baseline.config.names import Names
from stacks.audit import AuditStack
from stacks.guardrails import GuardrailsStack, known_ids
from stacks.identity import IdentityStack
from stacks.log_archive import LogArchiveStack
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.members import MembersStack
from stacks.network import NetworkStack
from stacks.organization import OrganizationStack
from stacks.security import SecurityStack
from stacks.settings import SettingsStack


def compose(app: cdk.App, configuration: Configuration) -> None:
    """Create every stack of an organization and order them in waves.

    Args:
        app: receives one stack per core account and capability; never one per member account.
        configuration: the validated baseline.yaml.
    """
    names = Names.of(configuration)
    accounts = configuration.accounts

    def env(account: str, region: str = configuration.home_region) -> cdk.Environment:
        return cdk.Environment(account=account, region=region)

    management = env(accounts.management.id)
    organization = OrganizationStack(
        app, "organization", configuration=configuration, names=names, env=management
    )
    log_archive = LogArchiveStack(
        app,
        "log-archive",
        configuration=configuration,
        names=names,
        env=env(accounts.log_archive.id),
    )
    audit = AuditStack(app, "audit", configuration=configuration, names=names, env=management)
    security = SecurityStack(
        app, "security", configuration=configuration, names=names, env=env(accounts.security.id)
    )
    members = MembersStack(app, "members", configuration=configuration, names=names, env=management)
    # StackSets skip the management account, so it gets the same templates as ordinary stacks.
    member_global = MemberGlobalStack(
        app,
        "members-management",
        names=names,
        access_keys=configuration.credentials.access_keys,
        env=management,
    )
    member_regional = [
        MemberRegionalStack(
            app,
            f"members-management-regional-{region}",
            names=names,
            record_configuration=configuration.capabilities.config.enabled,
            env=env(accounts.management.id, region),
        )
        for region in configuration.regions
    ]
    network = NetworkStack(
        app, "network", configuration=configuration, names=names, env=env(accounts.network.id)
    )
    settings = SettingsStack(
        app, "settings", configuration=configuration, names=names, env=env(accounts.security.id)
    )
    identity = IdentityStack(
        app, "identity", configuration=configuration, names=names, env=management
    )
    guardrails = GuardrailsStack(
        app,
        "guardrails",
        configuration=configuration,
        names=names,
        env=management,
        unit_ids=organization.unit_ids,
        account_ids=known_ids(configuration) | organization.account_ids,
    )
    _depend([log_archive], [organization])
    _depend([audit, security], [log_archive])
    _depend([members, member_global, network], [audit, security])
    _depend(member_regional, [member_global])
    _depend([settings, identity], [members, *member_regional])
    _depend([guardrails], [settings, identity, network])
    for stack in app.node.children:
        if isinstance(stack, cdk.Stack):
            stack.termination_protection = True


def _depend(later: Iterable[cdk.Stack], earlier: Iterable[cdk.Stack]) -> None:
    for stack in later:
        for required in earlier:
            stack.add_stack_dependency(required)
