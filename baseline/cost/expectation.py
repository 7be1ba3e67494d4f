"""Paid resources that follow from a configuration, without synthesis: stack by stack, as `stacks/` makes them.

A test compares this with the templates of every example configuration, so that neither changes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from baseline.config import Standalone
from baseline.config.expansion import expanded
from baseline.config.response import PlaybookId
from baseline.cost.expected_options import OPTIONS
from baseline.cost.footprint import Footprint
from baseline.cost.places import Landscape
from baseline.detection.rule_choice import repaired_rules_of, resource_rules_of, rules_of

if TYPE_CHECKING:
    from baseline.config import Configuration

KEY, ALARM, METRIC = "kms.key", "cloudwatch.alarm", "cloudwatch.metric"
RULE = "config.evaluation"
HANDLERS = 1
"""Key of the environment variables and logs of a stack's functions."""

ACTIVITIES = 15
"""Kinds of activity that CIS 4.1 to 4.15 wants an alarm for."""

METRICS_OF_THE_CLOSER = 3
"""Failures of the open-port closer, and what waits in its dead-letter queue: one alarm looks at all."""

BAD_ENDS = 3
"""Runs that failed, timed out and were aborted: one alarm looks at all."""

METRICS_OF_A_SWEEP = BAD_ENDS + 1
"""Of a job that goes through all accounts: runs that end badly, accounts that fail."""

ACCOUNT_ALARMS = 2
"""Of the function that keeps one account: that it fails, and what it reports."""

ALWAYS_SWEEPS, FINDING_ALARMS = 4, 2
"""Settings, access keys, root credentials and their removal; two of them alarm on findings besides."""

