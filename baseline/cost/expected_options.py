"""Paid resources of what is off until it is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from baseline.config.forensics import forensic_account
from baseline.cost.places import MEMBER, Place
from baseline.endpoint.preset import load_preset, presets

if TYPE_CHECKING:
    from baseline.cost.expectation import Plan

GLOBAL_REGION = "us-east-1"
KEY, ALARM = "kms.key", "cloudwatch.alarm"
HANDLERS = 1

STREAM_ALARMS = 3
"""Deliveries that fail, records that grow old, records that are refused."""

QUEUE_ALARMS = 2
"""A queue that is not read, messages that failed."""

MACHINES_AT_REST = 2
CAPACITY_AT_REST = 0.5
"""Aurora capacity units of an instance that does nothing."""

DATABASE_INSTANCES = 2
ZONES = 2


def _findings(plan: Plan) -> None:
    capabilities = plan.configuration.capabilities
    if capabilities.security_hub.archive:
        plan.put("finding-archive", "security", {KEY: 1 + HANDLERS, ALARM: 2})
    if capabilities.unified_security_hub.enabled:
        plan.put("unified-security-hub", "security", {KEY: HANDLERS})


def _siem(plan: Plan) -> None:
    siem = plan.configuration.siem
    if siem.pull is not None:
        queues = len(siem.pull.sources)
        plan.put("log-archive", "log_archive", {KEY: 2, ALARM: QUEUE_ALARMS * queues})
    if siem.push is not None:
        secret = siem.push.destination != "opensearch"
        alarms = STREAM_ALARMS * len(siem.push.sources) + 1
        counts = {KEY: 3, ALARM: alarms, "secretsmanager.secret": float(secret)}
        plan.put("siem", "security", counts)
    if siem.security_lake is not None:
        # The home Region has two stacks with functions.
        plan.put("security-lake", "log_archive", {KEY: 2 * HANDLERS})
        for region in plan.land.regions:
            plan.found.add("security-lake", plan.land.role("log_archive", region), KEY)


def _backups(plan: Plan) -> None:
    backup = plan.configuration.capabilities.backup
    if backup is None:
        return
    plan.found.capabilities.add("backups")
    for region in plan.land.regions if backup.makes_vaults else ():
        for place in plan.land.each_account(region):
            plan.found.add("backups", place, KEY)
    central = backup.central
    if central is not None:
        account = central.account or plan.land.core["log_archive"]
        for region in [central.region] if central.region else plan.land.regions:
            place = plan.land.account(account, region)
            plan.found.add("backups", place, KEY, central.vault == "locked")


def _forensics(plan: Plan) -> None:
    account = forensic_account(plan.configuration)
    for region in plan.land.regions if account is not None else ():
        plan.found.add("forensics", plan.land.account(str(account), region), KEY)


def _game_days(plan: Plan) -> None:
    experiments = plan.configuration.response.game_days.experiments
    if experiments is not None:
        place = plan.land.account(experiments.account)
        plan.found.add("game-days", place, KEY, 1 + experiments.report)


def _images(plan: Plan) -> None:
    images = plan.configuration.images
    if images is not None:
        # Of builds, their logs and messages; two of each container's repositories.
        keys = 3 + HANDLERS + 2 * len(images.containers)
        plan.put("images", "shared_services", {KEY: keys})


def _delivery(plan: Plan) -> None:
    if plan.configuration.delivery is not None:
        plan.put("delivery", "shared_services", {KEY: 3})


def _firewall_manager(plan: Plan) -> None:
    settings = plan.configuration.edge.firewall_manager
    if settings is None:
        return
    plan.found.capabilities.add("firewall-manager")
    everywhere = [
        settings.security_group_content,
        settings.security_group_usage,
        settings.dns_firewall,
        settings.shield,
    ]
    for region in plan.land.regions:
        policies = sum(each is not None for each in everywhere)
        for acl in settings.web_acls.values():
            edge = (GLOBAL_REGION,) if acl.scope == "CLOUDFRONT" else plan.land.regions
            policies += region in (acl.regions or edge)
        if settings.shield is not None and region == GLOBAL_REGION:
            policies += settings.shield.distributions
        domains = len(settings.dns_firewall.blocked_domains) if settings.dns_firewall else 0
        place = plan.land.role("security", region)
        plan.found.add("firewall-manager", place, "fms.policy", policies)
        plan.found.add("firewall-manager", place, "route53.dns-firewall-domains", domains)
    if settings.shield is not None and settings.shield.supported_accounts:
        plan.found.capabilities.add("shield")


def _endpoint(plan: Plan) -> None:
    settings = plan.configuration.endpoint
    if not settings.distributes:
        return
    own = settings.vendor == "own" and settings.preset is not None
    preset = load_preset(Path(str(settings.preset))) if own else presets()[settings.vendor or ""]
    token, rules = preset.secret is not None, 1 + (preset.windows is not None)
    counts = {KEY: 1 + HANDLERS + token, "secretsmanager.secret": float(token)}
    plan.put("endpoint", "security", counts)
    for region in plan.land.regions:
        for place in plan.land.each_account(region):
            plan.found.add("endpoint", place, "config.evaluation", rules)


def _template_rules(plan: Plan) -> None:
    if plan.configuration.template_validation.enabled:
        plan.put("template-rules", "security", {KEY: 1 + HANDLERS})


def _workload(plan: Plan) -> None:
    workload = plan.configuration.workload
    if workload is None:
        return
    home = plan.land.account(workload.account, workload.region or plan.land.home)
    if workload.has("instances"):
        _instances(plan, home)
    if workload.has("serverless"):
        web_acl = {"waf.web-acl": 1, "waf.rule": 5}
        for item, count in {KEY: 5, ALARM: 3, **web_acl}.items():
            plan.found.add("workload", home, item, count)


def _instances(plan: Plan, home: Place) -> None:
    counts: dict[str, float] = {
        KEY: 6,
        ALARM: 5,
        "waf.web-acl": 1,
        "waf.rule": 4,
        "elb.application": 1,
        "ec2.m7g-large": MACHINES_AT_REST,
        "aurora.capacity": CAPACITY_AT_REST * DATABASE_INSTANCES,
        "secretsmanager.secret": 1,
        "vpc.interface-endpoint": 6 * ZONES,
    }
    edge: dict[str, float] = {KEY: 2, ALARM: 3, "waf.web-acl": 1, "waf.rule": 5}
    front = Place(account_class=MEMBER, account=home.account, region=GLOBAL_REGION)
    for place, items in ((home, counts), (front, edge)):
        for item, count in items.items():
            plan.found.add("workload", place, item, count)


OPTIONS: tuple[Callable[[Plan], None], ...] = (
    _findings,
    _siem,
    _backups,
    _forensics,
    _game_days,
    _images,
    _delivery,
    _firewall_manager,
    _endpoint,
    _template_rules,
    _workload,
)
