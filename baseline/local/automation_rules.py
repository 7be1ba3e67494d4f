"""What Security Hub's automation rules make of a finding.

As the user guide has it: all criteria have to hold; of the filters on one field one that looks for a
value is enough, and all that exclude one have to hold; rules go by their order, and a terminal one is
the last.

Source: AWS Security Hub User Guide, "Understanding automation rules in Security Hub CSPM"; AWS
Security Hub API Reference, "StringFilter", "MapFilter", "DateFilter".
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Finding = dict[str, Any]
Rule = Mapping[str, Any]

# Fields of criteria to where a finding has their values.
_PLACES: dict[str, tuple[str, ...]] = {
    "AwsAccountId": ("AwsAccountId",),
    "ComplianceSecurityControlId": ("Compliance", "SecurityControlId"),
    "ComplianceStatus": ("Compliance", "Status"),
    "CreatedAt": ("CreatedAt",),
    "GeneratorId": ("GeneratorId",),
    "Id": ("Id",),
    "NoteText": ("Note", "Text"),
    "ProductName": ("ProductName",),
    "RecordState": ("RecordState",),
    "ResourceId": ("Resources", "Id"),
    "ResourceTags": ("Resources", "Tags"),
    "ResourceType": ("Resources", "Type"),
    "SeverityLabel": ("Severity", "Label"),
    "Title": ("Title",),
    "Type": ("Types",),
    "UpdatedAt": ("UpdatedAt",),
    "UserDefinedFields": ("UserDefinedFields",),
    "WorkflowStatus": ("Workflow", "Status"),
}
_DEFAULTS = {"RecordState": "ACTIVE", "WorkflowStatus": "NEW"}
_EXCLUDING = {"NOT_EQUALS", "PREFIX_NOT_EQUALS", "NOT_CONTAINS"}


def fields() -> frozenset[str]:
    """Give the fields of criteria that are understood here."""
    return frozenset(_PLACES)


def apply(rules: Iterable[Rule], finding: Finding, *, now: datetime | None = None) -> list[str]:
    """Change a finding as the rules say, and give the names of those that did.

    Args:
        rules: rules as the API has them, enabled or not.
        finding: the finding, which is changed.
        now: time that ranges of days count from; now by default.
    """
    applied = []
    for rule in sorted(rules, key=lambda one: int(one["RuleOrder"])):
        if rule.get("RuleStatus") == "DISABLED":
            continue
        if not matches(rule["Criteria"], finding, now=now or datetime.now(UTC)):
            continue
        _update(finding, rule["Actions"][0]["FindingFieldsUpdate"])
        applied.append(str(rule["RuleName"]))
        if rule.get("IsTerminal"):
            break
    return applied


def matches(criteria: Mapping[str, Any], finding: Finding, *, now: datetime) -> bool:
    """Tell whether a finding meets all criteria."""
    return all(
        _holds(filters, _values(name, finding), now=now) for name, filters in criteria.items()
    )


def _holds(filters: list[dict[str, Any]], values: list[Any], *, now: datetime) -> bool:
    wanted = [one for one in filters if one.get("Comparison") not in _EXCLUDING]
    excluded = [one for one in filters if one.get("Comparison") in _EXCLUDING]
    return (
        not wanted or any(_has(one, value, now=now) for one in wanted for value in values)
    ) and not any(_has(one, value, now=now) for one in excluded for value in values)


def _has(one: dict[str, Any], value: Any, *, now: datetime) -> bool:  # noqa: ANN401 - of any type
    """Tell whether a value is what a filter looks for, or excludes."""
    if "Comparison" not in one:
        return _within(one, str(value), now=now)
    text = value.get(one["Key"]) if "Key" in one else value
    if text is None:
        return False
    kind = one["Comparison"]
    if "PREFIX" in kind:
        return str(text).startswith(one["Value"])
    return one["Value"] in str(text) if "CONTAINS" in kind else str(text) == one["Value"]


def _within(one: dict[str, Any], value: str, *, now: datetime) -> bool:
    time = datetime.fromisoformat(value)
    if "DateRange" in one:
        return time >= now - timedelta(days=float(one["DateRange"]["Value"]))
    return datetime.fromisoformat(one["Start"]) <= time <= datetime.fromisoformat(one["End"])


def _values(name: str, finding: Finding) -> list[Any]:
    found: list[Any] = [finding]
    for step in _PLACES[name]:
        reached = [one[step] for one in found if isinstance(one, dict) and step in one]
        found = [item for one in reached for item in (one if isinstance(one, list) else [one])]
    return found or ([_DEFAULTS[name]] if name in _DEFAULTS else [])


def _update(finding: Finding, update: Mapping[str, Any]) -> None:
    for name in ("Confidence", "Criticality", "Types", "UserDefinedFields", "VerificationState"):
        if name in update:
            finding[name] = update[name]
    for name in ("Note", "Severity", "Workflow"):
        if name in update:
            finding[name] = {**finding.get(name, {}), **update[name]}
