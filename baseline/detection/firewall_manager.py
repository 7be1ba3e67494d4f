"""FirewallPolicies: what Firewall Manager keeps in every account, in one Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_fms as fms
from constructs import Construct

from baseline.config import Names
from baseline.config.edge import GLOBAL_REGION, FirewallManager, WebAclPolicy
from baseline.controls.registry import implements
from baseline.detection import firewall_manager_data as data
from baseline.detection.firewall_manager_dns import DnsRules
from baseline.detection.firewall_manager_rate import rate_group
from baseline.edge.shield_choices import check_commitment
from baseline.edge.web_acl_checks import check_scope

DISTRIBUTION = "AWS::CloudFront::Distribution"
WEB_ACL_TYPES: Mapping[str, tuple[str, ...]] = {
    "REGIONAL": ("AWS::ApiGateway::Stage", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    "CLOUDFRONT": (DISTRIBUTION,),
}
GROUP_TYPES = ("AWS::EC2::Instance", "AWS::EC2::NetworkInterface", "AWS::EC2::SecurityGroup")
SHIELD_TYPES = (
    "AWS::EC2::EIP",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
)
"""Source: AWS Firewall Manager API Reference, "Policy" (ResourceType)."""

SEVERAL = "ResourceTypeList"

CONTROLS: Mapping[str, tuple[str, ...]] = {
    "REGIONAL": ("APIGateway.4", "ELB.16", "WAF.11"),
    "CLOUDFRONT": ("CloudFront.6", "WAF.11"),
}
"""What a web ACL policy does where it may act, by its scope."""


class FirewallPolicies(Construct):
    """The policies of Firewall Manager in one Region, for all accounts of the organization.

    Accounts and resources that come later are reached, too. A policy tells what does not comply,
    to Security Hub and the console, and changes nothing until its ``remediate`` is on; web ACLs
    count until ``count_only`` is off. Policies stay when their stack is deleted, with the
    protections that they made. Who may exempt a resource by tag is up to the accounts.

    Args:
        scope: parent construct, in a stack of the Firewall Manager administrator.
        id: construct ID.
        settings: the policies, and what none of them reaches.
        names: physical names.
        region: the stack's Region.

    Attributes:
        policies: purpose to ``CfnPolicy``.

    Raises:
        BaselineError: a web ACL's scope does not fit the Region, an audit tells of nothing, or
            Shield Advanced is not acknowledged.

    Source: AWS WAF Developer Guide, "Using AWS Firewall Manager policies"; Security Hub
    APIGateway.4, CloudFront.6, ELB.16, WAF.11.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: FirewallManager,
        names: Names,
        region: str,
    ) -> None:
        super().__init__(scope, id)
        if settings.shield is not None:
            check_commitment(settings.shield.acknowledge_commitment)
        self._settings, self._names, self._region = settings, names, region
        self.policies: dict[str, fms.CfnPolicy] = {}
        for name, policy in web_acls_in(settings, region):
            self._filter(name, policy)
        self._audit_groups()
        self._guard_names()
        self._protect()
        implements(self, capability="firewall-manager", controls=self._controls())

    def _filter(self, name: str, policy: WebAclPolicy) -> None:
        check_scope(policy.scope, self._region, known=True)
        group = None
        if policy.requests_per_address is not None:
            group = rate_group(self, name, policy.scope, policy.requests_per_address)
        self._create(
            f"web-acl-{name}",
            WEB_ACL_TYPES[policy.scope],
            data.web_acl(
                policy,
                rule_group_arn=group.attr_arn if group is not None else None,
                log_bucket_arn=f"arn:{self._names.partition}:s3:::{self._names.web_acl_bucket}",
            ),
            remediate=policy.remediate,
        )

    def _audit_groups(self) -> None:
        content, usage = self._settings.security_group_content, self._settings.security_group_usage
        if content is not None:
            self._create(
                "security-group-content",
                GROUP_TYPES,
                data.content_audit(content),
                remediate=content.remediate,
            )
        if usage is not None:
            self._create(
                "security-group-usage",
                GROUP_TYPES[-1:],
                data.usage_audit(usage),
                remediate=usage.remediate,
            )

    def _guard_names(self) -> None:
        chosen = self._settings.dns_firewall
        if chosen is None:
            return
        rules = DnsRules(self, "DnsRules", policy=chosen, region=self._region)
        self._create(
            "dns-firewall",
            ("AWS::EC2::VPC",),
            data.dns_firewall([rules.rule_group.attr_id]),
            remediate=chosen.remediate,
        )

    def _protect(self) -> None:
        chosen = self._settings.shield
        if chosen is None:
            return
        described = data.shield_advanced(chosen)
        self._create("shield", SHIELD_TYPES, described, remediate=chosen.remediate)
        if chosen.distributions and self._region == GLOBAL_REGION:
            self._create(
                "shield-distributions", (DISTRIBUTION,), described, remediate=chosen.remediate
            )

    def _create(
        self,
        purpose: str,
        resource_types: Sequence[str],
        described: Mapping[str, Any],
        *,
        remediate: bool,
    ) -> None:
        one = len(resource_types) == 1
        tag = self._settings.exempt_tag
        policy = fms.CfnPolicy(
            self,
            f"Policy-{purpose}",
            policy_name=self._names.firewall_policy(purpose),
            remediation_enabled=remediate,
            resource_type=resource_types[0] if one else SEVERAL,
            resource_type_list=None if one else list(resource_types),
            security_service_policy_data=fms.CfnPolicy.SecurityServicePolicyDataProperty(
                type=described["type"], managed_service_data=data.as_text(described)
            ),
            delete_all_policy_resources=False,
            exclude_map=self._excluded(),
            exclude_resource_tags=tag is not None,
            resource_tags=(
                None
                if tag is None
                else [fms.CfnPolicy.ResourceTagProperty(key=tag.key, value=tag.value or None)]
            ),
        )
        policy.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.policies[purpose] = policy

    def _excluded(self) -> fms.CfnPolicy.IEMapProperty | None:
        accounts = sorted(self._settings.excluded_accounts)
        units = sorted(self._settings.excluded_units)
        if not accounts and not units:
            return None
        return fms.CfnPolicy.IEMapProperty(account=accounts or None, orgunit=units or None)

    def _controls(self) -> list[str]:
        acting = (
            policy
            for _, policy in web_acls_in(self._settings, self._region)
            if policy.remediate and not policy.count_only
        )
        return sorted({control for policy in acting for control in CONTROLS[policy.scope]})


def web_acls_in(settings: FirewallManager, region: str) -> Iterator[tuple[str, WebAclPolicy]]:
    """Give the web ACLs of a governed Region by name, in alphabetical order."""
    for name, policy in sorted(settings.web_acls.items()):
        everywhere = (GLOBAL_REGION,) if policy.scope == "CLOUDFRONT" else (region,)
        if region in (policy.regions or everywhere):
            yield name, policy


def has_policies_in(settings: FirewallManager, region: str) -> bool:
    """Tell whether a governed Region gets a stack: CloudFormation takes no empty one."""
    everywhere = (
        settings.security_group_content,
        settings.security_group_usage,
        settings.dns_firewall,
        settings.shield,
    )
    return any(each is not None for each in everywhere) or any(web_acls_in(settings, region))
