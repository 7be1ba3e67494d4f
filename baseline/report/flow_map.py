"""Where logs and findings flow, as a configuration has it: what is off is not there.

Four lanes: where it happens, what collects it, where it is kept or sorted, who learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from baseline.config import Configuration
from baseline.config.guardduty import exporting_regions
from baseline.config.siem import PRESETS
from baseline.report.model import Flow, Stop

LANES = ("Where it happens", "What collects it", "Where it is kept or sorted", "Who learns of it")

_Kind = Literal["logs", "findings"]


def flow_map(configuration: Configuration) -> tuple[tuple[Stop, ...], tuple[Flow, ...]]:
    """Give the boxes, lane by lane, and the arrows of a configuration."""
    made = _Map()
    for part in (_records, _traffic, _detections, _collected, _answers, _people, _exports):
        part(configuration, made)
    return made.finished()


class _Map:
    def __init__(self) -> None:
        self.stops: dict[str, Stop] = {}
        self.flows: list[Flow] = []

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


def _records(configuration: Configuration, made: _Map) -> None:
    """Calls of all accounts, changes of resources."""
    archive = configuration.log_archive
    lock = f"Object Lock {archive.object_lock_mode}, {archive.object_lock_days} days"
    kept = f"kept {archive.retention_days:,} days"
    made.stop("calls", 0, "API calls", "every account and Region")
    made.stop("trail", 1, "Organization trail", "management account")
    made.stop("trail-logs", 2, "CloudTrail logs", lock)
    extra = " and data events" if archive.trail.data_events else ""
    made.flow("calls", "trail", f"management events{extra}")
    made.flow("trail", "trail-logs", "validated log files")
    if configuration.capabilities.activity_alarms.enabled:
        made.stop("alarms", 2, "Activity alarms", "CIS 4.1 to 4.15")
        made.flow("trail", "alarms", "log events")
    if configuration.capabilities.config.enabled:
        made.stop("changes", 0, "Changes of resources", "AWS Config, every account")
        made.stop("config-logs", 2, "AWS Config history", kept)
        made.flow("changes", "config-logs", "snapshots and history")
        if configuration.capabilities.config.aggregator:
            made.stop("aggregator", 1, "Config aggregator", "security account")
            made.flow("changes", "aggregator", "configuration and compliance")
    if archive.replication is not None:
        made.stop("copies", 3, "Copies of logs", f"in {archive.replication.region}")
        for log, source in (("cloudtrail", "trail-logs"), ("config", "config-logs")):
            if log in archive.replication.logs:
                made.flow(source, "copies", "replicated objects")


def _traffic(configuration: Configuration, made: _Map) -> None:
    """Networks, load balancers, web ACLs, sessions."""
    archive = configuration.log_archive
    dns = configuration.network.dns_firewall.enabled
    made.stop("traffic", 0, "Network traffic", "VPC flow logs" + (", DNS queries" if dns else ""))
    made.stop("flow-logs", 2, "Flow logs", f"kept {archive.retention_days:,} days")
    made.flow("traffic", "flow-logs", "flow logs and DNS queries" if dns else "flow logs")
    if archive.replication is not None and "flow_logs" in archive.replication.logs:
        made.flow("flow-logs", "copies", "replicated objects")
    if archive.load_balancer_logs:
        made.stop("balancers", 0, "Load balancers", "applications that log here")
        made.stop("balancer-logs", 2, "Load balancer logs", "one bucket a Region")
        made.flow("balancers", "balancer-logs", "access logs")
    if archive.web_acl_logs:
        made.stop("web-acls", 0, "Web ACLs", "AWS WAF of all accounts")
        made.stop("web-acl-logs", 2, "Web ACL logs", "log archive account")
        made.flow("web-acls", "web-acl-logs", "requests")
    recording = configuration.account_settings.session_manager.recording
    if recording != "none":
        made.stop("sessions", 0, "Sessions on machines", "Session Manager")
        made.stop("session-logs", 2, "Session recordings", recording.replace("_", " "))
        made.flow("sessions", "session-logs", "recordings")


def _detections(configuration: Configuration, made: _Map) -> None:
    """What looks for threats and weaknesses in every account."""
    found = configuration.capabilities
    regions = f"{len(configuration.regions)} Region{'s' * (len(configuration.regions) > 1)}"
    if found.guardduty.enabled:
        made.stop("guardduty", 0, "GuardDuty", f"every account, {regions}")
    if found.security_hub.enabled:
        made.stop("checks", 0, "Security Hub checks", ", ".join(found.security_hub.standards))
    if found.inspector.enabled:
        made.stop("inspector", 0, "Inspector", "vulnerabilities")
    if found.macie.enabled:
        made.stop("macie", 0, "Macie", "sensitive data in buckets")
    if found.access_analyzer.enabled:
        made.stop("analyzers", 0, "Access Analyzer", "outside and unused access")


def _collected(configuration: Configuration, made: _Map) -> None:
    """Where findings come together."""
    found = configuration.capabilities
    made.stop("bus", 1, "Security event bus", f"security account, {configuration.home_region}")
    made.flow("calls", "bus", "tampering, use of root", "findings")
    made.findings(["guardduty"], "bus")
    if found.guardduty.enabled and exporting_regions(configuration):
        made.stop("guardduty-logs", 2, "GuardDuty findings", "log archive account")
        made.flow("guardduty", "guardduty-logs", "every finding", "findings")
    if found.security_hub.enabled:
        made.stop("hub", 1, "Security Hub", f"security account, {configuration.home_region}")
        made.findings(["guardduty", "checks", "inspector", "macie", "analyzers"], "hub")
        if found.security_hub.archive:
            made.stop("finding-logs", 2, "Archive of findings", "Object Lock")
            made.findings(["hub"], "finding-logs", "every finding and update")


def _answers(configuration: Configuration, made: _Map) -> None:
    """What answers without waiting for a person, and the sorter of messages."""
    made.stop("messages", 2, "Messages by severity", "security account")
    made.findings(["bus", "hub"], "messages")
    ports = configuration.response.open_ports
    listed = ", ".join(map(str, ports.ports))
    made.stop(
        "ports",
        3,
        "Open ports close" if ports.mode == "close" else "Open ports are reported",
        f"ports {listed}",
    )
    made.findings(["bus"], "ports", "opened ports")
    if configuration.response.playbooks.enabled:
        made.stop("playbooks", 3, "Incident playbooks", "contain, keep evidence, ask")
        made.findings(["bus", "hub"], "playbooks", "incidents")


def _people(configuration: Configuration, made: _Map) -> None:
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
        made.stop("pager", 3, "Pager", f"{told.paging.service}: {', '.join(told.paging.severities)}")
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
        for source, kind in _pushed(siem.push.sources):
            made.flow(source, "siem-push", "sent within minutes", kind)
    if siem.security_lake is not None:
        made.stop("lake", 3, "Security Lake", ", ".join(siem.security_lake.sources))
        made.flow("calls", "lake", "OCSF records")


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