REJECTED_TRAFFIC = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What the parts of an expectation are made from.

    Attributes:
        configuration: the configuration.
        land: its accounts and Regions.
        found: collects the resources.
    """

    configuration: Configuration
    land: Landscape
    found: Footprint

    def put(self, capability: str, role: str, counts: Mapping[str, float]) -> None:
        """Add resources of a core account, in the home Region."""
        self.found.capabilities.add(capability)
        for item, count in counts.items():
            self.found.add(capability, self.land.role(role), item, count)


def expected(configuration: Configuration | Standalone) -> Footprint:
    """Give the paid resources that a configuration creates.

    Args:
        configuration: a validated configuration, of an organization or of one account.
    """
    if isinstance(configuration, Standalone):
        return expected_alone(configuration)
    plan = Plan(configuration=configuration, land=Landscape.of(configuration), found=Footprint())
    for part in (*PARTS, *OPTIONS):
        part(plan)
    return plan.found


def expected_alone(standalone: Standalone) -> Footprint:
    """Give the paid resources of one account without an organization."""
    land = Landscape.of_account(standalone)
    plan = Plan(configuration=expanded(standalone), land=land, found=Footprint())
    for part in ALONE:
        part(plan)
    _settings_alone(plan)
    if standalone.network is not None:
        _network(plan)
    return plan.found


def _kept(plan: Plan) -> None:
    """Add what an account that was alone keeps in the organization that it joined."""
    standalone = plan.configuration.standalone
    if standalone is None:
        return
    land = Landscape.of_account(standalone)
    alone = Plan(configuration=expanded(standalone), land=land, found=Footprint())
    for part in KEPT:
        part(alone)
    if standalone.network is not None:
        _network(alone)
    plan.found.capabilities |= alone.found.capabilities
    for key, count in alone.found.resources.items():
        place = plan.land.account(key.place.account, key.place.region)
        plan.found.add(key.capability, place, key.item, count)


def _settings_alone(plan: Plan) -> None:
    """Add what keeps the settings of the account: a function, and alarms on it and on its log."""
    plan.put("settings", "security", {KEY: HANDLERS, ALARM: ACCOUNT_ALARMS, METRIC: 1})


def _organization(plan: Plan) -> None:
    plan.put("organization", "management", {KEY: HANDLERS})
    plan.put("guardrails", "management", {})
    if plan.configuration.iam.deploy_roles:
        plan.put("deploy-access", "management", {})


def _break_glass(plan: Plan) -> None:
    break_glass = plan.configuration.break_glass
    if break_glass.create and break_glass.users:
        plan.put("break-glass", "management", {})


def _billing(plan: Plan) -> None:
    billing = plan.configuration.billing
    if not billing.tells_something():
        return
    place = plan.land.role("management", billing.region or plan.land.home)
    plan.found.add("billing", place, KEY, 1 + (HANDLERS if billing.anomalies.enabled else 0))


def _audit(plan: Plan) -> None:
    alarms = plan.configuration.capabilities.activity_alarms.enabled
    counts = {KEY: 1 + alarms, ALARM: ACTIVITIES * alarms, METRIC: ACTIVITIES * alarms}
    plan.put("audit", "management", counts)


def _log_archive(plan: Plan) -> None:
    settings, capabilities = plan.configuration.log_archive, plan.configuration.capabilities
    backup = capabilities.backup
    sbom = capabilities.inspector.exports_sbom()
    keys = 6 + sum(  # trail, Config, flow logs, GuardDuty, inventory, sessions
        (
            settings.web_acl_logs,
            capabilities.macie.enabled,
            capabilities.security_hub.archive,
            sbom,
            settings.replication is not None,
            backup is not None and backup.audit,
        )
    )
    plan.put("log-archive", "log_archive", {KEY: keys, ALARM: settings.replication is not None})
    for region in plan.land.regions:
        if sbom and region != plan.land.home:
            plan.found.add("log-archive", plan.land.role("log_archive", region), KEY)
    copies = settings.replication
    if copies is not None:
        account = copies.account or plan.land.core["log_archive"]
        place = plan.land.account(account, copies.region)
        plan.found.add("log-archive", place, KEY, len(copies.logs))


def _security(plan: Plan) -> None:
    capabilities, wanted = plan.configuration.capabilities, plan.configuration.notifications
    keys = 3 + capabilities.guardduty.enabled + capabilities.macie.enabled
    critical = "critical" in wanted.severities()
    plan.put("security", "security", {KEY: keys, ALARM: critical})


def _responses(plan: Plan) -> None:
    inbox = plan.configuration.response.game_days.inbox
    counts = {KEY: 1 + HANDLERS + inbox, ALARM: METRICS_OF_THE_CLOSER}
    plan.put("response", "security", counts)
    playbooks = plan.configuration.response.playbooks
    off = sum(mode == "off" for mode in playbooks.modes.values())
    # None is off by default; the catalog itself would load the CDK.
    on = len(get_args(PlaybookId)) - off if playbooks.enabled else 0
    if on:
        alarms = BAD_ENDS * on + 1
        plan.put("playbooks", "security", {KEY: 1 + HANDLERS, ALARM: alarms})


def _evidence(plan: Plan) -> None:
    if plan.configuration.evidence.enabled:
        plan.put("evidence", "security", {KEY: HANDLERS, ALARM: 1})


def sweeps_of(configuration: Configuration) -> int:
    """Give the number of daily jobs that go through all accounts, but for that of assignments."""
    capabilities = configuration.capabilities
    administered = (capabilities.detective, capabilities.inspector, capabilities.macie)
    return ALWAYS_SWEEPS + sum(
        (
            any(service.enabled for service in administered),
            configuration.patching.enabled and configuration.patching.report,
            capabilities.trusted_advisor.enabled,
        )
    )


def _settings(plan: Plan) -> None:
    alarms = METRICS_OF_A_SWEEP * sweeps_of(plan.configuration) + FINDING_ALARMS
    alarms += BAD_ENDS * plan.configuration.capabilities.inspector.exports_sbom()
    plan.put("settings", "security", {KEY: 1 + HANDLERS, ALARM: alarms})


def _members(plan: Plan) -> None:
    plan.found.capabilities.add("members")
    recorded = plan.configuration.capabilities.config.enabled
    rules = (1 + len(repaired_rules_of(plan.configuration))) * recorded
    sessions = plan.configuration.account_settings.session_manager.recording != "none"
    for region in plan.land.regions:
        for place in plan.land.each_account(region):
            plan.found.add("members", place, RULE, rules)
            plan.found.add("members", place, KEY, sessions)
    if plan.configuration.patching.enabled:
        plan.found.capabilities.add("patching")


def _rules(plan: Plan) -> None:
    configuration = plan.configuration
    excluded = set(configuration.capabilities.config.excluded_accounts)
    people = rules_of(configuration)
    for region in plan.land.regions:
        home = region == plan.land.home
        rules = len(resource_rules_of(configuration, region)) + (len(people) if home else 0)
        for place in plan.land.each_account(region):
            if rules and place.account not in excluded:
                plan.found.add("rules", place, RULE, rules)


def _identity(plan: Plan) -> None:
    section = plan.configuration.identity_center
    if not section.enabled:
        return
    plan.found.capabilities.add("identity")
    by_unit = any(each.units for each in section.assignments)
    if by_unit:
        role = section.delegate or "management"
        place = plan.land.role(role, section.region or plan.land.home)
        plan.found.add("identity", place, KEY, 2 + HANDLERS)
        plan.found.add("identity", place, ALARM, METRICS_OF_A_SWEEP)


def _network(plan: Plan) -> None:
    network = plan.configuration.network
    zones = network.availability_zones
    logged = network.detection_logs != "none"
    watched = logged and network.rejected_traffic.alarms
    told = bool(network.site_to_site_vpn) or watched
    central, inside = (network.inspection.form == form for form in ("central", "vpc"))
    egress = central and network.inspection.internet_egress
    gateways = zones * (network.nat_gateways + egress)
    lists = network.dns_firewall
    plan.put(
        "network",
        "network",
        {
            KEY: HANDLERS + told + _logs_in_cloudwatch(plan),
            ALARM: REJECTED_TRAFFIC * watched + len(network.site_to_site_vpn),
            METRIC: REJECTED_TRAFFIC * watched,
            "vpc.interface-endpoint": len(network.interface_endpoints) * zones,
            "vpc.nat-gateway": gateways,
            "vpc.public-ipv4": gateways,
            "vpc.encryption-control": network.encryption_control is not None,
            "network-firewall.endpoint": zones * (central or inside),
            "transit-gateway.attachment": (2 + len(network.site_to_site_vpn)) * central,
            "vpn.connection": len(network.site_to_site_vpn),
            "secretsmanager.secret": len(network.site_to_site_vpn),
            "client-vpn.association": zones * (network.client_vpn is not None),
            "route53.dns-firewall-domains": (
                len(lists.allowed_domains) + len(lists.blocked_domains)
            )
            * lists.enabled,
        },
    )


def _logs_in_cloudwatch(plan: Plan) -> bool:
    """Tell whether network records go to CloudWatch Logs, whose groups share a key."""
    network = plan.configuration.network
    return bool(
        network.detection_logs != "none"
        or network.dns_firewall.enabled
        or network.inspection.form != "none"
        or network.site_to_site_vpn
        or network.client_vpn
    )


KEPT: tuple[Callable[[Plan], None], ...] = (
    _billing,
    _audit,
    _log_archive,
    _security,
    _responses,
)

ALONE: tuple[Callable[[Plan], None], ...] = (*KEPT, _break_glass, _members, _rules)

PARTS: tuple[Callable[[Plan], None], ...] = (
    _organization,
    _break_glass,
    _billing,
    _audit,
    _log_archive,
    _security,
    _responses,
    _evidence,
    _settings,
    _members,
    _rules,
    _identity,
    _network,
    _kept,
)
