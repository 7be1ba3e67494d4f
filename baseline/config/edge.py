"""What stands before every application of the organization: Firewall Manager, Shield Advanced.

Everything is off until it is named: AWS bills each policy by month and Region.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import (
    SHORT_NAME_PATTERN,
    AccountId,
    ContactEmail,
    PhoneNumber,
    RegionName,
    UnitId,
)
from baseline.config.section import Section

COMMITMENT: Final = "3000 USD per month for 12 months, renewed every year"
"""What Shield Advanced costs, to be written word for word. Source: AWS Shield pricing, "AWS Shield
Advanced"."""

GLOBAL_REGION: Final = "us-east-1"
"""Where policies and web ACLs of CloudFront have to be. Source: AWS Firewall Manager API Reference,
"Policy"; AWS WAF Developer Guide, "Resources that you can protect with AWS WAF"."""

WHY_PATTERN: Final = r"^\S.{8,198}\S$"
DOMAIN_LIST_PATTERN: Final = r"^rslvr-fdl-[0-9a-f]{8,32}$"
DNS_DOMAIN_PATTERN: Final = r"^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z]{2,63}$"
TAG_PATTERN: Final = r"^[A-Za-z0-9_.:/=+@-]([A-Za-z0-9_.:/=+@ -]{0,126}[A-Za-z0-9_.:/=+@-])?$"

HINTS: Mapping[str, str] = MappingProxyType(
    {
        WHY_PATTERN: "is not a reason of 10 to 200 characters",
        DOMAIN_LIST_PATTERN: "is not the ID of a domain list of DNS Firewall, such as rslvr-fdl-0123456789abcdef",
        DNS_DOMAIN_PATTERN: "is not a domain in lower case, such as example.com or *.example.com",
        TAG_PATTERN: "is not a tag: 1 to 128 letters, digits, spaces or _ . : / = + @ -",
    }
)

Why = Annotated[str, Field(pattern=WHY_PATTERN)]
FirewallPolicyName = Annotated[str, Field(pattern=SHORT_NAME_PATTERN)]
DomainListId = Annotated[str, Field(pattern=DOMAIN_LIST_PATTERN)]
DnsDomain = Annotated[str, Field(pattern=DNS_DOMAIN_PATTERN, max_length=255)]

# Rule groups of AWS without a price of their own. Source: AWS WAF Developer Guide, "AWS Managed
# Rules rule groups list".
ManagedGroup = Literal[
    "AWSManagedRulesAdminProtectionRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesPHPRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesWordPressRuleSet",
]


def _remediation(what: str) -> bool:
    remediate: bool = Field(
        default=False,
        strict=True,
        description=f"true lets Firewall Manager {what}. false by default: it only tells what does not comply.",
    )
    return remediate


class WebAclPolicy(Section):
    """A web ACL that Firewall Manager puts before resources of all accounts."""

    scope: Literal["REGIONAL", "CLOUDFRONT"] = Field(
        default="REGIONAL",
        description="REGIONAL: load balancers and REST APIs. CLOUDFRONT: distributions, in us-east-1 only. REGIONAL by default.",
    )
    regions: tuple[RegionName, ...] | None = Field(
        default=None,
        min_length=1,
        description="Governed Regions that have the policy. All of them by default; with scope CLOUDFRONT us-east-1.",
    )
    count_only: bool = Field(
        default=True,
        strict=True,
        description="Count what would be blocked, and block nothing. true by default: read the logs before it is false.",
    )
    managed_groups: tuple[ManagedGroup, ...] = Field(
        default=(
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesCommonRuleSet",
            "AWSManagedRulesSQLiRuleSet",
        ),
        min_length=1,
        description="Rule groups of AWS, in the order in which they are asked. Addresses of bad reputation, known bad inputs, common attacks and SQL injection by default.",
    )
    requests_per_address: StrictInt | None = Field(
        default=2_000,
        ge=10,
        le=2_000_000_000,
        description="Requests that one address may send within five minutes; null for no limit, as behind CloudFront. 2000 by default.",
    )
    existing: Literal["leave", "retrofit"] = Field(
        default="leave",
        description="leave: a resource with a web ACL of its team keeps it alone. retrofit: the rules are put before those of that web ACL. leave by default.",
    )
    remediate: bool = _remediation("put the web ACL before the resources")


class ContentAudit(Section):
    """Which rules of security groups are too open."""

    all_protocols: bool = Field(
        default=True,
        strict=True,
        description="Tell of rules for all protocols and ports. true by default.",
    )
    ports_per_rule: StrictInt | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="Most ports that one rule may open. Any number by default.",
    )
    ipv4_prefix: StrictInt | None = Field(
        default=None,
        ge=0,
        le=32,
        description="Shortest prefix of an IPv4 range in a rule, such as 16. Any by default.",
    )
    ipv6_prefix: StrictInt | None = Field(
        default=None,
        ge=0,
        le=128,
        description="Shortest prefix of an IPv6 range in a rule, such as 48. Any by default.",
    )
    remediate: bool = _remediation("remove the rules from the security groups")


