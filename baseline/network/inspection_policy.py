"""InspectionPolicy: what a network firewall lets through, in the order in which it asks."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_networkfirewall as firewall
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.network.inspection_rules import (
    DOMAIN_CAPACITY,
    DOMAIN_TARGETS,
    FLOW_CAPACITY,
    AllowedFlow,
    InspectionRules,
    check_rules,
)

# The firewall asks from the lowest number up, and the first verdict counts: threats come before
# everything that lets traffic through.
THREATS_FROM = 100
FLOWS = 800
DOMAINS = 900
FENCE = 1_000

THREATS_ONLY_FROM = 1_001
FENCE_CAPACITY = 20
ADMIN_CAPACITY = 10

WEB_PORTS = "[80,443]"
TCP_NUMBER = 6


class InspectionPolicy(Construct):
    """A firewall policy that drops what nothing allows, and says so.

    In strict order it asks: AWS's threat signatures and domains, then the connections and the
    domains that are allowed; what no rule names is dropped. SSH and RDP never get through, nor
    does what is not TCP: QUIC would carry names past the domain list. Fragments are looked at
    like everything else.

    Args:
        scope: parent construct.
        id: construct ID.
        home_networks: ranges of the networks behind the firewall.
        rules: what is let through; nothing by default.
        threats_only: pairs of ranges whose TCP connections, from the first to the second, are
            looked at for threats and otherwise let through; none by default.
        name: start of the physical names, which the service requires; made of the construct's
            path by default.

    Attributes:
        resource: the ``CfnFirewallPolicy``.

    Raises:
        BaselineError: when a domain, flow or rule group cannot be used, or there are too many.

    Source: Security Hub NetworkFirewall.3 to NetworkFirewall.6; AWS Network Firewall Developer
    Guide, "Managing evaluation order for Suricata compatible rules".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        home_networks: Sequence[str],
        rules: InspectionRules | None = None,
        threats_only: Sequence[tuple[str, str]] = (),
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        chosen = rules or InspectionRules()
        check_rules(chosen)
        self._home = list(home_networks)
        self._threats_only = threats_only
        self._name = name or cdk.Names.unique_resource_name(self, max_length=100, separator="-")
        self.resource = firewall.CfnFirewallPolicy(
            self,
            "Resource",
            firewall_policy_name=self._name,
            description="Drops what no rule allows; threats first, then allowed flows and domains",
            firewall_policy=firewall.CfnFirewallPolicy.FirewallPolicyProperty(
                stateless_default_actions=["aws:forward_to_sfe"],
                stateless_fragment_default_actions=["aws:forward_to_sfe"],
                stateless_rule_group_references=[
                    firewall.CfnFirewallPolicy.StatelessRuleGroupReferenceProperty(
                        priority=1, resource_arn=self._admin_ports()
                    )
                ],
                stateful_engine_options=firewall.CfnFirewallPolicy.StatefulEngineOptionsProperty(
                    rule_order="STRICT_ORDER", stream_exception_policy="DROP"
                ),
                stateful_default_actions=["aws:drop_established", "aws:alert_established"],
                stateful_rule_group_references=self._references(chosen),
                policy_variables=firewall.CfnFirewallPolicy.PolicyVariablesProperty(
                    rule_variables={
                        "HOME_NET": firewall.CfnFirewallPolicy.IPSetProperty(definition=self._home)
                    }
                ),
            ),
        )
        implements(
            self,
            capability="network-firewall-policy",
            controls=[f"NetworkFirewall.{number}" for number in (3, 4, 5, 6)],
        )

    def _references(
        self, chosen: InspectionRules
    ) -> list[firewall.CfnFirewallPolicy.StatefulRuleGroupReferenceProperty]:
        override = (
            firewall.CfnFirewallPolicy.StatefulRuleGroupOverrideProperty(action="DROP_TO_ALERT")
            if chosen.alert_only
            else None
        )
        references = [
            firewall.CfnFirewallPolicy.StatefulRuleGroupReferenceProperty(
                priority=THREATS_FROM + number,
                resource_arn=self._managed(group),
                override=override,
            )
            for number, group in enumerate(chosen.managed_rule_groups)
        ]
        own = [(FENCE, self._fence())]
        if chosen.allowed_flows or self._threats_only:
            own.append((FLOWS, self._flows(chosen.allowed_flows)))
        if chosen.allowed_domains:
            own.append((DOMAINS, self._domains(chosen.allowed_domains)))
        references += [
            firewall.CfnFirewallPolicy.StatefulRuleGroupReferenceProperty(
                priority=priority, resource_arn=arn
            )
            for priority, arn in sorted(own)
        ]
        return references

    def _managed(self, group: str) -> str:
        return cdk.Stack.of(self).format_arn(
            service="network-firewall",
            account="aws-managed",
            resource="stateful-rulegroup",
            resource_name=group,
        )

    def _group(
        self,
        id: str,
        capacity: int,
        source: firewall.CfnRuleGroup.RulesSourceProperty,
        *,
        description: str,
    ) -> str:
        """Make a stateful rule group and give its ARN."""
        group = firewall.CfnRuleGroup(
            self,
            id,
            rule_group_name=f"{self._name}-{id.lower()}",
            description=description,
            type="STATEFUL",
            capacity=capacity,
            rule_group=firewall.CfnRuleGroup.RuleGroupProperty(
                rules_source=source,
                rule_variables=firewall.CfnRuleGroup.RuleVariablesProperty(
                    ip_sets={"HOME_NET": firewall.CfnRuleGroup.IPSetProperty(definition=self._home)}
                ),
                stateful_rule_options=firewall.CfnRuleGroup.StatefulRuleOptionsProperty(
                    rule_order="STRICT_ORDER"
                ),
            ),
        )
        return group.attr_rule_group_arn

    def _domains(self, domains: Sequence[str]) -> str:
        return self._group(
            "Domains",
            DOMAIN_CAPACITY,
            firewall.CfnRuleGroup.RulesSourceProperty(
                rules_source_list=firewall.CfnRuleGroup.RulesSourceListProperty(
                    generated_rules_type="ALLOWLIST",
                    target_types=list(DOMAIN_TARGETS),
                    targets=sorted(domains),
                )
            ),
            description="Domains that may be reached on HTTPS and HTTP",
        )

    def _flows(self, flows: Sequence[AllowedFlow]) -> str:
        rules = [
            _rule(
                "PASS",
                "TCP",
                number,
                source=flow.source,
                destination=flow.destination,
                port=str(flow.port),
                message=flow.name,
            )
            for number, flow in enumerate(flows, start=1)
        ]
        rules += [
            _rule(
                "PASS",
                "TCP",
                number,
                source=source,
                destination=destination,
                message="looked at for threats only",
            )
            for number, (source, destination) in enumerate(
                self._threats_only, start=THREATS_ONLY_FROM
            )
        ]
        return self._group(
            "Flows",
            FLOW_CAPACITY,
            firewall.CfnRuleGroup.RulesSourceProperty(stateful_rules=rules),
            description="Connections between networks that are allowed one by one",
        )

    def _fence(self) -> str:
        # Established traffic alone is dropped by default: the first packet of UDP, and the
        # handshake of TCP on any port, would still get out.
        rules = [
            _rule("DROP", "UDP", 1, message="UDP, QUIC among it"),
            _rule("DROP", "ICMP", 2, message="ICMP"),
            # Towards the server only: the way back ends on a port above 1023.
            _rule(
                "DROP",
                "TCP",
                3,
                port=f"!{WEB_PORTS}",
                message="TCP to other ports than HTTP and HTTPS",
                towards_server=True,
            ),
        ]
        return self._group(
            "Fence",
            FENCE_CAPACITY,
            firewall.CfnRuleGroup.RulesSourceProperty(stateful_rules=rules),
            description="Drops what a domain list cannot judge",
        )

    def _admin_ports(self) -> str:
        ports = [
            firewall.CfnRuleGroup.PortRangeProperty(from_port=port, to_port=port)
            for port in ADMIN_PORTS
        ]
        everywhere = [firewall.CfnRuleGroup.AddressProperty(address_definition="0.0.0.0/0")]
        group = firewall.CfnRuleGroup(
            self,
            "AdminPorts",
            rule_group_name=f"{self._name}-adminports",
            description="Drops SSH and RDP: administration goes through Session Manager",
            type="STATELESS",
            capacity=ADMIN_CAPACITY,
            rule_group=firewall.CfnRuleGroup.RuleGroupProperty(
                rules_source=firewall.CfnRuleGroup.RulesSourceProperty(
                    stateless_rules_and_custom_actions=firewall.CfnRuleGroup.StatelessRulesAndCustomActionsProperty(
                        stateless_rules=[
                            firewall.CfnRuleGroup.StatelessRuleProperty(
                                priority=1,
                                rule_definition=firewall.CfnRuleGroup.RuleDefinitionProperty(
                                    actions=["aws:drop"],
                                    match_attributes=firewall.CfnRuleGroup.MatchAttributesProperty(
                                        protocols=[TCP_NUMBER],
                                        sources=everywhere,
                                        destinations=everywhere,
                                        destination_ports=ports,
                                    ),
                                ),
                            )
                        ]
                    )
                )
            ),
        )
        return group.attr_rule_group_arn


def _rule(
    action: str,
    protocol: str,
    number: int,
    *,
    message: str,
    source: str = "ANY",
    destination: str = "ANY",
    port: str = "ANY",
    towards_server: bool = False,
) -> firewall.CfnRuleGroup.StatefulRuleProperty:
    option = firewall.CfnRuleGroup.RuleOptionProperty
    options = [
        option(keyword="sid", settings=[str(number)]),
        option(keyword="msg", settings=[f'"{message}"']),
    ]
    if towards_server:
        options.append(option(keyword="flow", settings=["to_server"]))
    return firewall.CfnRuleGroup.StatefulRuleProperty(
        action=action,
        header=firewall.CfnRuleGroup.HeaderProperty(
            protocol=protocol,
            source=source,
            source_port="ANY",
            destination=destination,
            destination_port=port,
            direction="FORWARD",
        ),
        rule_options=options,
    )
