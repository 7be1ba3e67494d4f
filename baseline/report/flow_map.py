"""Where logs and findings flow, as a configuration has it: what is off is not there.

Four lanes: where it happens, what collects it, where it is kept or sorted, who learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from baseline.config import Configuration, Standalone
from baseline.config.expansion import expanded
from baseline.config.guardduty import exporting_regions
from baseline.config.response import PlaybookId, Playbooks
from baseline.config.siem import PRESETS
from baseline.report.model import Flow, Stop

LANES = ("Where it happens", "What collects it", "Where it is kept or sorted", "Who learns of it")

_Kind = Literal["logs", "findings"]


def flow_map(
    configuration: Configuration | Standalone,
) -> tuple[tuple[Stop, ...], tuple[Flow, ...]]:
    """Give the boxes, lane by lane, and the arrows of a configuration."""
    made = _Map(alone=isinstance(configuration, Standalone))
    for part in (_records, _traffic, _detections, _collected, _answers, _people):
        part(configuration, made)
    if isinstance(configuration, Configuration):
        for further in (_organization, _exports):
            further(configuration, made)
    return made.finished()


class _Map:
    def __init__(self, *, alone: bool) -> None:
        self.alone = alone
        self.stops: dict[str, Stop] = {}
        self.flows: list[Flow] = []

    def of(self, account: str) -> str:
        """Give where something is: a core account, or the one account there is."""
        return "the account" if self.alone else f"{account} account"

    def stop(self, id: str, lane: int, label: str, note: str = "") -> None:
        self.stops[id] = Stop(id=id, lane=lane, label=label, note=note)

    def flow(self, source: str, target: str, carries: str, kind: _Kind = "logs") -> None:
        self.flows.append(Flow(source=source, target=target, carries=carries, kind=kind))

    def findings(self, sources: Iterable[str], target: str, carries: str = "findings") -> None:
        for source in sources:
            if source in self.stops:
                self.flow(source, target, carries, "findings")

    def finished(self) -> tuple[tuple[Stop, ...], tuple[Flow, ...]]:
        """Give what is joined to something, lane by lane."""
        flows = [row for row in self.flows if {row.source, row.target} <= self.stops.keys()]
        joined = {end for row in flows for end in (row.source, row.target)}
        stops = sorted(self.stops.values(), key=lambda stop: stop.lane)
        return tuple(stop for stop in stops if stop.id in joined), tuple(flows)


def _records(configuration: Configuration | Standalone, made: _Map) -> None:
    """Calls of all accounts, changes of resources."""
    archive = configuration.log_archive
    lock = f"{archive.object_lock_mode.lower()} lock, {archive.object_lock_days} days"
    made.stop("calls", 0, "API calls", "every Region" if made.alone else "every account and Region")
    made.stop("trail", 1, "Trail" if made.alone else "Organization trail", made.of("management"))
    made.stop("trail-logs", 2, "CloudTrail logs", lock)
    extra = " and data events" if archive.trail.data_events else ""
    made.flow("calls", "trail", f"management events{extra}")
    made.flow("trail", "trail-logs", "validated log files")
    if configuration.capabilities.activity_alarms.enabled:
        made.stop("alarms", 2, "Activity alarms", "CIS 4.1 to 4.15")
        made.flow("trail", "alarms", "log events")
    if configuration.capabilities.config.enabled:
        made.stop("changes", 0, "Changes of resources", "AWS Config")
        made.stop("config-logs", 2, "AWS Config history", f"kept {archive.retention_days:,} days")
        made.flow("changes", "config-logs", "snapshots and history")
    if archive.replication is not None:
        made.stop("copies", 3, "Copies of logs", f"in {archive.replication.region}")
        for log, source in (("cloudtrail", "trail-logs"), ("config", "config-logs")):
            if log in archive.replication.logs:
                made.flow(source, "copies", "replicated objects")


def _traffic(configuration: Configuration | Standalone, made: _Map) -> None:
    """Networks, load balancers, web ACLs, sessions."""
    archive, network = configuration.log_archive, configuration.network
    if network is not None:
        dns = network.dns_firewall.enabled
        made.stop("traffic", 0, "Network traffic", f"VPC flow logs{', DNS queries' * dns}")
        made.stop("flow-logs", 2, "Flow logs", f"kept {archive.retention_days:,} days")
        made.flow("traffic", "flow-logs", f"flow logs{' and DNS queries' * dns}")
        if archive.replication is not None and "flow_logs" in archive.replication.logs:
            made.flow("flow-logs", "copies", "replicated objects")
    if archive.load_balancer_logs:
        made.stop("balancers", 0, "Load balancers", "applications that log here")
        made.stop("balancer-logs", 2, "Load balancer logs", "one bucket a Region")
        made.flow("balancers", "balancer-logs", "access logs")
    if archive.web_acl_logs:
        made.stop("web-acls", 0, "Web ACLs", "AWS WAF")
        made.stop("web-acl-logs", 2, "Web ACL logs", made.of("log archive"))
        made.flow("web-acls", "web-acl-logs", "requests")
    recording = configuration.account_settings.session_manager.recording
    if recording != "none":
        made.stop("sessions", 0, "Sessions on machines", "Session Manager")
        made.stop("session-logs", 2, "Session recordings", recording)
        made.flow("sessions", "session-logs", "recordings")


def _detections(configuration: Configuration | Standalone, made: _Map) -> None:
    """What looks for threats and weaknesses."""
    found, regions = configuration.capabilities, len(configuration.regions)
    if found.guardduty.enabled:
        made.stop("guardduty", 0, "GuardDuty", f"{regions} Region{'s' * (regions > 1)}")
    if found.security_hub.enabled:
        made.stop("checks", 0, "Security Hub checks", ", ".join(found.security_hub.standards))
    if isinstance(configuration, Configuration):
        if configuration.capabilities.inspector.enabled:
            made.stop("inspector", 0, "Inspector", "vulnerabilities")
        if configuration.capabilities.macie.enabled:
            made.stop("macie", 0, "Macie", "sensitive data in buckets")
    if found.access_analyzer.enabled:
        made.stop("analyzers", 0, "Access Analyzer", "outside and unused access")


def _collected(configuration: Configuration | Standalone, made: _Map) -> None:
    """Where findings come together."""
    here = (
        configuration.home_region
        if made.alone
        else f"security account, {configuration.home_region}"
    )
    made.stop("bus", 1, "Security event bus", here)
    made.flow("calls", "bus", "tampering, use of root", "findings")
    made.findings(["guardduty"], "bus")
    whole = configuration if isinstance(configuration, Configuration) else expanded(configuration)
    if exporting_regions(whole):
        made.stop("guardduty-logs", 2, "GuardDuty findings", made.of("log archive"))
        made.flow("guardduty", "guardduty-logs", "every finding", "findings")
    if configuration.capabilities.security_hub.enabled:
        made.stop("hub", 1, "Security Hub", here)
        made.findings(["guardduty", "checks", "inspector", "macie", "analyzers"], "hub")


def _answers(configuration: Configuration | Standalone, made: _Map) -> None:
    """What answers without waiting for a person, and the sorter of messages."""
    made.stop("messages", 2, "Messages by severity", made.of("security"))
    made.findings(["bus", "hub"], "messages")
    ports = configuration.response.open_ports
    closes = "Open ports close" if ports.mode == "close" else "Open ports are reported"
    made.stop("ports", 3, closes, f"ports {', '.join(map(str, ports.ports))}")
    made.findings(["bus"], "ports", "opened ports")


def _organization(configuration: Configuration, made: _Map) -> None:
    """What only an organization has."""
    found = configuration.capabilities
    if found.config.enabled and found.config.aggregator:
        made.stop("aggregator", 1, "Config aggregator", "security account")
        made.flow("changes", "aggregator", "configuration and compliance")
    if found.security_hub.archive:
        made.stop("finding-logs", 2, "Archive of findings", "Object Lock")
        made.findings(["hub"], "finding-logs", "every finding and update")
    if _answering(configuration.response.playbooks):
        made.stop("playbooks", 3, "Incident playbooks", "contain, keep evidence, ask")
        made.findings(["bus", "hub"], "playbooks", "incidents")


def _people(configuration: Configuration | Standalone, made: _Map) -> None:
    """Who is told, and how."""
    told = configuration.notifications
    addresses = {*told.critical, *told.high, *told.medium}
    made.stop("mail", 3, "E-mail", f"{_count(addresses, 'address', 'addresses')}, by severity")
    made.findings(["messages"], "mail", "messages")
    made.findings(["alarms"], "mail", "alarms")
    if told.routes:
        made.stop("teams", 3, "Teams, of their accounts", ", ".join(told.routes))
        made.findings(["messages"], "teams", "messages")
    if told.chat:
        made.stop("chat", 3, "Chat", ", ".join(told.chat))
        made.findings(["messages"], "chat", "messages")
    if told.paging is not None:
        made.stop(
            "pager", 3, "Pager", f"{told.paging.service}: {', '.join(told.paging.severities)}"
        )
        made.findings(["messages"], "pager", "messages")


def _exports(configuration: Configuration, made: _Map) -> None:
    """What a SIEM gets."""
    siem = configuration.siem
    if siem.pull is not None:
        made.stop("siem-pull", 3, "SIEM reads the archive", "queues and a reader role")
        for source in siem.pull.sources:
            made.flow(_bucket(source), "siem-pull", "new objects")
    if siem.push is not None:
        made.stop("siem-push", 3, f"SIEM: {PRESETS[siem.push.destination].name}", "Firehose")
        for end, kind in _pushed(siem.push.sources):
            made.flow(end, "siem-push", "sent within minutes", kind)
    if siem.security_lake is not None:
        made.stop("lake", 3, "Security Lake", ", ".join(siem.security_lake.sources))
        made.flow("calls", "lake", "OCSF records")


def _answering(playbooks: Playbooks) -> bool:
    """Tell whether a playbook is not off."""
    off = {name for name, mode in playbooks.modes.items() if mode == "off"}
    return playbooks.enabled and bool(set(get_args(PlaybookId)) - off)


def _bucket(source: str) -> str:
    return {
        "cloudtrail": "trail-logs",
        "config": "config-logs",
        "flow_logs": "flow-logs",
        "guardduty": "guardduty-logs",
    }[source]


def _pushed(sources: Iterable[str]) -> Iterator[tuple[str, _Kind]]:
    if "findings" in sources:
        yield "hub", "findings"
        yield "bus", "findings"
    if "trail" in sources:
        yield "trail", "logs"


def _count(items: set[str], one: str, many: str) -> str:
    return f"{len(items)} {one if len(items) == 1 else many}"