class UsageAudit(Section):
    """Security groups that nothing uses, or that say the same twice."""

    unused: bool = Field(
        default=True,
        strict=True,
        description="Tell of security groups that nothing uses. true by default.",
    )
    redundant: bool = Field(
        default=False,
        strict=True,
        description="Tell of security groups of one VPC with the same rules. false by default.",
    )
    unused_minutes: StrictInt = Field(
        default=1_440,
        ge=0,
        le=525_600,
        description="Minutes without a change after which a security group counts as unused. 1440 by default.",
    )
    remediate: bool = _remediation(
        "delete the unused security groups and put one in the place of the redundant ones"
    )


class DnsFirewallPolicy(Section):
    """DNS Firewall before every VPC of the organization."""

    threats: Literal["ALERT", "BLOCK"] = Field(
        default="ALERT",
        description="What happens to queries that look made up by a program or carry data. ALERT by default.",
    )
    blocked_domains: tuple[DnsDomain, ...] = Field(
        default=(),
        max_length=1_000,
        description="Domains that do not resolve. None by default.",
    )
    managed_lists: dict[RegionName, tuple[DomainListId, ...]] = Field(
        default_factory=dict,
        description="IDs of AWS's domain lists that do not resolve, by Region, because they differ in each. None by default.",
    )
    remediate: bool = _remediation("associate the rules with the VPCs")


class ShieldContact(Section):
    """Whom the Shield Response Team calls."""

    email: ContactEmail = Field(description="Address that a team reads.")
    phone: PhoneNumber = Field(description='Number in E.164 form, such as "+4930123456".')


class ShieldPolicy(Section):
    """Shield Advanced before load balancers, addresses and distributions of all accounts."""

    acknowledge_commitment: str = Field(
        description=f"The price and the term, word for word: {COMMITMENT!r}. Shield Advanced is a subscription of the whole organization that nobody can end early.",
    )
    distributions: bool = Field(
        default=False,
        strict=True,
        description="Protect CloudFront distributions too; us-east-1 has to be governed. false by default.",
    )
    response: Literal["BLOCK", "COUNT"] | None = Field(
        default=None,
        description="What Shield does by itself with requests of an attack. Nothing by default.",
    )
    remediate: bool = _remediation("subscribe the accounts and protect the resources")
    supported_accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="IDs of subscribed member accounts that the Shield Response Team may help: it reads their protections and changes their web ACLs during an attack. None by default.",
    )
    contacts: tuple[ShieldContact, ...] = Field(
        default=(),
        max_length=10,
        description="Whom the response team calls about these accounts when a health check fails during an attack (proactive engagement). Nobody by default.",
    )


class ResourceTag(Section):
    """A tag of resources."""

    key: str = Field(pattern=TAG_PATTERN, description="Key of the tag.")
    value: str = Field(default="", max_length=256, description="Its value. Any value by default.")


class FirewallManager(Section):
    """Firewall Manager: protections that reach every account, new ones included."""

    web_acls: dict[FirewallPolicyName, WebAclPolicy] = Field(
        default_factory=dict,
        description="Web ACLs by name. None by default.",
    )
    security_group_content: ContentAudit | None = Field(
        default=None, description="Tell of rules that are too open. Off by default."
    )
    security_group_usage: UsageAudit | None = Field(
        default=None, description="Tell of security groups that nothing uses. Off by default."
    )
    dns_firewall: DnsFirewallPolicy | None = Field(
        default=None, description="DNS Firewall before every VPC. Off by default."
    )
    shield: ShieldPolicy | None = Field(
        default=None, description="Shield Advanced for the organization. Off by default."
    )
    excluded_accounts: dict[AccountId, Why] = Field(
        default_factory=dict,
        description="IDs of accounts that no policy reaches, with the reason. None by default.",
    )
    excluded_units: dict[UnitId, Why] = Field(
        default_factory=dict,
        description="IDs of organizational units that no policy reaches, with the reason. None by default.",
    )
    exempt_tag: ResourceTag | None = Field(
        default=None,
        description="Tag of resources that no policy reaches: who may set it in an account exempts. None by default.",
    )

    def has_policies(self) -> bool:
        """Tell whether any policy is named."""
        single = (
            self.security_group_content,
            self.security_group_usage,
            self.dns_firewall,
            self.shield,
        )
        return bool(self.web_acls) or any(each is not None for each in single)


class Edge(Section):
    """What stands before every application of the organization."""

    firewall_manager: FirewallManager | None = Field(
        default=None,
        description="Policies of Firewall Manager, administered by the security account. None by default: AWS bills each by month and Region.",
    )
