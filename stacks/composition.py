"""Which stacks an organization gets, in which accounts, and in which waves."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk

from baseline.config import Configuration
from baseline.config.iam import DeployRole
from baseline.config.names import Names
from baseline.detection.event_patterns import GLOBAL_REGION, SIGN_IN_REGIONS
from baseline.detection.rule_choice import members_tell_of_rules, repaired_rules_of
from baseline.guardrails.roles import QUALIFIER
from baseline.primitives.protection_tag import mark_protected
from stacks.audit import AuditStack
from stacks.billing import BillingStack
from stacks.break_glass import BreakGlassStack
from stacks.deploy_access import DeployAccessStack
from stacks.guardrails import GuardrailsStack, known_ids
from stacks.identity import IdentityManagementStack, IdentityStack
from stacks.log_archive import LogArchiveStack, LogCopiesStack, RegionalLogArchiveStack
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack
from stacks.members import MembersStack
from stacks.network import NetworkStack
from stacks.organization import OrganizationStack
from stacks.organization_events import OrganizationEventsStack
from stacks.response import ResponseStack
from stacks.rules import RulesStack, has_rules_in
from stacks.security import SecurityStack
from stacks.security_regional import SecurityRegionalStack, has_something_in
from stacks.settings import SettingsStack
from stacks.siem import SiemStack, SiemTrailStack


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
    regional_logs = _regional_logs(app, configuration, names)
    audit = AuditStack(app, "audit", configuration=configuration, names=names, env=management)
    security = SecurityStack(
        app, "security", configuration=configuration, names=names, env=env(accounts.security.id)
    )
    security_regional = _security_regional(app, configuration, names, security)
    response = ResponseStack(
        app,
        "response",
        configuration=configuration,
        names=names,
        security=security,
        env=env(accounts.security.id),
    )
    members = MembersStack(app, "members", configuration=configuration, names=names, env=management)
    # StackSets skip the management account, so it gets the same templates as ordinary stacks.
    member_global = MemberGlobalStack(
        app,
        "members-management",
        names=names,
        access_keys=configuration.credentials.access_keys,
        break_glass=configuration.break_glass,
        mfa_group=configuration.iam.mfa_group,
        trusted_advisor=configuration.capabilities.trusted_advisor.enabled,
        host_management=configuration.systems_manager.default_host_management,
        session_recording=configuration.account_settings.session_manager.recording,
        repaired_rules=repaired_rules_of(configuration),
        env=management,
    )
    member_regional = [
        MemberRegionalStack(
            app,
            f"members-management-regional-{region}",
            names=names,
            ports=configuration.response.open_ports.ports,
            break_glass=configuration.break_glass,
            record_configuration=configuration.capabilities.config.enabled,
            forward_noncompliance=members_tell_of_rules(configuration),
            systems_manager=configuration.systems_manager,
            session_recording=configuration.account_settings.session_manager.recording,
            session_days=configuration.log_archive.log_group_retention_days,
            repaired_rules=repaired_rules_of(configuration),
            env=env(accounts.management.id, region),
        )
        for region in configuration.regions
    ]
    sign_in = [
        MemberSignInStack(
            app,
            f"members-management-sign-in-{region}",
            names=names,
            break_glass=configuration.break_glass,
            env=env(accounts.management.id, region),
            synthesizer=through_home(management),
        )
        for region in SIGN_IN_REGIONS
        if region not in configuration.regions
    ]
    account_events = OrganizationEventsStack(
        app,
        "organization-events",
        names=names,
        env=env(accounts.management.id, GLOBAL_REGION),
        synthesizer=through_home(management),
    )
    ways_in = _ways_in(app, configuration, names)
    billing = _billing(app, configuration, names)
    rules = _rules(app, configuration, names)
    network = NetworkStack(
        app, "network", configuration=configuration, names=names, env=env(accounts.network.id)
    )
    settings = SettingsStack(
        app,
        "settings",
        configuration=configuration,
        names=names,
        macie_key=security.macie_key,
        env=env(accounts.security.id),
    )
    identity = _identity(app, configuration, names)
    siem = _siem(app, configuration, names)
    guardrails = GuardrailsStack(
        app,
        "guardrails",
        configuration=configuration,
        names=names,
        env=management,
        unit_ids=organization.unit_ids,
        account_ids=known_ids(configuration) | organization.account_ids,
    )
    _depend([log_archive, *billing], [organization])
    copies = _log_copies(app, configuration, names)
    _depend([*regional_logs, *copies], [organization])
    # S3 looks for the copies' buckets when it is told to copy.
    _depend([log_archive], copies)
    _depend([audit, security], [log_archive])
    _depend(security_regional, [security])
    _depend([members, member_global, network], [audit, security])
    _depend([*member_regional, *sign_in, account_events], [member_global])
    _depend(ways_in, [organization])
    _depend([settings, *identity], [members, *member_regional, *sign_in, *ways_in])
    _depend(rules, [members, *member_regional])
    _depend([response], [security])
    _depend(siem, [audit, security])
    _depend(siem[1:], siem[:1])
    wave = [
        settings,
        *identity,
        network,
        response,
        account_events,
        *billing,
        *rules,
        *regional_logs,
        *security_regional,
        *siem,
    ]
    _depend([guardrails], wave)
    mark_protected(app)
    for stack in app.node.children:
        if isinstance(stack, cdk.Stack):
            stack.termination_protection = True


def through_home(home: cdk.Environment) -> cdk.BootstraplessSynthesizer:
    """Give a synthesizer for a Region without bootstrap: the home Region's deploy roles do the work.

    Roles exist in the whole account, and a stack without assets needs nothing else of a bootstrap.
    """

    def role(kind: str) -> str:
        name = f"cdk-{QUALIFIER}-{kind}-role-{home.account}-{home.region}"
        return f"arn:aws:iam::{home.account}:role/{name}"

    return cdk.BootstraplessSynthesizer(
        deploy_role_arn=role("deploy"), cloud_formation_execution_role_arn=role("cfn-exec")
    )


def _security_regional(
    app: cdk.App, configuration: Configuration, names: Names, security: SecurityStack
) -> list[cdk.Stack]:
    """Create what the security account has in the governed Regions besides the home Region."""
    home = cdk.Environment(account=names.security, region=configuration.home_region)
    return [
        SecurityRegionalStack(
            app,
            f"security-regional-{region}",
            configuration=configuration,
            names=names,
            env=cdk.Environment(account=names.security, region=region),
            synthesizer=through_home(home),
            files=security.entity_files,
        )
        for region in configuration.regions
        if has_something_in(configuration, region)
    ]


def _ways_in(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create what lets people and pipelines in: the break-glass users, the deploy roles."""
    home = configuration.home_region
    found: list[cdk.Stack] = []
    if configuration.break_glass.create and configuration.break_glass.users:
        found.append(
            BreakGlassStack(
                app,
                "break-glass",
                configuration=configuration,
                names=names,
                env=cdk.Environment(account=names.management, region=home),
            )
        )
    by_account: dict[str, dict[str, DeployRole]] = {}
    for name, role in sorted(configuration.iam.deploy_roles.items()):
        by_account.setdefault(role.account, {})[name] = role
    for account, roles in by_account.items():
        found.append(
            DeployAccessStack(
                app,
                f"deploy-access-{account.replace('_', '-')}",
                configuration=configuration,
                names=names,
                roles=roles,
                env=cdk.Environment(account=configuration.core_accounts()[account].id, region=home),
            )
        )
    return found


