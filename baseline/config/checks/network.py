"""The network: ranges that fit and do not overlap, ways out by name, rules that a service takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

from baseline.config.finding import Finding, Path, dotted
from baseline.config.network import InspectionSettings, NetworkSettings
from baseline.config.regions import NETWORK, table
from baseline.config.text import listed, show
from baseline.config.view import View
from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.cidr_plan import Tier, plan
from baseline.network.dns_protection import DnsProtection, check_domains
from baseline.network.inspection_rules import AllowedFlow, InspectionRules, check_rules
from baseline.network.open_ports import RULE
from baseline.network.ranges import check_connected
from baseline.network.vpn_access import check_client_cidr, check_customer, check_session

CIDR: Path = ("network", "cidr")
IPAM: Path = ("network", "ipam")
INSPECTION: Path = ("network", "inspection")
CLIENT: Path = ("network", "client_vpn")
BLOCK: Path = ("capabilities", "ec2_attributes", "vpc_block_public_access")

# Amazon VPC User Guide, "Subnet CIDR blocks": addresses of every subnet that AWS keeps.
KEPT_BY_AWS = 5

_RANGE = re.compile(r"[0-9./]{9,18}")


def is_private_and_large_enough(view: View) -> Iterator[Finding]:
    """The VPC's range is private, of a size AWS accepts, with room for every tier and endpoint."""
    endpoints = len(view.items("network", "interface_endpoints"))
    if view.keys(*IPAM):
        length = view.number(*IPAM, "netmask_length", default=0)
        if length and 16 <= length <= 24:  # noqa: PLR2004 - else the type's own finding
            problem = _problem(f"10.0.0.0/{length}", _tiers(view), endpoints=endpoints)
            if problem:
                yield Finding((*IPAM, "netmask_length"), problem)
        if view.text(*CIDR) not in (None, NetworkSettings.model_fields["cidr"].default):
            yield Finding(CIDR, "stands beside ipam, which allocates the range; remove one of them")
        return
    problem = _problem(_vpc_range(view), _tiers(view), endpoints=endpoints)
    if problem:
        yield Finding(CIDR, problem)


def do_not_overlap(view: View) -> Iterator[Finding]:
    """No two ranges of the network have an address in common, and the firewall knows the VPC's."""
    named = [(path, text) for path, text in _ranges(view) if _parsed(text)]
    for (first, one), (second, other) in combinations(named, 2):
        a, b = _parsed(one), _parsed(other)
        if a and b and a.overlaps(b):
            yield Finding(
                second, f"{show(other)} overlaps {dotted(first)} {show(one)}; choose another range"
            )
    if _form(view) != "central" or view.keys(*IPAM):
        return
    vpc = _parsed(_vpc_range(view))
    networks = [_parsed(text) for text in _networks(view)]
    if vpc and all(networks) and not any(vpc.subnet_of(each) for each in networks if each):
        yield Finding(
            CIDR,
            f"{show(str(vpc))} lies in none of inspection.networks [{listed(_networks(view))}], "
            "so the firewall would not know the way back; add it there",
        )


def leave_by_name_only(view: View) -> Iterator[Finding]:
    """A way out has what it needs, and none goes round the inspection."""
    public, nat = _on(view, "public_tier"), _on(view, "nat_gateways")
    if nat and not public:
        yield Finding(
            ("network", "nat_gateways"),
            "a NAT gateway stands in a public subnet; set public_tier: true, or leave through "
            "inspection.internet_egress",
        )
    if _form(view) == "vpc":
        if not nat:
            yield Finding(
                (*INSPECTION, "form"),
                "the firewall of a VPC stands before its NAT gateways; set nat_gateways: true, "
                "or inspect centrally",
            )
        if _on(view, "ipv6"):
            yield Finding(
                ("network", "ipv6"),
                "IPv6 would leave past the firewall of the VPC; set it to false",
            )
    blocked = view.text(*BLOCK) in ("block_ingress", "block_bidirectional")
    if blocked and public and not view.text("network", "public_access_exclusion"):
        yield Finding(
            ("network", "public_tier"),
            f"{dotted(BLOCK)} stops the public tier; set public_access_exclusion, or leave "
            "the tier out",
        )


