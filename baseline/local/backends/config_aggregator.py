"""AWS Config: questions to an aggregator, which moto keeps and does not answer.

No rule is evaluated here, so there are no results.
"""

from typing import Any

from baseline.local import emulators
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_RESULTS = {
    "DescribeAggregateComplianceByConfigRules": "AggregateComplianceByConfigRules",
    "DescribeAggregateComplianceByConformancePacks": "AggregateComplianceByConformancePacks",
    "DescribeConfigurationAggregatorSourcesStatus": "AggregatedSourceStatusList",
    "GetAggregateConformancePackComplianceSummary": "AggregateConformancePackComplianceSummaries",
    "SelectAggregateResourceConfig": "Results",
}


@answers("config", *_RESULTS)
def ask_aggregator(request: ApiRequest) -> dict[str, Any]:
    """Answer without results, where there is such an aggregator."""
    name = request.parameters["ConfigurationAggregatorName"]
    backends = emulators.module("moto.config.models").config_backends
    known = backends[request.account][request.region].config_aggregators
    if name not in known:
        raise ServiceError(
            "NoSuchConfigurationAggregatorException",
            f"The configuration aggregator {name} does not exist.",
        )
    return {_RESULTS[request.operation]: []}
