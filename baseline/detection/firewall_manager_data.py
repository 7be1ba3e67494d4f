"""What a policy of Firewall Manager does, in the JSON text that the service takes.

Source: AWS Firewall Manager API Reference, "SecurityServicePolicyData" (ManagedServiceData), whose
examples the tests compare with; AWS solution "Automations for AWS Firewall Manager" (limits of
content audits); AWS WAF Developer Guide, "AWS WAF policies" and "Security group policies".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from baseline.config.edge import ContentAudit, ShieldPolicy, UsageAudit, WebAclPolicy
from baseline.errors import BaselineError

Json = dict[str, Any]

LONGEST: Final = 30_000
"""Characters of the text. Source: CloudFormation Template Reference, "AWS::FMS::Policy
SecurityServicePolicyData"."""

REDACTED: Final = ("authorization", "cookie", "x-api-key", "x-amz-security-token")
"""Headers that let their reader act as somebody else."""

FIRST_PRIORITY: Final = 1
"""Firewall Manager's own rule groups of DNS Firewall come first, from 1 to 99."""


def as_text(data: Mapping[str, Any]) -> str:
    """Give the text of a policy, as short as JSON can be.

    Raises:
        BaselineError: it is longer than Firewall Manager takes.
    """
    text = json.dumps(data, separators=(",", ":"))
    if len(text) > LONGEST:
        raise BaselineError(
            f"the policy {data['type']} has {len(text)} characters, Firewall Manager takes {LONGEST}; "
            "name fewer rule groups"
        )
    return text


def web_acl(policy: WebAclPolicy, *, rule_group_arn: str | None, log_bucket_arn: str) -> Json:
    """Give a web ACL: the rule group of one's own first, because it costs least to ask."""
    override = {"type": "COUNT" if policy.count_only else "NONE"}
    groups = [_managed(name, override) for name in policy.managed_groups]
    if rule_group_arn is not None:
        groups = [_own(rule_group_arn, override), *groups]
    source = {"webACLSource": "RETROFIT_EXISTING"} if policy.existing == "retrofit" else {}
    return {
        "type": "WAFV2",
        "preProcessRuleGroups": groups,
        "postProcessRuleGroups": [],
        "defaultAction": {"type": "ALLOW"},
        "customRequestHandling": None,
        "customResponse": None,
        "overrideCustomerWebACLAssociation": False,
        "loggingConfiguration": _logging(log_bucket_arn),
        "sampledRequestsEnabledForDefaultActions": True,
        # A web ACL that protects nothing costs as much as another.
        "optimizeUnassociatedWebACL": True,
        **source,
    }


def _managed(name: str, override: Mapping[str, str]) -> Json:
    return {
        "ruleGroupArn": None,
        "overrideAction": dict(override),
        "managedRuleGroupIdentifier": {
            "versionEnabled": None,
            "version": None,
            "vendorName": "AWS",
            "managedRuleGroupName": name,
        },
        "ruleGroupType": "ManagedRuleGroup",
        "excludeRules": [],
        "sampledRequestsEnabled": True,
    }


def _own(arn: str, override: Mapping[str, str]) -> Json:
    return {
        "ruleGroupArn": arn,
        "overrideAction": dict(override),
        "ruleGroupType": "RuleGroup",
    }


def _logging(bucket_arn: str) -> Json:
    redacted = [
        {"redactedFieldType": "SingleHeader", "redactedFieldValue": name} for name in REDACTED
    ]
    return {"logDestinationConfigs": [bucket_arn], "redactedFields": redacted}


def content_audit(audit: ContentAudit) -> Json:
    """Give the audit of what security groups open, in both directions.

    Raises:
        BaselineError: it would tell of nothing.
    """
    limits = {
        "allowedPortCountPerSgRule": audit.ports_per_rule,
        "minIpv4CidrPrefixLenPerSgRule": audit.ipv4_prefix,
        "minIpv6CidrPrefixLenPerSgRule": audit.ipv6_prefix,
    }
    options: list[Json] = [{"denyProtocolAllValue": True}] if audit.all_protocols else []
    options += [{name: value} for name, value in limits.items() if value is not None]
    if not options:
        raise BaselineError(
            "security_group_content tells of nothing; leave all_protocols on, or set a limit"
        )
    options.append({"auditSgDirection": {"type": "ALL"}})
    return {"type": "SECURITY_GROUPS_CONTENT_AUDIT", "preManagedOptions": options}


def usage_audit(audit: UsageAudit) -> Json:
    """Give the audit of security groups that nothing uses or that say the same.

    Raises:
        BaselineError: it would tell of nothing.
    """
    if not audit.unused and not audit.redundant:
        raise BaselineError("security_group_usage tells of nothing; set unused or redundant")
    return {
        "type": "SECURITY_GROUPS_USAGE_AUDIT",
        "deleteUnusedSecurityGroups": audit.unused,
        "coalesceRedundantSecurityGroups": audit.redundant,
        "optionalDelayForUnusedInMinutes": audit.unused_minutes,
    }


def dns_firewall(rule_group_ids: Sequence[str]) -> Json:
    """Give rule groups of DNS Firewall that are asked before those of the accounts."""
    groups = [
        {"ruleGroupId": each, "priority": FIRST_PRIORITY + index}
        for index, each in enumerate(rule_group_ids)
    ]
    return {"type": "DNS_FIREWALL", "preProcessRuleGroups": groups, "postProcessRuleGroups": []}


def shield_advanced(policy: ShieldPolicy) -> Json:
    """Give protections, and what Shield does by itself where that is chosen."""
    data: Json = {"type": "SHIELD_ADVANCED", "optimizeUnassociatedWebACL": True}
    if policy.response is not None:
        data["automaticResponseConfiguration"] = {
            "automaticResponseStatus": "ENABLED",
            "automaticResponseAction": policy.response,
        }
    return data
