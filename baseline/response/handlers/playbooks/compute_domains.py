"""A domain that receives data in names: DNS Firewall stops resolving it, where lists are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import compute_instance
from calls import Call, NothingToDo
from clients import Client

State = dict[str, Any]

DOMAIN = re.compile(r"(?=.{4,255}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}")
NEVER = ("amazonaws.com", "amazonaws.com.cn", "aws.amazon.com", "api.aws", "amazontrust.com")
"""Names that machines need to reach AWS; blocking them would do the attacker's work."""


def block_domain(call: Call) -> None:
    """Add the domain, and every name below it, to the block lists of the machine's VPC."""
    domain = call.target.get("domain")
    if not domain or not DOMAIN.fullmatch(domain):
        raise NothingToDo("the finding names no domain")
    if any(domain == each or domain.endswith(f".{each}") for each in NEVER):
        raise NothingToDo(f"{domain} belongs to AWS: blocking it would cut machines off")
    instance = compute_instance.read(call)
    resolver, vpc = call.client("route53resolver"), instance["VpcId"]
    lists = dict(_block_lists(resolver, vpc))
    if not lists:
        call.note(
            f"no block list of this account is in the DNS Firewall of {vpc}: block {domain} where "
            "its rule group is managed"
        )
        return
    call.each(lists.items(), lambda found: _block(call, resolver, found, domain))


def _block(call: Call, resolver: Client, found: tuple[str, str], domain: str) -> None:
    known_as, name = found
    pages = resolver.get_paginator("list_firewall_domains").paginate(FirewallDomainListId=known_as)
    known = {each.rstrip(".").lower() for page in pages for each in page["Domains"]}
    missing = [each for each in (domain, f"*.{domain}") if each not in known]
    if not missing:
        return
    call.change(
        f"block {' and '.join(missing)} in DNS Firewall list {name}",
        lambda: resolver.update_firewall_domains(
            FirewallDomainListId=known_as, Operation="ADD", Domains=missing
        ),
    )


def _block_lists(resolver: Client, vpc: str) -> Iterator[tuple[str, str]]:
    """Give the account's own lists whose names the VPC does not resolve: ID and name."""
    own = {
        each["Id"]: each["Name"]
        for page in resolver.get_paginator("list_firewall_domain_lists").paginate()
        for each in page["FirewallDomainLists"]
        if not each.get("ManagedOwnerName")
    }
    groups = resolver.get_paginator("list_firewall_rule_group_associations")
    for page in groups.paginate(VpcId=vpc):
        for group in page["FirewallRuleGroupAssociations"]:
            rules = resolver.get_paginator("list_firewall_rules")
            for found in rules.paginate(FirewallRuleGroupId=group["FirewallRuleGroupId"]):
                for rule in found["FirewallRules"]:
                    chosen = rule.get("FirewallDomainListId")
                    if rule["Action"] == "BLOCK" and chosen in own:
                        yield chosen, own[chosen]