def take_what_is_asked_of_them(view: View) -> Iterator[Finding]:
    """DNS Firewall, Network Firewall and the VPNs take the domains, flows, addresses and texts."""
    dns = ("network", "dns_firewall")
    for key in ("allowed_domains", "blocked_domains"):
        for place, domain in view.items(*dns, key):
            yield from _found(place, key, check_domains, DnsProtection(allowed_domains=[domain]))
    both = {text for _, text in view.items(*dns, "allowed_domains")}
    for place, domain in view.items(*dns, "blocked_domains"):
        if domain in both:
            yield Finding(
                place, f"{show(domain)} stands in allowed_domains too; take it out of one"
            )
    for place, domain in view.items(*INSPECTION, "allowed_domains"):
        rules = InspectionRules(allowed_domains=[domain])
        yield from _found(place, "allowed_domains", check_rules, rules)
    for name in view.keys(*INSPECTION, "allowed_flows"):
        yield from _flow(view, name)
    for name in view.keys("network", "site_to_site_vpn"):
        connection: Path = ("network", "site_to_site_vpn", name, "address")
        address = view.text(*connection)
        if address is not None:
            yield from _found(
                connection, "customer_address", lambda text: check_customer(text, 1), address
            )
    yield from _client(view)


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation offers in the home Region what the network creates there."""
    region = table().get(view.text("home_region") or "")
    on = {
        "network.dns_firewall": view.enabled("network", "dns_firewall", "enabled"),
        "network.inspection": _form(view) != "none",
        "network.encryption_control": view.text("network", "encryption_control"),
        "network.instance_connect": view.get(("network", "instance_connect")),
        "network.public_access_exclusion": view.text("network", "public_access_exclusion"),
        "network.site_to_site_vpn": view.keys("network", "site_to_site_vpn"),
        "network.client_vpn": view.keys(*CLIENT),
    }
    for name, types in NETWORK.items():
        lacking = [each for each in types if region and each in region.missing]
        if on[name] and region and lacking:
            yield Finding(
                tuple(name.split(".")),
                f"CloudFormation has no {listed(lacking)} in {show(region.name)}; leave it out, or "
                "choose another home Region",
            )


def _flow(view: View, name: str) -> Iterator[Finding]:
    place: Path = (*INSPECTION, "allowed_flows", name)
    source, destination = view.text(*place, "source"), view.text(*place, "destination")
    port = view.number(*place, "port", default=0)
    if port in ADMIN_PORTS:
        yield Finding(
            (*place, "port"),
            f"rule {RULE}: {port} is an administration port, which no network passes on; use "
            "Session Manager",
        )
    elif source is not None and destination is not None and port:
        flow = AllowedFlow(name=name, source=source, destination=destination, port=port)
        yield from _found(place, "", check_rules, InspectionRules(allowed_flows=[flow]))


def _client(view: View) -> Iterator[Finding]:
    cidr = view.text(*CLIENT, "client_cidr")
    if cidr is not None:
        yield from _found((*CLIENT, "client_cidr"), "client_cidr", check_client_cidr, cidr)
    banner = view.text(*CLIENT, "banner")
    if banner is not None:
        yield from _found(
            (*CLIENT, "banner"), "banner", lambda text: check_session(8, text), banner
        )
    certificate = view.text(*CLIENT, "server_certificate_arn") or ""
    home = view.text("home_region")
    region = certificate.split(":")[3] if certificate.count(":") > 3 else None  # noqa: PLR2004 - an ARN
    if home and region and region != home:
        yield Finding(
            (*CLIENT, "server_certificate_arn"),
            f"is a certificate of {show(region)}; the endpoint stands in home_region {show(home)}, "
            "import it there",
        )
    for name in view.keys(*CLIENT, "access"):
        place = (*CLIENT, "access", name, "network")
        network = view.text(*place)
        if network is not None and not _parsed(network):
            yield Finding(place, f"{show(network)} is not an IPv4 range, such as 10.0.0.0/20")


def _found(
    place: Path, name: str, check: Callable[[Any], None], value: object
) -> Iterator[Finding]:
    """Give what a construct's own check says, without the argument's name."""
    try:
        check(value)
    except BaselineError as error:
        text = re.sub(r"^(allowed|blocked)_domains holds ", "", str(error))
        yield Finding(place, text.removeprefix(f"{name} ").removeprefix("allowed_flows "))


def _form(view: View) -> str:
    return view.text(*INSPECTION, "form") or "none"


def _on(view: View, switch: str) -> bool:
    return view.get(("network", switch)) is True


def _tiers(view: View) -> tuple[Tier, ...]:
    """Give the tiers of the VPC that stack `network` creates."""
    tiers: list[Tier] = ["private", "isolated"]
    if _on(view, "public_tier"):
        tiers.append("public")
    if _form(view) == "vpc":
        tiers.append("inspection")
    if _form(view) == "central":
        tiers.append("transit")
    return tuple(tiers)


def _vpc_range(view: View) -> str:
    return view.text(*CIDR) or str(NetworkSettings.model_fields["cidr"].default)


def _networks(view: View) -> list[str]:
    given = [text for _, text in view.items(*INSPECTION, "networks")]
    return given or list(InspectionSettings.model_fields["networks"].default)


def _ranges(view: View) -> Iterator[tuple[Path, str]]:
    if not view.keys(*IPAM):
        yield CIDR, _vpc_range(view)
    if _form(view) == "central":
        default = str(InspectionSettings.model_fields["cidr"].default)
        yield (*INSPECTION, "cidr"), view.text(*INSPECTION, "cidr") or default
    client = view.text(*CLIENT, "client_cidr")
    if client is not None:
        yield (*CLIENT, "client_cidr"), client


def central_ranges_fit(view: View) -> Iterator[Finding]:
    """The central inspection VPC has room for its tiers, and the networks are private ranges."""
    if _form(view) != "central":
        return
    cidr = view.text(*INSPECTION, "cidr") or str(InspectionSettings.model_fields["cidr"].default)
    problem = _problem(cidr, ("inspection", "transit", "public"), endpoints=0)
    if problem:
        yield Finding((*INSPECTION, "cidr"), problem)
    for place, text in view.items(*INSPECTION, "networks"):
        try:
            check_connected([text], None)
        except BaselineError as error:
            yield Finding(place, str(error).removeprefix("connected_ranges holds "))


def _parsed(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def _problem(cidr: str, tiers: tuple[Tier, ...], *, endpoints: int) -> str | None:
    if not _RANGE.fullmatch(cidr):
        return f"{show(cidr)} is not an IPv4 range, such as 10.0.0.0/20"
    try:
        # The ranges are the same for any number of zones.
        first, *_ = plan(cidr, availability_zones=2, tiers=tiers)
    except BaselineError as error:
        return str(error).removeprefix("cidr ")
    room = IPv4Network(first.cidr).num_addresses - KEPT_BY_AWS
    if endpoints > room:
        return (
            f"{show(cidr)} gives each private subnet {room} addresses, and {endpoints} interface "
            "endpoints take one each; choose a larger range"
        )
    return None
