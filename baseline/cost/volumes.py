"""What is billed by use: detection, records and logs, which every organization has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from baseline.config.security_hub import UnitClass, classes_of
from baseline.cost.demand import Demand, Use
from baseline.cost.places import MEMBER, Place

MILLION = 1_000_000
DAYS_OF_A_MONTH = 30.4
INSIGHT_TYPES = 2
"""Rates of calls and of errors."""

KIB = 1_048_576
"""Kilobytes of a gigabyte."""


def _trail(use: Use) -> Iterator[Demand]:
    """Give what the organization trail costs: insights, its log group, what it records besides."""
    home = use.land.role("management") if not use.land.single else use.land.role("account")
    settings = use.configuration.log_archive.trail
    for region in use.land.regions:
        # The management account, which owns the trail, is billed for the insights of all.
        place = Place(account_class=home.account_class, account=home.account, region=region)
        times = INSIGHT_TYPES * use.accounts()
        yield use.of("audit", place, "cloudtrail.insights", "events_per_account", times=times)
    events = use.accounts() * len(use.land.regions) / KIB
    names = ("events_per_account", "event_kilobytes")
    yield use.of("audit", home, "cloudwatch.logs-ingested", *names, times=events)
    months = use.configuration.log_archive.log_group_retention_days / DAYS_OF_A_MONTH
    kept = events * min(months, use.assumptions["archive_months"])
    yield use.of("audit", home, "cloudwatch.logs-stored", *names, times=kept)
    types = len(settings.data_events)
    yield use.of(
        "audit", home, "cloudtrail.data-events", "data_million_events", times=types * MILLION
    )
    analyzed = types * MILLION * INSIGHT_TYPES * settings.data_event_insights
    yield use.of("audit", home, "cloudtrail.insights", "data_million_events", times=analyzed)
    yield use.of(
        "audit",
        home,
        "cloudtrail.network-activity",
        "network_activity_million_events",
        times=len(settings.network_activity) * MILLION,
    )


def _log_archive(use: Use) -> Iterator[Demand]:
    """Give the storage of logs, where they lie: what has come together so far."""
    settings = use.configuration.log_archive
    place = use.land.role("account" if use.land.single else "log_archive")
    months = min(use.assumptions["archive_months"], settings.retention_days / DAYS_OF_A_MONTH)
    warm = min(months, settings.glacier_after_days / DAYS_OF_A_MONTH)
    spread = use.accounts() * len(use.land.regions)
    names = ("log_gb_per_account", "archive_months")
    for item, age in (("s3.standard", warm), ("s3.glacier", months - warm)):
        quantity = age * spread * use.assumptions[names[0]]
        yield Demand(
            capability="log-archive", place=place, item=item, quantity=quantity, basis=names
        )
    objects = ("log_objects_per_account",)
    yield use.of("log-archive", place, "s3.requests", *objects, times=spread)
    copies = settings.replication
    if copies is not None:
        account = copies.account or place.account
        there = use.land.account(account, copies.region)
        quantity = months * spread * use.assumptions[names[0]]
        yield Demand(
            capability="log-archive",
            place=there,
            item="s3.standard",
            quantity=quantity,
            basis=names,
        )


def _guardduty(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.guardduty
    for place in use.everywhere() if settings.enabled else ():
        plans = settings.regions.get(place.region, settings)
        give = "guardduty"
        yield use.of(give, place, "guardduty.events", "events_per_account")
        yield use.of(give, place, "guardduty.logs", "flow_log_gb")
        if plans.s3_data_events:
            yield use.of(give, place, "guardduty.s3-events", "s3_million_events", times=MILLION)
    for place in use.workloads() if settings.enabled else ():
        plans = settings.regions.get(place.region, settings)
        chosen = [
            (plans.eks_audit_logs, "guardduty.eks-events", "eks_million_events", MILLION),
            (plans.ebs_malware_protection, "guardduty.malware", "malware_scan_gb", 1),
            (plans.rds_login_events, "guardduty.rds", "database_vcpus", 1),
            (plans.lambda_network_logs, "guardduty.lambda", "lambda_network_gb", 1),
            (plans.runtime_monitoring, "guardduty.runtime", "vcpus", 1),
        ]
        for wanted, item, name, times in chosen:
            if wanted:
                yield use.of("guardduty", place, item, name, times=times)


def _security_hub(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.security_hub
    for place, standards, accounts in _standards(use) if settings.enabled else ():
        for item, name, times in (
            ("security-hub.check", "checks_per_standard", standards),
            ("security-hub.finding", "findings_per_account", 1),
        ):
            demand = use.of("security-hub", place, item, name, times=times)
            yield replace(demand, accounts=accounts)


def _standards(use: Use) -> Iterator[tuple[Place, int, int | None]]:
    """Give how many standards are checked where, and in how many accounts; None for all of the class."""
    settings = use.configuration.capabilities.security_hub
    numbers: dict[str, int] = {
        name: len(settings.standards if policy.standards is None else policy.standards)
        for name, policy in settings.classes.items()
    }
    cores = use.configuration.core_accounts()
    classes = classes_of(
        dict(use.configuration.walk_units()),
        classes=settings.classes,
        core=frozenset(each.ou for each in cores.values() if each.ou is not None),
    )
    for place in use.everywhere():
        if place.account_class == MEMBER:
            yield from _member_standards(use, place, numbers, classes)
        else:
            # The management account stands in the root and has what the organization has.
            unit = cores[place.account_class].ou
            by_class = numbers[classes[unit]] if unit in classes else len(settings.standards)
            yield place, by_class, None


def _member_standards(
    use: Use, place: Place, numbers: Mapping[str, int], classes: Mapping[str, UnitClass]
) -> Iterator[tuple[Place, int, int | None]]:
    """Give those of the member accounts, by unit where units differ."""
    if len({*numbers.values()}) == 1:
        yield place, numbers["workload"], None
        return
    left = use.members
    for unit, count in use.land.units.items():
        there = replace(place, account_class=f"{MEMBER}: {unit}")
        yield there, numbers[classes.get(unit, "workload")], min(count, left)
        left -= min(count, left)
    # Accounts that are assumed and not named.
    yield place, numbers["workload"], left


def _config(use: Use) -> Iterator[Demand]:
    if use.configuration.capabilities.config.enabled:
        for place in use.everywhere():
            yield use.of("config", place, "config.item", "config_items_per_account")


def _analyzers(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.access_analyzer
    unused = settings.unused_access
    if unused.enabled:
        for place in use.land.each_account(use.land.home):
            if place.account not in unused.excluded_accounts:
                yield use.of(
                    "access-analyzer", place, "access-analyzer.unused", "roles_per_account"
                )
    internal = settings.internal_access
    if not internal.enabled:
        return
    named = Counter(_region_of(arn, use) for arn in internal.resources)
    for region in use.land.regions:
        place = use.land.role("account" if use.land.single else "security", region)
        if named[region]:
            yield Demand(
                capability="access-analyzer",
                place=place,
                item="access-analyzer.internal",
                quantity=named[region],
            )
        if internal.resource_types:
            item = "access-analyzer.internal"
            yield use.of("access-analyzer", place, item, "internal_resources")


def _region_of(arn: str, use: Use) -> str:
    """Give the Region of a resource; buckets name none and are watched in the home Region."""
    return arn.split(":")[3] or use.land.home


VOLUMES: tuple[Callable[[Use], Iterator[Demand]], ...] = (
    _trail,
    _log_archive,
    _guardduty,
    _security_hub,
    _config,
    _analyzers,
)
