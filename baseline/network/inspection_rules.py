"""What an inspection lets through, as a configuration or an argument says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network

from baseline.errors import BaselineError
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.open_ports import RULE, is_anywhere

MANAGED_RULE_GROUPS = (
    "AbusedLegitBotNetCommandAndControlDomainsStrictOrder",
    "AbusedLegitMalwareDomainsStrictOrder",
    "BotNetCommandAndControlDomainsStrictOrder",
    "MalwareDomainsStrictOrder",
    "ThreatSignaturesBotnetStrictOrder",
    "ThreatSignaturesBotnetWebStrictOrder",
    "ThreatSignaturesDoSStrictOrder",
    "ThreatSignaturesEmergingEventsStrictOrder",
    "ThreatSignaturesExploitsStrictOrder",
    "ThreatSignaturesIOCStrictOrder",
    "ThreatSignaturesMalwareCoinminingStrictOrder",
    "ThreatSignaturesMalwareStrictOrder",
    "ThreatSignaturesMalwareWebStrictOrder",
)
"""Rule groups that AWS keeps, in the form for strict order.

Source: AWS Network Firewall Developer Guide, "Managed rule groups in AWS Network Firewall".
"""

MOST_RULE_GROUPS = 20
"""Stateful rule groups of one policy. Source: the same, "AWS Network Firewall quotas"."""
OWN_RULE_GROUPS = 3

# The capacity of a rule group cannot change; these leave room.
DOMAIN_CAPACITY = 2_000
FLOW_CAPACITY = 200
MOST_FLOWS = 180
DOMAIN_TARGETS = ("TLS_SNI", "HTTP_HOST")
DOMAIN = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedFlow:
    """A connection between networks that the firewall lets through besides allowed domains.

    Attributes:
        name: what it is for, shown in the console's rule.
        source: range that opens the connection.
        destination: range that answers.
        port: TCP port.
    """

    name: str
    source: str
    destination: str
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectionRules:
    """What an inspection lets through. Without arguments: nothing.

    Attributes:
        allowed_domains: domains that may be reached on HTTPS and HTTP; with a leading dot its
            subdomains too.
        allowed_flows: other connections, between networks of one's own.
        managed_rule_groups: AWS's rule groups that drop known threats; a broad set by default.
        alert_only: True makes those groups report and not drop; False by default.
    """

    allowed_domains: Sequence[str] = ()
    allowed_flows: Sequence[AllowedFlow] = ()
    managed_rule_groups: Sequence[str] = field(default=MANAGED_RULE_GROUPS)
    alert_only: bool = False


def check_rules(rules: InspectionRules) -> None:
    """Raise for rules that no firewall takes, or that would open more than they say.

    Raises:
        BaselineError: names the rule.
    """
    for domain in rules.allowed_domains:
        if not DOMAIN.fullmatch(domain):
            raise BaselineError(
                f"allowed_domains holds {domain!r}, which is not a domain; write it as in "
                "'example.com', or '.example.com' with its subdomains"
            )
    if len(rules.allowed_domains) * len(DOMAIN_TARGETS) > DOMAIN_CAPACITY:
        raise BaselineError(
            f"allowed_domains holds {len(rules.allowed_domains)} domains, at most "
            f"{DOMAIN_CAPACITY // len(DOMAIN_TARGETS)} fit into the rule group"
        )
    for flow in rules.allowed_flows:
        _check_flow(flow)
    if len(rules.allowed_flows) > MOST_FLOWS:
        raise BaselineError(
            f"allowed_flows holds {len(rules.allowed_flows)} flows, at most {MOST_FLOWS} fit"
        )
    if len(rules.managed_rule_groups) + OWN_RULE_GROUPS > MOST_RULE_GROUPS:
        raise BaselineError(
            f"managed_rule_groups holds {len(rules.managed_rule_groups)} groups, at most "
            f"{MOST_RULE_GROUPS - OWN_RULE_GROUPS} fit beside the policy's own"
        )
    for group in rules.managed_rule_groups:
        if not group.endswith("StrictOrder"):
            raise BaselineError(
                f"managed_rule_groups holds {group!r}; the policy asks in strict order, name the "
                "group that ends in 'StrictOrder'"
            )


def _check_flow(flow: AllowedFlow) -> None:
    if not flow.name.replace(" ", "").isalnum():
        raise BaselineError(
            f"allowed_flows: name {flow.name!r} may hold letters, digits and spaces only"
        )
    for key in ("source", "destination"):
        text = getattr(flow, key)
        try:
            ip_network(text)
        except ValueError as error:
            raise BaselineError(
                f"allowed_flows {flow.name!r}: {key} {text!r} is not a range; write it as in "
                "'10.1.0.0/16'"
            ) from error
        if is_anywhere(text):
            raise BaselineError(
                f"allowed_flows {flow.name!r}: {key} {text!r} is the internet; name a network of "
                "your own, or a domain in allowed_domains"
            )
    if flow.port in ADMIN_PORTS:
        raise BaselineError(
            f"rule {RULE}: allowed_flows {flow.name!r} names port {flow.port}, which no network "
            "passes on; use Session Manager or InstanceConnectEndpoint"
        )
    if not 1 <= flow.port <= 65535:  # noqa: PLR2004 - all ports
        raise BaselineError(f"allowed_flows {flow.name!r}: port {flow.port} is not 1 to 65535")
