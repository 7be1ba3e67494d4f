"""DnsRules: the rule group of DNS Firewall that Firewall Manager puts before every VPC."""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_route53resolver as resolver
from constructs import Construct

from baseline.config.edge import DnsFirewallPolicy
from baseline.network.dns_firewall import (
    BLOCKED_PRIORITY,
    MANAGED_PRIORITY,
    MOST_CHARACTERS,
    THREAT_PRIORITY,
    THREATS,
)

Rule = resolver.CfnFirewallRuleGroup.FirewallRuleProperty


class DnsRules(Construct):
    """Rules about names that look made up, one's own domains, and AWS's lists where they are named.

    Firewall Manager shares the rule group with the accounts by AWS RAM. AWS's lists have another ID
    in each Region, and no function runs in a Region without bootstrap, so the configuration names
    them.

    Args:
        scope: parent construct, in a stack of the Firewall Manager administrator.
        id: construct ID.
        policy: what is blocked.
        region: the stack's Region.

    Attributes:
        rule_group: the ``CfnFirewallRuleGroup``.

    Source: Amazon Route 53 Developer Guide, "Resolver DNS Firewall Advanced"; AWS WAF Developer
    Guide, "DNS Firewall policies".
    """

    def __init__(
        self, scope: Construct, id: str, *, policy: DnsFirewallPolicy, region: str
    ) -> None:
        super().__init__(scope, id)
        self._name = cdk.Names.unique_resource_name(
            self, max_length=MOST_CHARACTERS - 10, separator="-"
        )
        self.rule_group = resolver.CfnFirewallRuleGroup(
            self,
            "Resource",
            name=self._name,
            firewall_rules=list(self._rules(policy, policy.managed_lists.get(region, ()))),
        )
        # The policy that names it stays.
        self.rule_group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)

    def _rules(self, policy: DnsFirewallPolicy, managed: tuple[str, ...]) -> Iterator[Rule]:
        if policy.blocked_domains:
            own = resolver.CfnFirewallDomainList(
                self,
                "Blocked",
                name=f"{self._name}-blocked",
                domains=sorted(policy.blocked_domains),
            )
            own.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            yield _blocked(BLOCKED_PRIORITY, own.attr_id)
        for number, list_id in enumerate(managed):
            yield _blocked(MANAGED_PRIORITY + number, list_id)
        for number, threat in enumerate(THREATS):
            yield Rule(
                action=policy.threats,
                block_response="NXDOMAIN" if policy.threats == "BLOCK" else None,
                priority=THREAT_PRIORITY + number,
                dns_threat_protection=threat,
                # The fewest false alarms, in VPCs of teams that were not asked.
                confidence_threshold="HIGH",
            )


def _blocked(priority: int, domain_list: str) -> Rule:
    return Rule(
        action="BLOCK",
        # The name does not exist: a program gives up at once instead of asking again.
        block_response="NXDOMAIN",
        priority=priority,
        firewall_domain_list_id=domain_list,
    )
