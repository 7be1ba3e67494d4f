"""DnsFirewall: names that lead to malware are not resolved, and every query is on record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53resolver as resolver
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.dns_protection import DnsProtection, check_domains
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "network_lookup"
TIMEOUT_SECONDS = 120

MANAGED_LISTS = (
    "AWSManagedDomainsAggregateThreatList",
    "AWSManagedDomainsAmazonGuardDutyThreatList",
)
"""The lists of AWS that hold the others: the aggregate contains those for malware and for botnets.

Source: Amazon Route 53 Developer Guide, "Managed Domain Lists".
"""

THREATS = ("DGA", "DNS_TUNNELING", "DICTIONARY_DGA")
"""What is told from the form of the queries: names that programs make up, and data in names."""

ALLOWED_PRIORITY = 100
BLOCKED_PRIORITY = 200
MANAGED_PRIORITY = 300
THREAT_PRIORITY = 400

MOST_CHARACTERS = 64
"""Longest name that DNS Firewall takes."""

ASSOCIATION_PRIORITY = 101
"""The first that a rule group of one's own may have; Firewall Manager's stand before and after."""


class DnsFirewall(Construct):
    """DNS Firewall of a VPC, with the lists that AWS keeps, and a log of every query.

    Names on AWS's threat lists do not resolve, nor do names that look made up by a program or
    carry data. Data that no route and no security group lets out leaves through DNS otherwise.
    The IDs of AWS's lists differ per Region, so a custom resource looks them up; it also sets
    what happens when the firewall fails. Queries are logged to the archive.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        query_log_bucket: bucket of the log archive; it admits ``delivery.logs.amazonaws.com``.
        protection: what it does; blocking and failing closed by default.

    Attributes:
        rule_group: the ``CfnFirewallRuleGroup``.
        query_log: the ``CfnResolverQueryLoggingConfig``.

    Raises:
        BaselineError: when a domain is malformed, named on both lists, or there are too many.

    Source: Amazon Route 53 Developer Guide, "Using DNS Firewall to filter outbound DNS traffic",
    "Resolver query logging", "DNS Firewall VPC configuration".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        query_log_bucket: s3.IBucket,
        protection: DnsProtection | None = None,
    ) -> None:
        super().__init__(scope, id)
        chosen = protection or DnsProtection()
        check_domains(chosen)
        lists = self._look_up(vpc_id, fail_open=chosen.fail_open)
        # The service's API asks for a name of each; CloudFormation's schema does not.
        name = self._name()
        self.rule_group = resolver.CfnFirewallRuleGroup(
            self, "RuleGroup", name=name, firewall_rules=self._rules(chosen, lists)
        )
        resolver.CfnFirewallRuleGroupAssociation(
            self,
            "Association",
            name=name,
            firewall_rule_group_id=self.rule_group.attr_id,
            vpc_id=vpc_id,
            priority=ASSOCIATION_PRIORITY,
            mutation_protection="ENABLED" if chosen.mutation_protection else "DISABLED",
        )
        self.query_log = resolver.CfnResolverQueryLoggingConfig(
            self, "QueryLog", name=name, destination_arn=query_log_bucket.bucket_arn
        )
        resolver.CfnResolverQueryLoggingConfigAssociation(
            self,
            "QueryLogAssociation",
            resolver_query_log_config_id=self.query_log.attr_id,
            resource_id=vpc_id,
        )
        implements(self, capability="dns-firewall", controls=[])

    def _name(self) -> str:
        # Leaves room for what tells the lists apart.
        return cdk.Names.unique_resource_name(self, max_length=MOST_CHARACTERS - 10, separator="-")

    def _look_up(self, vpc_id: str, *, fail_open: bool) -> cdk.CustomResource:
        configurations = cdk.Stack.of(self).format_arn(
            service="route53resolver", resource="firewall-config", resource_name="*"
        )
        function = HandlerFunction(
            self,
            "Lookup",
            handler=HANDLER,
            entry="dns_firewall",
            description="Finds AWS's domain lists of this Region, sets the failure mode of a VPC",
            timeout_seconds=TIMEOUT_SECONDS,
            statements=[
                iam.PolicyStatement(
                    sid="FindLists",
                    # Neither action knows resources. The resolver looks the VPC up as its caller.
                    actions=["ec2:DescribeVpcs", "route53resolver:ListFirewallDomainLists"],
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    sid="SetFailureMode",
                    # The ID of a VPC's configuration is not known before it is read.
                    actions=[
                        "route53resolver:GetFirewallConfig",
                        "route53resolver:UpdateFirewallConfig",
                    ],
                    resources=[configurations],
                ),
            ],
        )
        acknowledge(
            function,
            {
                f"AwsSolutions-IAM5[Resource::{_as_nag_prints(self)}]": (
                    "the function sets the failure mode of one VPC, whose configuration has an ID "
                    "of its own that nobody knows before; all of them belong to this account"
                )
            },
        )
        return cdk.CustomResource(
            self,
            "Lists",
            resource_type="Custom::DnsFirewallLookup",
            service_token=function.function.function_arn,
            # Twice the function's own limit: CloudFormation would wait an hour for a lost answer.
            service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
            properties={
                "VpcId": vpc_id,
                "FailOpen": "ENABLED" if fail_open else "DISABLED",
                "Lists": list(MANAGED_LISTS),
            },
        )

    def _rules(
        self, chosen: DnsProtection, lists: cdk.CustomResource
    ) -> list[resolver.CfnFirewallRuleGroup.FirewallRuleProperty]:
        rules: list[resolver.CfnFirewallRuleGroup.FirewallRuleProperty] = []
        if chosen.allowed_domains:
            rules.append(
                resolver.CfnFirewallRuleGroup.FirewallRuleProperty(
                    action="ALLOW",
                    priority=ALLOWED_PRIORITY,
                    firewall_domain_list_id=self._own_list("Allowed", chosen.allowed_domains),
                )
            )
        if chosen.blocked_domains:
            own = self._own_list("Blocked", chosen.blocked_domains)
            rules.append(_denial(BLOCKED_PRIORITY, chosen, domain_list=own))
        rules.extend(
            _denial(
                MANAGED_PRIORITY + number,
                chosen,
                domain_list=lists.get_att_string(name),
            )
            for number, name in enumerate(MANAGED_LISTS)
        )
        rules.extend(
            _denial(
                THREAT_PRIORITY + number,
                chosen,
                threat=threat,
            )
            for number, threat in enumerate(THREATS)
        )
        return rules

    def _own_list(self, id: str, domains: Sequence[str]) -> str:
        name = f"{self._name()}-{id.lower()}"
        found = resolver.CfnFirewallDomainList(self, id, name=name, domains=sorted(domains))
        return found.attr_id


def _denial(
    priority: int,
    chosen: DnsProtection,
    *,
    domain_list: str | None = None,
    threat: str | None = None,
) -> resolver.CfnFirewallRuleGroup.FirewallRuleProperty:
    return resolver.CfnFirewallRuleGroup.FirewallRuleProperty(
        action=chosen.action,
        # The name does not exist: a program gives up at once instead of asking again.
        block_response="NXDOMAIN" if chosen.action == "BLOCK" else None,
        priority=priority,
        firewall_domain_list_id=domain_list,
        dns_threat_protection=threat,
        confidence_threshold=chosen.confidence if threat else None,
    )


def _as_nag_prints(scope: Construct) -> str:
    """Give the ARN of the account's firewall configurations with references as cdk-nag shows them."""
    stack = cdk.Stack.of(scope)
    if cdk.Token.is_unresolved(stack.region):
        region, partition = "<AWS::Region>", "<AWS::Partition>"
    else:
        region, partition = stack.region, stack.partition
    account = "<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account
    if cdk.Token.is_unresolved(partition):
        partition = "<AWS::Partition>"
    return f"arn:{partition}:route53resolver:{region}:{account}:firewall-config/*"
