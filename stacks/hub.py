"""Security Hub in the security account: what the home Region has, what every governed Region has."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_securityhub as securityhub
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.detection.automation_rules import AutomationRules
from baseline.detection.finding_rules import rules_of, unknown_accounts
from baseline.detection.insights import Insights
from baseline.detection.security_hub import Organization, SecurityHub
from baseline.detection.security_hub_policy import class_policies, root_policy, unit_policies

UNKNOWN = "@baseline/findings-not-raised"


def configure_hub(scope: Construct, configuration: Configuration, names: Names) -> SecurityHub:
    """Create the central configuration of Security Hub, in the home Region."""
    settings = configuration.capabilities.security_hub
    tree = dict(configuration.walk_units())
    hub = SecurityHub(
        scope,
        "SecurityHub",
        name_prefix=names.prefix,
        organization=Organization(
            id=names.organization_id,
            root_id=configuration.organization.root_id,
            management_account=names.management,
            units=unit_policies(configuration),
            unit_ids={path: unit.id for path, unit in tree.items() if unit.id},
        ),
        regions=configuration.regions,
        home_region=configuration.home_region,
        policy=root_policy(settings),
        classes=class_policies(settings),
    )
    if settings.insights:
        insights = Insights(scope, "Insights", prefix=names.prefix)
        insights.node.add_dependency(hub.hub.resource)
    for each in handle_findings(scope, configuration, configuration.home_region):
        each.node.add_dependency(hub.hub.resource)
    unknown = unknown_accounts(configuration)
    if unknown:
        cdk.Annotations.of(scope).add_warning_v2(
            UNKNOWN,
            f"findings of {', '.join(unknown)} are not raised: write the id of the account into "
            "baseline.yaml once it exists",
        )
    return hub


def handle_findings(scope: Construct, configuration: Configuration, region: str) -> list[Construct]:
    """Create what every governed Region has: rules for findings, products that are taken in."""
    if not handles_findings(configuration, region):
        return []
    found: list[Construct] = []
    rules = rules_of(configuration)
    if rules:
        found.append(
            AutomationRules(scope, "FindingRules", prefix=configuration.prefix, rules=rules)
        )
    for arn in _products(configuration, region):
        name = arn.partition(":product/")[2].replace("/", "-")
        product = securityhub.CfnProductSubscription(scope, f"Product-{name}", product_arn=arn)
        found.append(product)
    return found


def handles_findings(configuration: Configuration, region: str) -> bool:
    """Tell whether a Region has rules for findings or products."""
    if not configuration.capabilities.security_hub.enabled:
        return False
    return bool(_products(configuration, region) or rules_of(configuration))


def _products(configuration: Configuration, region: str) -> list[str]:
    products = configuration.capabilities.security_hub.products
    return [arn for arn in products if arn.split(":")[3] == region]