def _identity(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create the stacks of Identity Center: none without an instance."""
    section, accounts = configuration.identity_center, configuration.core_accounts()
    if not section.enabled:
        return []
    region = section.region or configuration.home_region
    delegate = accounts[section.delegate or "management"].id
    found: list[cdk.Stack] = [
        IdentityStack(
            app,
            "identity",
            configuration=configuration,
            names=names,
            env=cdk.Environment(account=delegate, region=region),
        )
    ]
    if section.management_assignments:
        found.append(
            IdentityManagementStack(
                app,
                "identity-management",
                configuration=configuration,
                names=names,
                env=cdk.Environment(account=accounts["management"].id, region=region),
            )
        )
    return found


def _regional_logs(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create what the log archive has in the governed Regions other than home."""
    if not configuration.log_archive.load_balancer_logs:
        return []
    home = cdk.Environment(account=names.log_archive, region=names.home_region)
    return [
        RegionalLogArchiveStack(
            app,
            f"log-archive-{region}",
            configuration=configuration,
            names=names,
            region=region,
            env=cdk.Environment(account=names.log_archive, region=region),
            synthesizer=through_home(home),
        )
        for region in configuration.regions
        if region != names.home_region
    ]


def _log_copies(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create what keeps copies of the logs, in the account that the configuration names."""
    replication = configuration.log_archive.replication
    if replication is None:
        return []
    account = replication.account or names.log_archive
    return [
        LogCopiesStack(
            app,
            "log-copies",
            configuration=configuration,
            names=names,
            replication=replication,
            env=cdk.Environment(account=account, region=replication.region),
            synthesizer=through_home(cdk.Environment(account=account, region=names.home_region)),
        )
    ]


def _billing(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create what tells of money, where there is something to tell."""
    billing = configuration.billing
    if not billing.tells_something():
        return []
    env = cdk.Environment(
        account=names.management, region=billing.region or configuration.home_region
    )
    return [BillingStack(app, "billing", configuration=configuration, names=names, env=env)]


def _rules(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create the rules of AWS Config that Security Hub does not have, in each governed Region."""
    home = cdk.Environment(account=names.security, region=configuration.home_region)
    return [
        RulesStack(
            app,
            "rules" if region == configuration.home_region else f"rules-{region}",
            configuration=configuration,
            names=names,
            env=cdk.Environment(account=names.security, region=region),
            synthesizer=None if region == configuration.home_region else through_home(home),
        )
        for region in configuration.regions
        if has_rules_in(configuration, region)
    ]


def _siem(app: cdk.App, configuration: Configuration, names: Names) -> list[cdk.Stack]:
    """Create what sends to a SIEM: the streams, then the trail's subscription; none by default."""
    push, home = configuration.siem.push, configuration.home_region
    if push is None:
        return []
    found: list[cdk.Stack] = [
        SiemStack(
            app,
            "siem",
            configuration=configuration,
            names=names,
            push=push,
            env=cdk.Environment(account=names.security, region=home),
        )
    ]
    if "trail" in push.sources:
        management = cdk.Environment(account=names.management, region=home)
        found.append(SiemTrailStack(app, "siem-trail", names=names, env=management))
    return found


def _depend(later: Iterable[cdk.Stack], earlier: Iterable[cdk.Stack]) -> None:
    for stack in later:
        for required in earlier:
            stack.add_stack_dependency(required)
