"""What the DNS Firewall of a VPC does, as a configuration or an argument says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from baseline.errors import BaselineError

Action = Literal["BLOCK", "ALERT"]
Confidence = Literal["LOW", "MEDIUM", "HIGH"]

DOMAIN = re.compile(r"(\*\.?)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")
MOST_DOMAINS = 1_000
"""Domains of one list that a template can carry; a longer list belongs into a list of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DnsProtection:
    """What the DNS Firewall of a VPC does. Without arguments it blocks, and fails closed.

    Attributes:
        action: ``BLOCK`` (default), or ``ALERT`` to watch before blocking.
        confidence: how sure DNS Firewall has to be of a made-up name or a tunnel; ``HIGH`` by
            default, the fewest false alarms.
        fail_open: True lets queries through when DNS Firewall does not answer; False, the
            default, answers SERVFAIL, which keeps the protection and costs availability.
        allowed_domains: names that are let through although a list holds them.
        blocked_domains: names that are blocked besides.
        mutation_protection: True refuses to take the firewall from the VPC. False by default,
            because it refuses CloudFormation too: a first deployment that fails could not be
            rolled back. Turn it on in a later one, and off before the VPC is deleted.
    """

    action: Action = "BLOCK"
    confidence: Confidence = "HIGH"
    fail_open: bool = False
    allowed_domains: Sequence[str] = ()
    blocked_domains: Sequence[str] = ()
    mutation_protection: bool = False


def check_domains(protection: DnsProtection) -> None:
    """Raise for domains that DNS Firewall does not take.

    Raises:
        BaselineError: names the domain or the limit.
    """
    for name, domains in (
        ("allowed_domains", protection.allowed_domains),
        ("blocked_domains", protection.blocked_domains),
    ):
        if len(domains) > MOST_DOMAINS:
            raise BaselineError(
                f"{name} holds {len(domains)} domains, at most {MOST_DOMAINS} fit into a template"
            )
        for domain in domains:
            if not DOMAIN.fullmatch(domain):
                raise BaselineError(
                    f"{name} holds {domain!r}, which is not a domain; write it as in "
                    "'example.com' or '*.example.com'"
                )
    for domain in sorted(set(protection.allowed_domains) & set(protection.blocked_domains)):
        raise BaselineError(
            f"{domain!r} stands in allowed_domains and in blocked_domains; take it out of one"
        )
