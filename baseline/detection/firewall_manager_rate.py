"""The rule group of a policy of Firewall Manager that limits what one address may send.

Policies take rule groups only, so a rate limit needs one of its own.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

CAPACITY = 10
"""It cannot change later; the rule itself takes 2. Source: AWS WAF Developer Guide, "Rate-based rule
statement"."""

WINDOW_SECONDS = 300
RULE = "RequestsPerAddress"

types = wafv2.CfnRuleGroup


def rate_group(scope: Construct, name: str, acl_scope: str, requests: int) -> wafv2.CfnRuleGroup:
    """Make the rule group of a web ACL.

    Args:
        scope: parent construct.
        name: name of the web ACL in the configuration.
        acl_scope: ``REGIONAL`` or ``CLOUDFRONT``.
        requests: requests of one address within five minutes.
    """
    metrics = types.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        sampled_requests_enabled=True,
        metric_name=f"{RULE}-{name}",
    )
    limit = types.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=requests, evaluation_window_sec=WINDOW_SECONDS
    )
    group = types(
        scope,
        f"Rate-{name}",
        scope=acl_scope,
        capacity=CAPACITY,
        description="Addresses that send too many requests",
        visibility_config=metrics,
        rules=[
            types.RuleProperty(
                name=RULE,
                priority=0,
                action=types.RuleActionProperty(block={}),
                statement=types.StatementProperty(rate_based_statement=limit),
                visibility_config=metrics,
            )
        ],
    )
    # The policy that names it stays.
    group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return group
