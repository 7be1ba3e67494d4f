"""What is billed by use and off until it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from baseline.cost.demand import Demand, Use

MILLION = 1_000_000
KIB = 1_048_576
WEEKS_OF_A_MONTH = 4.35
RUNS = {"day": 30.4, "week": WEEKS_OF_A_MONTH, "month": 1.0}
MANAGEMENT_EVENTS = "CLOUD_TRAIL_MGMT"


def _inspector(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.inspector
    if not settings.enabled:
        return
    for place in use.workloads():
        for wanted, item, name in (
            (settings.instances, "inspector.instance", "instances_per_account"),
            (settings.images, "inspector.image", "images_per_account"),
            (settings.functions, "inspector.function", "functions_per_account"),
            (settings.function_code, "inspector.function-code", "functions_per_account"),
        ):
            if wanted:
                yield use.of("inspector", place, item, name)
        for scan in settings.cis_scans.values():
            times, name = RUNS[scan.every], "instances_per_account"
            yield use.of("inspector", place, "inspector.cis", name, times=times)
    if settings.repositories:
        place = use.land.role("security")
        yield use.of("inspector", place, "inspector.repository", "repository_scans")


def _macie(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.macie
    for place in use.everywhere() if settings.enabled else ():
        if place.account in settings.excluded_accounts:
            continue
        yield use.of("macie", place, "macie.bucket", "buckets_per_account")
        if settings.automated_discovery:
            yield use.of("macie", place, "macie.objects", "objects_per_account")
            yield use.of("macie", place, "macie.data", "macie_gb_per_account")


def _detective(use: Use) -> Iterator[Demand]:
    settings = use.configuration.capabilities.detective
    for place in use.everywhere() if settings.enabled else ():
        if place.account not in settings.excluded_accounts:
            yield use.of("detective", place, "detective.data", "detective_gb_per_account")


def _findings(use: Use) -> Iterator[Demand]:
    capabilities = use.configuration.capabilities
    if capabilities.security_hub.archive:
        place = use.land.role("log_archive")
        names = ("archived_findings_gb", "archive_months")
        yield use.of("finding-archive", place, "s3.standard", *names)
    if capabilities.unified_security_hub.enabled:
        for place in use.everywhere():
            yield use.of("unified-security-hub", place, "security-hub.resource", "hub_resources")


def _siem(use: Use) -> Iterator[Demand]:
    push, lake = use.configuration.siem.push, use.configuration.siem.security_lake
    if push is not None:
        place = use.land.role("security")
        streams = len(push.sources) - ("trail" in push.sources)
        yield use.of("siem", place, "firehose.data", "siem_gb", times=streams)
        if "trail" in push.sources:
            names = ("events_per_account", "event_kilobytes")
            times = use.accounts() * len(use.land.regions) / KIB
            yield use.of("siem", place, "firehose.data", *names, times=times)
    if lake is None:
        return
    trail = MANAGEMENT_EVENTS in lake.sources
    others = len(lake.sources) - trail
    for region in use.land.regions:
        place = use.land.role("log_archive", region)
        for item, sources in (("security-lake.data", trail), ("security-lake.logs", others)):
            times = sources * use.accounts()
            yield use.of("security-lake", place, item, "lake_gb_per_account", times=times)


def _backups(use: Use) -> Iterator[Demand]:
    backup = use.configuration.capabilities.backup
    if backup is None:
        return
    for place in use.workloads():
        name = "backup_gb_per_account"
        yield use.of("backups", place, "backup.storage", name)
        if backup.audit:
            yield use.of("backups", place, "backup.evaluation", "backup_checks")
        tests = len(backup.restore_test) * WEEKS_OF_A_MONTH
        yield Demand(capability="backups", place=place, item="backup.restore-test", quantity=tests)
    if backup.central is not None:
        account = backup.central.account or use.land.core["log_archive"]
        chosen = backup.central.region
        times = use.members * (len(use.land.regions) if chosen else 1)
        for region in [chosen] if chosen else use.land.regions:
            place = use.land.account(account, region)
            yield use.of("backups", place, "backup.storage", "backup_gb_per_account", times=times)


def _images(use: Use) -> Iterator[Demand]:
    images = use.configuration.images
    if images is None:
        return
    place = use.land.role("shared_services")
    machines, containers = len(images.machines), len(images.containers)
    times = (machines + containers) * WEEKS_OF_A_MONTH
    yield use.of("images", place, "ec2.image-build", "image_build_hours", times=times)
    kept = machines * images.retention.keep
    yield use.of("images", place, "ebs.snapshot", "image_snapshot_gb", times=kept)
    yield use.of("images", place, "ecr.storage", "repository_gb", times=containers)


def _delivery(use: Use) -> Iterator[Demand]:
    if use.configuration.delivery is not None:
        place = use.land.role("shared_services")
        for item in ("codebuild.minutes", "codepipeline.minutes"):
            yield use.of("delivery", place, item, "release_minutes")


def _game_days(use: Use) -> Iterator[Demand]:
    experiments = use.configuration.response.game_days.experiments
    if experiments is not None:
        place = use.land.account(experiments.account)
        yield use.of("game-days", place, "fis.minutes", "experiment_minutes")


def _edge(use: Use) -> Iterator[Demand]:
    settings = use.configuration.edge.firewall_manager
    if settings is None:
        return
    if settings.shield is not None:
        # The whole organization pays once, whoever is subscribed.
        yield Demand(
            capability="shield",
            place=use.land.role("management"),
            item="shield.subscription",
            quantity=1,
        )
    for acl in settings.web_acls.values():
        edge = ("us-east-1",) if acl.scope == "CLOUDFRONT" else use.land.regions
        rules = len(acl.managed_groups) + (acl.requests_per_address is not None)
        for place in use.workloads():
            if place.region in (acl.regions or edge):
                for item, quantity in (("waf.web-acl", 1), ("waf.rule", rules)):
                    yield Demand(
                        capability="firewall-manager", place=place, item=item, quantity=quantity
                    )
    if settings.dns_firewall is not None:
        for place in use.workloads():
            item, name = "route53.dns-firewall-queries", "dns_million_queries"
            yield use.of("firewall-manager", place, item, name, times=MILLION)


def _workload(use: Use) -> Iterator[Demand]:
    workload = use.configuration.workload
    if workload is None:
        return
    home = use.land.account(workload.account, workload.region or use.land.home)
    if workload.has("instances"):
        front = use.land.account(workload.account, "us-east-1")
        yield use.of("workload", front, "cloudfront.requests", "million_requests", times=MILLION)
        yield use.of("workload", front, "waf.requests", "million_requests", times=MILLION)
        yield use.of("workload", home, "elb.capacity", "load_balancer_units", "hours")
        yield use.of("workload", home, "vpc.interface-endpoint-data", "endpoint_gb")
        name = "dns_million_queries"
        yield use.of("workload", home, "route53.dns-firewall-queries", name, times=MILLION)
        yield Demand(
            capability="workload", place=home, item="ebs.gp3", quantity=DISK_GB * MACHINES_AT_REST
        )
        yield use.of("workload", home, "backup.storage", "backup_gb_per_account")
    if workload.has("serverless"):
        for item in ("api-gateway.requests", "dynamodb.requests", "lambda.requests"):
            yield use.of("workload", home, item, "million_requests", times=MILLION)
        yield use.of("workload", home, "waf.requests", "million_requests", times=MILLION)
        yield use.of("workload", home, "backup.storage", "backup_gb_per_account")


def _kept_trail(use: Use) -> Iterator[Demand]:
    """Give the trail that an account keeps beside the organization's: a second copy is billed."""
    standalone = use.configuration.standalone
    if standalone is None:
        return
    for region in standalone.regions:
        place = use.land.account(standalone.account.id, region)
        yield use.of("audit", place, "cloudtrail.copies", "events_per_account")


DISK_GB = 30
MACHINES_AT_REST = 2

VOLUMES_OF_OPTIONS: tuple[Callable[[Use], Iterator[Demand]], ...] = (
    _inspector,
    _macie,
    _detective,
    _findings,
    _siem,
    _backups,
    _images,
    _delivery,
    _game_days,
    _edge,
    _workload,
    _kept_trail,
)
