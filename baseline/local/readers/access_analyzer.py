"""IAM Access Analyzer."""

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import by_key, lower_first, tail

_KINDS = {
    "UnusedAccessConfiguration": "unusedAccess",
    "InternalAccessConfiguration": "internalAccess",
}
_RULES = {"internalAccessAnalysisRule": "analysisRule"}


@reader(
    "AWS::AccessAnalyzer::Analyzer",
    capability="Access Analyzer",
    covers="AnalyzerConfiguration AnalyzerName ArchiveRules Tags Type",
)
def analyzer(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what an analyzer looks at, what is left out, and what it archives."""
    client, name = place("accessanalyzer"), tail(physical_id)
    found = client.get_analyzer(analyzerName=name)["analyzer"]
    yield Check(setting="Type", expected=expected["Type"], found=found["type"])
    yield Check(
        setting="AnalyzerConfiguration",
        expected=_configuration(expected.get("AnalyzerConfiguration", {})),
        found=found.get("configuration") or {},
    )
    rules = client.list_archive_rules(analyzerName=name)["archiveRules"]
    yield Check(
        setting="ArchiveRules",
        expected={rule["RuleName"]: _filter(rule) for rule in expected.get("ArchiveRules", [])},
        found={rule["ruleName"]: rule["filter"] for rule in rules},
    )
    tags = by_key(expected.get("Tags", []))
    yield Check(setting="Tags", expected=tags, found=found.get("tags") or {})


def _configuration(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the configuration as the API writes it: other names, and tags as mappings."""
    return {
        _KINDS[kind]: {
            _RULES.get(key, key): _criteria(value) if isinstance(value, Mapping) else value
            for key, value in lower_first(settings).items()
        }
        for kind, settings in given.items()
    }


def _criteria(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: [
            {
                **one,
                **(
                    {"resourceTags": [by_key(tags, "key", "value") for tags in one["resourceTags"]]}
                    if "resourceTags" in one
                    else {}
                ),
            }
            for one in entries
        ]
        for key, entries in rule.items()
    }


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        one["Property"]: {key.lower(): value for key, value in one.items() if key != "Property"}
        for one in rule["Filter"]
    }
