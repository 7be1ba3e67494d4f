"""Which rules of AWS Config a configuration wants, where, and who tells of them."""

from __future__ import annotations

from collections.abc import Sequence

from baseline.config import Configuration, Names
from baseline.config.config_rules import Choice
from baseline.detection.conformance_pack import rule_name
from baseline.detection.event_patterns import SEVERITIES
from baseline.detection.managed_rule import ManagedRule
from baseline.detection.managed_rules import managed_rules, missing_rules, resource_rules


def rules_of(configuration: Configuration) -> list[ManagedRule]:
    """Give the rules about root and IAM users that a configuration wants beside Security Hub's."""
    keys = configuration.credentials.access_keys
    rules = managed_rules(key_age_days=keys.rotate_after_days, unused_days=keys.unused_after_days)
    return _chosen(configuration, rules, configuration.capabilities.config.root_and_iam_rules)


def resource_rules_of(configuration: Configuration, region: str) -> list[ManagedRule]:
    """Give the rules of a Region's packs: of the table what is wanted, and all of one's own.

    A rule that repairs stands in the members' template and in no pack.
    """
    settings = configuration.capabilities.config
    if not settings.enabled:
        return []
    home = region == configuration.home_region
    left_out = [*settings.rules.off, *settings.rules.remediate]
    table = resource_rules(region=region, home=home, off=left_out)
    chosen = _chosen(configuration, table, settings.rules.evaluate)
    return [*chosen, *(rule for rule in _own(configuration) if home or not rule.account)]


def repaired_rules_of(configuration: Configuration) -> list[ManagedRule]:
    """Give the rules whose findings are repaired, which every account and Region has."""
    settings = configuration.capabilities.config
    if not settings.enabled:
        return []
    table = resource_rules(region=configuration.home_region, home=True)
    return [rule for rule in table if rule.name in settings.rules.remediate]


def members_tell_of_rules(configuration: Configuration) -> bool:
    """Tell whether members forward failures of the rules: Security Hub does where it is on."""
    wanted = configuration.endpoint.distributes or bool(_all(configuration))
    return not configuration.capabilities.security_hub.enabled and wanted


def told_rules(configuration: Configuration) -> dict[str, list[str]]:
    """Give the starts of the names of the rules that each severity tells of, by severity.

    None where Security Hub is on: it takes in what AWS Config evaluates, and tells of it.
    """
    if configuration.capabilities.security_hub.enabled:
        return {}
    prefix = configuration.prefix
    told: dict[str, list[str]] = {severity: [] for severity in SEVERITIES}
    for rule in rules_of(configuration):
        told[rule.told].append(rule_name(rule, prefix))
    for rule in _of_resources(configuration):
        start = f"{prefix}-{rule.told}-"
        if rule.told in told and start not in told[rule.told]:
            told[rule.told].append(start)
    endpoint = configuration.endpoint
    if endpoint.distributes:
        # The rule stands in the members' template, one for each platform.
        told[endpoint.severity.lower()].append(Names.of(configuration).endpoint_rule(""))
    return told


def _of_resources(configuration: Configuration) -> list[ManagedRule]:
    home = resource_rules_of(configuration, configuration.home_region)
    return [*home, *repaired_rules_of(configuration)]


def _all(configuration: Configuration) -> list[ManagedRule]:
    return [*rules_of(configuration), *_of_resources(configuration)]


def _own(configuration: Configuration) -> list[ManagedRule]:
    return [
        ManagedRule(
            name=name,
            identifier=rule.identifier,
            topic="own",
            severity=rule.severity,
            parameters=rule.parameters,
            account=rule.home_region_only,
            everywhere=True,
        )
        for name, rule in sorted(configuration.capabilities.config.rules.own.items())
    ]


def _chosen(
    configuration: Configuration, rules: Sequence[ManagedRule], choice: Choice
) -> list[ManagedRule]:
    capabilities = configuration.capabilities
    if not capabilities.config.enabled or choice == "none":
        return []
    if choice == "all":
        return list(rules)
    hub = capabilities.security_hub
    return list(missing_rules(rules, hub.everywhere() if hub.enabled else ()))
