"""What is billed by use of the baseline's own resources: keys, functions, jobs, queues, networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from baseline.cost.demand import Demand, Use
from baseline.cost.expectation import sweeps_of

MILLION = 1_000_000
COUNTED_BY_USE = "config.evaluation"


def _resources(use: Use) -> Iterator[Demand]:
    """Give the resources that cost for being there; of rules each evaluation."""
    for key, count in use.resources.resources.items():
        if key.item == COUNTED_BY_USE:
            name = "evaluations_per_rule"
            yield use.of(key.capability, key.place, key.item, name, times=count)
        else:
            yield Demand(capability=key.capability, place=key.place, item=key.item, quantity=count)
        if key.item == "kms.key":
            name = "kms_requests_per_key"
            yield use.of(key.capability, key.place, "kms.requests", name, times=count)


def _operation(use: Use) -> Iterator[Demand]:
    """Give what events, functions, queues and messages of the baseline cost together."""
    place = use.land.role("security")
    yield use.of("security", place, "eventbridge.events", "event_millions", times=MILLION)
    yield use.of("security", place, "sqs.requests", "queue_million_requests", times=MILLION)
    yield use.of("security", place, "sns.email", "messages")
    name = "function_million_requests"
    yield use.of("security", place, "lambda.requests", name, times=MILLION)
    yield use.of("security", place, "lambda.duration", "function_gb_seconds")
    yield use.of("security", place, "cloudwatch.logs-ingested", "baseline_log_gb")
    yield use.of("response", place, "s3.standard", "evidence_gb", "archive_months")
    if "evidence" in use.resources.capabilities:
        yield use.of("evidence", place, "s3.standard", "evidence_gb")


def _jobs(use: Use) -> Iterator[Demand]:
    """Give the daily jobs that go through all accounts."""
    if use.land.single:
        # A function does it there.
        return
    times = sweeps_of(use.configuration) * use.accounts()
    item = "step-functions.transitions"
    yield use.of("settings", use.land.role("security"), item, "job_transitions", times=times)


def _unit_assignments(use: Use) -> Iterator[Demand]:
    """Give the daily job that keeps assignments of units, and its table."""
    section = use.configuration.identity_center
    if not section.enabled or not any(each.units for each in section.assignments):
        return
    place = use.land.role(section.delegate or "management", section.region or "")
    times = use.accounts()
    for item in ("step-functions.transitions", "dynamodb.requests"):
        yield use.of("identity", place, item, "job_transitions", times=times)


def _network(use: Use) -> Iterator[Demand]:
    if "network" not in use.resources.capabilities:
        return
    network, place = use.configuration.network, use.land.role("network")
    for wanted, item, name, times in (
        (bool(network.interface_endpoints), "vpc.interface-endpoint-data", "endpoint_gb", 1),
        (use.resources.of("vpc.nat-gateway") > 0, "vpc.nat-data", "nat_gb", 1),
        (network.inspection.form != "none", "network-firewall.data", "inspected_gb", 1),
        (network.inspection.form == "central", "transit-gateway.data", "transit_gb", 1),
        (network.client_vpn is not None, "client-vpn.connection", "vpn_client_hours", 1),
        (
            network.dns_firewall.enabled,
            "route53.dns-firewall-queries",
            "dns_million_queries",
            MILLION,
        ),
    ):
        if wanted:
            yield use.of("network", place, item, name, times=times)


VOLUMES_OF_RESOURCES: tuple[Callable[[Use], Iterator[Demand]], ...] = (
    _resources,
    _operation,
    _jobs,
    _unit_assignments,
    _network,
)
