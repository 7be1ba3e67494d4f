"""The stacks that an organization gets by choice: none of them where its configuration has no use for it.

What few have, and what loads much of the CDK, is imported where somebody has it.
"""

from __future__ import annotations

import aws_cdk as cdk

from baseline.config.iam import DeployRole
from baseline.primitives.protection_tag import TAG_KEY
from stacks.billing import BillingStack
from stacks.break_glass import BreakGlassStack
from stacks.central_backup import CentralBackupStack
from stacks.deploy_access import DeployAccessStack
from stacks.finding_archive import FindingArchiveStack
from stacks.identity import IdentityManagementStack, IdentityStack
from stacks.log_archive import LogCopiesStack, RegionalLogArchiveStack
from stacks.rules import RulesStack, has_rules_in
from stacks.security import SecurityStack
from stacks.security_regional import SecurityRegionalStack, has_something_in
from stacks.unified_security_hub import UnifiedSecurityHubStack
from stacks.wiring import Wiring


def security_regional(wiring: Wiring, security: SecurityStack) -> list[cdk.Stack]:
    """Create what the security account has in the governed Regions besides the home Region."""
    configuration, names = wiring.configuration, wiring.names
    return [
        SecurityRegionalStack(
            wiring.app,
            f"security-regional-{region}",
            configuration=configuration,
            names=names,
            env=wiring.env(names.security, region),
            synthesizer=wiring.through_home(names.security),
            files=security.entity_files,
        )
        for region in configuration.regions
        if has_something_in(configuration, region)
    ]


def ways_in(wiring: Wiring) -> list[cdk.Stack]:
    """Create what lets people and pipelines in: the break-glass users, the deploy roles."""
    configuration, names = wiring.configuration, wiring.names
    found: list[cdk.Stack] = []
    if configuration.break_glass.create and configuration.break_glass.users:
        found.append(
            BreakGlassStack(
                wiring.app,
                "break-glass",
                configuration=configuration,
                names=names,
                env=wiring.env(names.management),
            )
        )
    by_account: dict[str, dict[str, DeployRole]] = {}
    for name, role in sorted(configuration.iam.deploy_roles.items()):
        by_account.setdefault(role.account, {})[name] = role
    for account, roles in by_account.items():
        found.append(
            DeployAccessStack(
                wiring.app,
                f"deploy-access-{account.replace('_', '-')}",
                configuration=configuration,
                names=names,
                roles=roles,
                env=wiring.env(configuration.core_accounts()[account].id),
            )
        )
    return found


def identity(wiring: Wiring) -> list[cdk.Stack]:
    """Create the stacks of Identity Center: none without an instance."""
    configuration, names = wiring.configuration, wiring.names
    section, accounts = configuration.identity_center, configuration.core_accounts()
    if not section.enabled:
        return []
    region = section.region or configuration.home_region
    delegate = accounts[section.delegate or "management"].id
    found: list[cdk.Stack] = [
        IdentityStack(
            wiring.app,
            "identity",
            configuration=configuration,
            names=names,
            env=wiring.env(delegate, region),
        )
    ]
    if section.management_assignments:
        found.append(
            IdentityManagementStack(
                wiring.app,
                "identity-management",
                configuration=configuration,
                names=names,
                env=wiring.env(accounts["management"].id, region),
            )
        )
    return found


def regional_logs(wiring: Wiring) -> list[cdk.Stack]:
    """Create what the log archive has in the governed Regions other than home."""
    configuration, names = wiring.configuration, wiring.names
    keeps_sbom = configuration.capabilities.inspector.exports_sbom()
    if not (configuration.log_archive.load_balancer_logs or keeps_sbom):
        return []
    return [
        RegionalLogArchiveStack(
            wiring.app,
            f"log-archive-{region}",
            configuration=configuration,
            names=names,
            region=region,
            env=wiring.env(names.log_archive, region),
            synthesizer=wiring.through_home(names.log_archive),
        )
        for region in configuration.regions
        if region != names.home_region
    ]


def log_copies(wiring: Wiring) -> list[cdk.Stack]:
    """Create what keeps copies of the logs, in the account that the configuration names."""
    configuration, names = wiring.configuration, wiring.names
    replication = configuration.log_archive.replication
    if replication is None:
        return []
    account = replication.account or names.log_archive
    return [
        LogCopiesStack(
            wiring.app,
            "log-copies",
            configuration=configuration,
            names=names,
            replication=replication,
            env=wiring.env(account, replication.region),
            synthesizer=wiring.through_home(account),
        )
    ]


def billing(wiring: Wiring) -> list[cdk.Stack]:
    """Create what tells of money, where there is something to tell."""
    configuration, names = wiring.configuration, wiring.names
    billing = configuration.billing
    if not billing.tells_something():
        return []
    env = cdk.Environment(
        account=names.management, region=billing.region or configuration.home_region
    )
    return [BillingStack(wiring.app, "billing", configuration=configuration, names=names, env=env)]


def rules(wiring: Wiring) -> list[cdk.Stack]:
    """Create the rules of AWS Config that Security Hub does not have, in each governed Region."""
    configuration, names = wiring.configuration, wiring.names
    return [
        RulesStack(
            wiring.app,
            "rules" if region == configuration.home_region else f"rules-{region}",
            configuration=configuration,
            names=names,
            env=wiring.env(names.security, region),
            synthesizer=None
            if region == configuration.home_region
            else wiring.through_home(names.security),
        )
        for region in configuration.regions
        if has_rules_in(configuration, region)
    ]


