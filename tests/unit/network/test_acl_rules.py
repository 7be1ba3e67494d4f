"""Network ACLs let the intended flows through in both directions, and no others."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.errors import BaselineError
from baseline.network.acl_rules import (
    CONNECTED,
    INSTANCE_CONNECT,
    ISOLATED,
    ISOLATED_ENDPOINTS,
    MOST_PORTS,
    NAT,
    PRIVATE,
    PUBLIC,
    TRANSIT,
    forwarding_rules,
    isolated_rules,
    private_rules,
)
from baseline.network.hardened_vpc import HardenedVpc
from tests.support import CONTEXT

_spec = importlib.util.spec_from_file_location(
    "network_acl_model", Path(__file__).with_name("acl.py")
)
assert _spec is not None
assert _spec.loader is not None
acl = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = acl
_spec.loader.exec_module(acl)
Flow = acl.Flow

Resources = Callable[..., dict[str, Any]]

PRIVATE_1 = "10.0.0.10"
PRIVATE_2 = "10.0.2.10"
ISOLATED_1 = "10.0.8.10"
ISOLATED_2 = "10.0.9.10"
PUBLIC_1 = "10.0.12.10"
S3 = "52.218.0.1"
INTERNET = "198.51.100.7"

ALLOWED = {
    "interface endpoint in the same tier": Flow(PRIVATE_1, PRIVATE_2, 443),
    "S3 through its gateway endpoint": Flow(PRIVATE_1, S3, 443),
    "directory server, short query": Flow(PRIVATE_1, PRIVATE_2, 53, acl.UDP),
    "directory server, long query": Flow(PRIVATE_1, PRIVATE_2, 53),
    "PostgreSQL": Flow(PRIVATE_1, ISOLATED_1, 5432),
    "MySQL from the other zone": Flow(PRIVATE_2, ISOLATED_1, 3306, source_port=1025),
}
DENIED = {
    "SSH from the internet": Flow(INTERNET, PRIVATE_1, 22),
    "RDP from the internet": Flow(INTERNET, PRIVATE_1, 3389),
    "HTTPS from the internet": Flow(INTERNET, PRIVATE_1, 443),
    "SSH between private zones": Flow(PRIVATE_1, PRIVATE_2, 22),
    "plain HTTP out": Flow(PRIVATE_1, INTERNET, 80),
    "mail out": Flow(PRIVATE_1, INTERNET, 25),
    "high port out": Flow(PRIVATE_1, INTERNET, 8443),
    "DNS past the resolver": Flow(PRIVATE_1, INTERNET, 53, acl.UDP),
    "DNS over TCP past the resolver": Flow(PRIVATE_1, INTERNET, 53),
    "another database port": Flow(PRIVATE_1, ISOLATED_1, 1433),
    "SSH to the isolated tier": Flow(PRIVATE_1, ISOLATED_1, 22),
    "isolated tier opens HTTPS inside": Flow(ISOLATED_1, PRIVATE_1, 443),
    "isolated tier opens a high port": Flow(ISOLATED_1, PRIVATE_1, 8080),
    "isolated tier reaches S3": Flow(ISOLATED_1, S3, 443),
    "isolated tier reaches its other zone": Flow(ISOLATED_1, ISOLATED_2, 5432),
    "internet reaches the isolated tier": Flow(INTERNET, ISOLATED_1, 5432),
}


def test_every_intended_flow_passes_with_its_answer(resources: Resources) -> None:
    template = resources()
    assert [name for name, flow in ALLOWED.items() if not acl.connects(template, flow)] == []


def test_every_other_flow_is_dropped(resources: Resources) -> None:
    template = resources()
    assert [name for name, flow in DENIED.items() if acl.connects(template, flow)] == []


def test_the_public_tier_answers_https_and_nothing_else(resources: Resources) -> None:
    template = resources(public_subnets=True)
    assert acl.connects(template, Flow(INTERNET, PUBLIC_1, 443))
    assert acl.connects(template, Flow(PUBLIC_1, PRIVATE_1, 443))
    assert acl.connects(template, Flow(PUBLIC_1, PRIVATE_1, 8080))
    for port in (22, 80, 3389, 8080, 65535):
        assert not acl.connects(template, Flow(INTERNET, PUBLIC_1, port)), port
    assert not acl.connects(template, Flow(PUBLIC_1, ISOLATED_1, 5432))
    assert [name for name, flow in DENIED.items() if acl.connects(template, flow)] == []


def test_the_isolated_tier_reaches_endpoints_only_by_name(resources: Resources) -> None:
    template = resources(isolated_reaches_endpoints=True)
    assert acl.connects(template, Flow(ISOLATED_1, PRIVATE_1, 443))
    assert acl.connects(template, Flow(ISOLATED_1, S3, 443))
    assert not acl.connects(template, Flow(ISOLATED_1, INTERNET, 80))
    assert not acl.connects(template, Flow(INTERNET, ISOLATED_1, 22))


def test_an_isolated_port_below_1024_passes_both_tiers(resources: Resources) -> None:
    template = resources(isolated_ports=(445, 1433))
    assert acl.connects(template, Flow(PRIVATE_1, ISOLATED_1, 445))
    assert acl.connects(template, Flow(PRIVATE_1, ISOLATED_1, 1433))
    assert not acl.connects(template, Flow(PRIVATE_1, ISOLATED_1, 5432))
    assert not acl.connects(template, Flow(PRIVATE_1, PRIVATE_2, 445))


def test_a_connected_network_uses_https_of_the_private_tier_only(resources: Resources) -> None:
    template = resources(connected_ranges=["10.8.0.0/13", "192.168.0.0/16"])
    for client in ("10.8.0.10", "192.168.1.10"):
        assert acl.connects(template, Flow(client, PRIVATE_1, 443))
        assert not acl.connects(template, Flow(client, PRIVATE_1, 22))
        assert not acl.connects(template, Flow(client, PRIVATE_1, 3389))
        assert not acl.connects(template, Flow(client, ISOLATED_1, 5432))
    assert not acl.connects(template, Flow("172.16.0.10", PRIVATE_1, 443))
    assert [name for name, flow in DENIED.items() if acl.connects(template, flow)] == []


def test_ssh_passes_between_private_subnets_only_by_name(resources: Resources) -> None:
    template = resources(instance_connect=True)
    assert acl.connects(template, Flow(PRIVATE_1, PRIVATE_2, 22))
    assert acl.connects(template, Flow(PRIVATE_1, PRIVATE_2, 3389))
    for denied in (Flow(INTERNET, PRIVATE_1, 22), Flow(PRIVATE_1, ISOLATED_1, 22)):
        assert not acl.connects(template, denied)
    others = {name: flow for name, flow in DENIED.items() if name != "SSH between private zones"}
    assert [name for name, flow in others.items() if acl.connects(template, flow)] == []


def test_nat_gateways_pass_on_https_and_nothing_else(resources: Resources) -> None:
    template = resources(public_subnets=True, nat_gateways=True)
    assert acl.passes_on(template, Flow(PRIVATE_1, INTERNET, 443), PUBLIC_1)
    for port in (22, 25, 53, 80, 8443):
        assert not acl.connects(template, Flow(PRIVATE_1, INTERNET, port)), port
    for port in (22, 3389):
        assert not acl.passes_on(template, Flow(INTERNET, PRIVATE_1, port), PUBLIC_1), port
    assert [name for name, flow in DENIED.items() if acl.connects(template, flow)] == []


def test_a_transit_subnet_passes_on_https_and_answers(resources: Resources) -> None:
    template = resources(transit_gateway_id="tgw-1", connected_ranges=["10.8.0.0/13"])
    transit = "10.0.15.10"
    leaving = [
        row
        for row in acl.entries(template)
        if row["NetworkAclId"]["Ref"] == acl.acl_of(template, transit) and row["Egress"]
    ]
    for port, passes in ((443, True), (49152, True), (22, False), (53, False)):
        assert acl.lets_through(leaving, peer=PRIVATE_1, port=port, protocol=acl.TCP) is passes
    assert not acl.lets_through(leaving, peer=INTERNET, port=443, protocol=acl.TCP)


# The same places over IPv6: tier and zone number the /64, as they do the IPv4 range.
IPV6 = {
    PRIVATE_1: "2001:db8:1:ff00::10",
    PRIVATE_2: "2001:db8:1:ff01::10",
    ISOLATED_1: "2001:db8:1:ff10::10",
    ISOLATED_2: "2001:db8:1:ff11::10",
    PUBLIC_1: "2001:db8:1:ff20::10",
    S3: "2a05:d018::1",
    INTERNET: "2001:db8:ffff::7",
}


def over_ipv6(flow: Any) -> Any:
    return Flow(
        IPV6[flow.source], IPV6[flow.target], flow.port, flow.protocol, source_port=flow.source_port
    )


@pytest.fixture(scope="module")
def dual() -> dict[str, Any]:
    """The resources of a VPC with IPv6 and a public tier."""
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "Stack")
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=bucket,
        ipv6=True,
        public_subnets=True,
        isolated_ports=(445, 3306, 5432),
    )
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


@pytest.mark.parametrize("version", [4, 6])
def test_every_intended_flow_passes_over_both_versions(dual: dict[str, Any], version: int) -> None:
    flows = {
        **ALLOWED,
        "a port below 1024": Flow(PRIVATE_1, ISOLATED_1, 445),
        "clients of a load balancer": Flow(INTERNET, PUBLIC_1, 443),
        "a load balancer's target": Flow(PUBLIC_1, PRIVATE_1, 8443),
    }
    chosen = {name: over_ipv6(flow) if version == 6 else flow for name, flow in flows.items()}
    assert [name for name, flow in chosen.items() if not acl.connects(dual, flow)] == []


@pytest.mark.parametrize("version", [4, 6])
def test_every_other_flow_is_dropped_over_both_versions(dual: dict[str, Any], version: int) -> None:
    flows = {
        **DENIED,
        "SSH to a load balancer": Flow(INTERNET, PUBLIC_1, 22),
        "RDP to a load balancer": Flow(INTERNET, PUBLIC_1, 3389),
        "public to isolated": Flow(PUBLIC_1, ISOLATED_1, 5432),
        "SMB between private zones": Flow(PRIVATE_1, PRIVATE_2, 445),
    }
    chosen = {name: over_ipv6(flow) if version == 6 else flow for name, flow in flows.items()}
    assert [name for name, flow in chosen.items() if acl.connects(dual, flow)] == []


def test_without_ipv6_no_row_lets_an_ipv6_address_through(resources: Resources) -> None:
    rows = acl.entries(resources())
    for address in IPV6.values():
        for port in (22, 443, 5432, 49152):
            assert not acl.lets_through(rows, peer=address, port=port, protocol=acl.TCP)


PORTS_OF_ANSWERS = (1024, 3388, 3389, 3390, 32768, 49152, 61000, 65535)
"""Ports that clients open connections from: Linux, Windows, NAT gateways, load balancers."""


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("source_port", PORTS_OF_ANSWERS)
def test_answers_pass_on_every_ephemeral_port(
    dual: dict[str, Any], source_port: int, version: int
) -> None:
    for flow in (
        Flow(PRIVATE_1, ISOLATED_1, 5432, source_port=source_port),
        Flow(PRIVATE_1, PRIVATE_2, 443, source_port=source_port),
        Flow(PUBLIC_1, PRIVATE_1, 8443, source_port=source_port),
        Flow(INTERNET, PUBLIC_1, 443, source_port=source_port),
    ):
        chosen = over_ipv6(flow) if version == 6 else flow
        assert acl.connects(dual, chosen), chosen


@pytest.mark.parametrize("source_port", [22, 80, 1023])
def test_answers_to_a_port_below_1024_do_not_pass(dual: dict[str, Any], source_port: int) -> None:
    for place in (ISOLATED_1, PRIVATE_2):
        port = 5432 if place == ISOLATED_1 else 8443
        assert not acl.connects(dual, Flow(PRIVATE_1, place, port, source_port=source_port))


def test_the_simulation_takes_the_first_row_that_matches() -> None:
    allow = {
        "RuleNumber": 100,
        "Protocol": acl.TCP,
        "PortRange": {"From": 443, "To": 443},
        "CidrBlock": "0.0.0.0/0",
        "RuleAction": "allow",
    }
    deny = {**allow, "RuleNumber": 90, "CidrBlock": "10.0.0.0/8", "RuleAction": "deny"}
    everything = {"RuleNumber": 200, "Protocol": -1, "Ipv6CidrBlock": "::/0", "RuleAction": "allow"}
    rows = [everything, allow, deny]

    def passes(peer: str, port: int = 443) -> bool:
        return bool(acl.lets_through(rows, peer=peer, port=port, protocol=acl.TCP))

    assert passes(INTERNET)
    assert not passes(PRIVATE_1)
    assert not passes(INTERNET, 444)
    assert passes(IPV6[INTERNET], 22)


@pytest.mark.parametrize(
    "settings",
    [{}, {"public_subnets": True}, {"isolated_reaches_endpoints": True, "isolated_ports": (445,)}],
    ids=["default", "public", "isolated"],
)
def test_no_entry_allows_everything_in_either_direction(
    resources: Resources, settings: dict[str, Any]
) -> None:
    rows = acl.entries(resources(**settings))
    assert {row["Egress"] for row in rows} == {True, False}
    for row in rows:
        assert row["Protocol"] in (acl.TCP, acl.UDP)
        assert row["PortRange"]["From"] > 0
        assert row["RuleAction"] == "allow"
        whole = row["PortRange"]["To"] - row["PortRange"]["From"] == 65535
        assert not whole


@pytest.mark.parametrize(
    ("control", "port"), [("EC2.21", 22), ("EC2.21", 3389)], ids=["EC2.21-ssh", "EC2.21-rdp"]
)
@pytest.mark.parametrize("public", [False, True])
def test_no_entry_admits_an_administration_port_from_anywhere(
    resources: Resources,
    control: str,
    port: int,
    public: bool,
) -> None:
    open_rows = [
        row
        for row in acl.entries(resources(public_subnets=public, isolated_reaches_endpoints=True))
        if not row["Egress"]
        and row["CidrBlock"] == "0.0.0.0/0"
        and row["PortRange"]["From"] <= port <= row["PortRange"]["To"]
    ]
    assert open_rows == [], control


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        ((22,), "22, an administration port"),
        ((3389,), "3389, an administration port"),
        ((0,), "between 1 and 65535, got 0"),
        ((65536,), "between 1 and 65535, got 65536"),
        ((5432, 5432), "different ports"),
        (tuple(range(5000, 5000 + MOST_PORTS + 1)), f"at most {MOST_PORTS}"),
        ((1433, 33433), "32000 apart"),
    ],
)
def test_a_port_that_cannot_be_served_is_refused(ports: tuple[int, ...], words: str) -> None:
    with pytest.raises(BaselineError, match=words):
        isolated_rules(ports)
    with pytest.raises(BaselineError, match=words):
        private_rules(ports)


def test_a_port_added_later_renumbers_no_row() -> None:
    before = set(isolated_rules((5432,)) + private_rules((5432,)))
    after = set(isolated_rules((443, 1433, 5432)) + private_rules((443, 1433, 5432)))
    assert before < after


@pytest.mark.parametrize(
    "rows",
    [
        private_rules(range(101, 101 + MOST_PORTS), connected=CONNECTED, instance_connect=True),
        isolated_rules(range(50_000, 50_000 + MOST_PORTS), reaches_endpoints=True),
        PUBLIC + NAT,
        TRANSIT,
        forwarding_rules(CONNECTED),
    ],
    ids=["private", "isolated", "public", "transit", "forwarding"],
)
def test_rows_stay_within_the_quotas_of_a_network_acl(rows: tuple[Any, ...]) -> None:
    for direction in ("inbound", "outbound"):
        numbers = [row.number for row in rows if row.direction == direction]
        assert len(numbers) == len(set(numbers)) <= 20
        assert all(1 <= number <= 32766 for number in numbers)


@pytest.mark.parametrize(
    "row",
    [
        *PRIVATE,
        *INSTANCE_CONNECT,
        *ISOLATED,
        *ISOLATED_ENDPOINTS,
        *PUBLIC,
        *NAT,
        *TRANSIT,
        *forwarding_rules(CONNECTED[:1]),
    ],
    ids=lambda row: f"{row.direction}-{row.name}",
)
def test_every_row_has_a_reason(row: Any) -> None:
    assert len(row.reason) >= 20
