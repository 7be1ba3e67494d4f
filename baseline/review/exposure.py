"""What the network lets in and out, and what is public."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from baseline.review.assembly import Resource
from baseline.review.finding import Category, Finding, Severity, code
from baseline.review.values import as_list, text

GROUP = "AWS::EC2::SecurityGroup"
SEPARATE = {
    "AWS::EC2::SecurityGroupIngress": "in",
    "AWS::EC2::SecurityGroupEgress": "out",
}
WIDE_BITS = {4: 8, 6: 20}
"""Networks of at most so many bits count as the internet, as in the rule OPEN_PORT."""

SOURCES = (
    "CidrIp",
    "CidrIpv6",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
)
Rule = tuple[str, str, str]
"""``in`` or ``out``, protocol and ports, the other side."""


def ports(base: Resource | None, head: Resource) -> Iterator[Finding]:
    """Compare the rules of security groups, routes and prefix lists."""
    before = _rules(base) if base else set()
    after = _rules(head)
    for rule in sorted(after - before):
        direction, what, other = rule
        severity = _severity(rule, new=base is None)
        if severity is None:
            continue
        sentence = (
            f"lets {code(other)} in on {what}"
            if direction == "in"
            else f"lets {what} out to {code(other)}"
        )
        yield Finding(
            category=Category.EXPOSURE,
            kind="port-opened" if direction == "in" else "way-out-opened",
            severity=severity,
            place=head.place,
            text=sentence,
        )
    for direction, what, other in sorted(before - after):
        yield Finding(
            category=Category.EXPOSURE,
            kind="port-closed" if direction == "in" else "way-out-closed",
            severity="note",
            place=head.place,
            text=f"no longer lets {code(other)} {direction} on {what}",
            change="better",
        )


def _severity(rule: Rule, *, new: bool) -> Severity | None:
    direction, _, other = rule
    if direction == "in":
        # Groups that come with their workload let it talk to itself.
        return "error" if internet(other) else (None if new else "warning")
    return "warning" if internet(other) else None


def internet(network: str) -> bool:
    """Whether a network is the internet, or a part of it that no organization has."""
    try:
        found = ipaddress.ip_network(network.strip(), strict=False)
    except ValueError:
        return False
    own = found.version == 6 and found.network_address.is_private and found.prefixlen > 0  # noqa: PLR2004
    return found.prefixlen < WIDE_BITS[found.version] and not own


def _rules(resource: Resource) -> set[Rule]:
    properties = resource.properties
    if resource.type == GROUP:
        return {
            rule
            for key, direction in (("SecurityGroupIngress", "in"), ("SecurityGroupEgress", "out"))
            for row in as_list(properties.get(key))
            for rule in _of(row, direction)
        }
    if resource.type in SEPARATE:
        return set(_of(properties, SEPARATE[resource.type]))
    if resource.type == "AWS::EC2::PrefixList":
        return {
            ("in", "every port that names the list", text(row.get("Cidr", "")))
            for row in as_list(properties.get("Entries"))
            if isinstance(row, dict)
        }
    if resource.type == "AWS::EC2::Route" and properties.get("GatewayId"):
        keys = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
        return {
            ("out", "a subnet through a gateway", text(properties[key]))
            for key in keys
            if properties.get(key)
        }
    return set()


def _of(row: object, direction: str) -> Iterator[Rule]:
    if not isinstance(row, dict):
        return
    for key in SOURCES:
        if row.get(key) is not None:
            yield direction, _ports(row), text(row[key])


def _ports(row: Mapping[str, Any]) -> str:
    protocol = text(row.get("IpProtocol", "-1"))
    if protocol == "-1" or "FromPort" not in row:
        return "every port" if protocol == "-1" else f"every {code(protocol)} port"
    first, last = text(row["FromPort"]), text(row.get("ToPort", row["FromPort"]))
    return code(f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}")