def findings(wiring: Wiring) -> list[cdk.Stack]:
    """Create what keeps findings, and what the new Security Hub has beyond its policy."""
    configuration, names = wiring.configuration, wiring.names
    kinds: list[tuple[str, type[FindingArchiveStack | UnifiedSecurityHubStack], bool]] = [
        (
            "finding-archive",
            FindingArchiveStack,
            configuration.capabilities.security_hub.archive,
        ),
        (
            "unified-security-hub",
            UnifiedSecurityHubStack,
            configuration.capabilities.unified_security_hub.enabled,
        ),
    ]
    return [
        kind(
            wiring.app,
            name,
            configuration=configuration,
            names=names,
            env=wiring.env(names.security),
        )
        for name, kind, chosen in kinds
        if chosen
    ]


def siem(wiring: Wiring) -> list[cdk.Stack]:
    """Create what sends to a SIEM: the streams, then the trail's subscription; none by default."""
    configuration, names = wiring.configuration, wiring.names
    push = configuration.siem.push
    if push is None:
        return []
    from stacks.siem import SiemStack, SiemTrailStack  # noqa: PLC0415

    found: list[cdk.Stack] = [
        SiemStack(
            wiring.app,
            "siem",
            configuration=configuration,
            names=names,
            push=push,
            env=wiring.env(names.security),
        )
    ]
    if "trail" in push.sources:
        management = wiring.env(names.management)
        found.append(SiemTrailStack(wiring.app, "siem-trail", names=names, env=management))
    return found


def images(wiring: Wiring) -> list[cdk.Stack]:
    """Create the pipelines of golden images; none by default."""
    configuration, names = wiring.configuration, wiring.names
    if configuration.images is None:
        return []
    from stacks.images import ImagesStack  # noqa: PLC0415

    return [
        ImagesStack(
            wiring.app,
            "images",
            configuration=configuration,
            names=names,
            images=configuration.images,
            env=wiring.env(names.shared_services),
        )
    ]


def delivery(wiring: Wiring) -> list[cdk.Stack]:
    """Create the pipeline that delivers the baseline itself; none by default."""
    configuration, names = wiring.configuration, wiring.names
    if configuration.delivery is None:
        return []
    from stacks.delivery import DeliveryStack  # noqa: PLC0415

    return [
        DeliveryStack(
            wiring.app,
            "delivery",
            configuration=configuration,
            names=names,
            chosen=configuration.delivery,
            env=wiring.env(names.shared_services),
        )
    ]


def workload(wiring: Wiring) -> list[cdk.Stack]:
    """Create the reference workload; none by default."""
    if wiring.configuration.workload is None:
        return []
    from stacks.workload import workload as create  # noqa: PLC0415

    return create(wiring)


def firewall_manager(wiring: Wiring) -> list[cdk.Stack]:
    """Create the policies of Firewall Manager; none by default."""
    if wiring.configuration.edge.firewall_manager is None:
        return []
    from stacks.edge import firewall_manager as create  # noqa: PLC0415

    return create(wiring)


def leave_unmarked(stacks: list[cdk.Stack]) -> None:
    """Take the baseline's tag off the workload: only deployers of core accounts may write it."""
    for stack in stacks:
        cdk.Tags.of(stack).remove(TAG_KEY)


def security_lakes(wiring: Wiring) -> list[cdk.Stack]:
    """Create the lakes: that of the home Region, those of the others, then what rests on all."""
    configuration, names = wiring.configuration, wiring.names
    chosen = configuration.siem.security_lake
    if chosen is None:
        return []
    from stacks.security_lake import (  # noqa: PLC0415
        RegionalSecurityLakeStack,
        SecurityLakeAccountsStack,
        SecurityLakeStack,
    )

    home = wiring.env(names.log_archive)
    first = SecurityLakeStack(
        wiring.app,
        "security-lake",
        configuration=configuration,
        names=names,
        chosen=chosen,
        env=home,
    )
    others = [
        RegionalSecurityLakeStack(
            wiring.app,
            f"security-lake-{region}",
            configuration=configuration,
            names=names,
            chosen=chosen,
            region=region,
            env=wiring.env(names.log_archive, region),
            synthesizer=wiring.through_home(names.log_archive),
        )
        for region in configuration.regions
        if region != names.home_region
    ]
    last = SecurityLakeAccountsStack(
        wiring.app,
        "security-lake-accounts",
        configuration=configuration,
        names=names,
        chosen=chosen,
        env=home,
    )
    return [first, *others, last]


def central_backups(wiring: Wiring) -> list[cdk.Stack]:
    """Create the vaults of the copies of all accounts' backups, where copies are wanted."""
    configuration, names = wiring.configuration, wiring.names
    backup = configuration.capabilities.backup
    if backup is None or backup.central is None:
        return []
    account = backup.central.account or names.log_archive
    chosen = backup.central.region
    return [
        CentralBackupStack(
            wiring.app,
            "central-backups"
            if region == configuration.home_region
            else f"central-backups-{region}",
            names=names,
            settings=backup.central,
            break_glass_role=configuration.break_glass.role,
            env=wiring.env(account, region),
            synthesizer=None
            if region == configuration.home_region
            else wiring.through_home(account),
        )
        for region in ([chosen] if chosen else configuration.regions)
    ]
