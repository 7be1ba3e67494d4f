"""AWS Config: which accounts report to the aggregator, what its rules say, what is noncompliant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .protocol import NotEnabledError, Part, Source
from .records import lines, pages

# The compliance of a resource is a resource of its own, of this type.
NONCOMPLIANT = (
    "SELECT accountId, awsRegion, configuration.targetResourceId, "
    "configuration.targetResourceType, configuration.complianceType, "
    "configuration.configRuleList WHERE resourceType = 'AWS::Config::ResourceCompliance' "
    "AND configuration.complianceType = 'NON_COMPLIANT'"
)


def aggregator_of(source: Source) -> dict[str, str]:
    """Give the parameter that names the aggregator.

    Raises:
        NotEnabledError: there is none.
    """
    if not source.aggregator:
        raise NotEnabledError("no aggregator of AWS Config")
    return {"ConfigurationAggregatorName": source.aggregator}


def parts(source: Source) -> Iterator[Part]:
    """Give the accounts of the aggregator, the rules' results and the noncompliant resources."""
    named = aggregator_of(source)
    client = source.client("config", "")

    def accounts() -> Iterator[Any]:
        operation = client.describe_configuration_aggregator_sources_status
        return pages(operation, "AggregatedSourceStatusList", **named)

    def rules() -> Iterator[Any]:
        operation = client.describe_aggregate_compliance_by_config_rules
        return pages(operation, "AggregateComplianceByConfigRules", **named)

    def resources() -> Iterator[Any]:
        operation = client.select_aggregate_resource_config
        for row in pages(operation, "Results", Expression=NONCOMPLIANT, **named):
            yield json.loads(row)

    yield Part(
        path="config/accounts.jsonl",
        what="accounts and Regions that report to the aggregator",
        write=lines(accounts, source),
    )
    yield Part(
        path="config/rules.jsonl",
        what="compliance by rule, account and Region",
        write=lines(rules, source),
    )
    yield Part(
        path="config/noncompliant-resources.jsonl",
        what="noncompliant resources with their rules",
        write=lines(resources, source),
    )
