"""VulnerabilitySuppressions: findings that Inspector hides in a Region, for a reason and a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import aws_inspectorv2 as inspector
from constructs import Construct

from baseline.config.inspector import SuppressedVulnerability
from baseline.controls.registry import implements
from baseline.errors import BaselineError

DESCRIPTION_LENGTH = 512
MAXIMUM_FILTERS = 500
"""Source: Amazon Inspector User Guide, "Amazon Inspector quotas" (suppression rules)."""

Filter = inspector.CfnFilter


class VulnerabilitySuppressions(Construct):
    """Filters that hide known findings, for the administrator and all members.

    Hidden findings stay visible in Inspector under "suppressed" until they are repaired; nobody is
    told. Reason and end stand in the description. All fields of a suppression have to hold, and
    one value of each field is enough.

    Args:
        scope: parent construct, in a stack of the delegated administrator and a Region.
        id: construct ID.
        prefix: start of the names of the filters.
        suppressions: the suppressions by name; at least one, at most 500.

    Attributes:
        filters: the ``aws_inspectorv2.CfnFilter`` by name.

    Raises:
        BaselineError: there is none, there are more than Inspector takes, or one names nothing.

    Source: Amazon Inspector User Guide, "Suppressing Amazon Inspector findings".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        prefix: str,
        suppressions: Mapping[str, SuppressedVulnerability],
    ) -> None:
        super().__init__(scope, id)
        if not 1 <= len(suppressions) <= MAXIMUM_FILTERS:
            raise BaselineError(
                f"suppressions has {len(suppressions)} entries; Inspector takes 1 to {MAXIMUM_FILTERS}"
            )
        self.filters = {
            name: Filter(
                self,
                name.title().replace("-", ""),
                name=f"{prefix}-{name}",
                description=_description(suppression),
                filter_action="SUPPRESS",
                filter_criteria=_criteria(name, suppression),
            )
            for name, suppression in sorted(suppressions.items())
        }
        implements(self, capability="inspector-suppressions", controls=[])


def _criteria(
    name: str, suppression: SuppressedVulnerability
) -> inspector.CfnFilter.FilterCriteriaProperty:
    # A list that is empty would be refused; what is not named is left out.
    given: dict[str, object] = {
        "vulnerability_id": _equals(suppression.vulnerabilities),
        "title": _strings(suppression.titles, "PREFIX"),
        "aws_account_id": _equals(suppression.accounts),
        "resource_id": _equals(suppression.resources),
        "ecr_image_repository_name": _equals(suppression.repositories),
        "lambda_function_name": _equals(suppression.functions),
        "severity": _equals(suppression.severities),
        "exploit_available": _equals(_yes_or_no(suppression.exploit_available)),
        # A fix of some of the packages is a fix.
        "fix_available": _equals(_yes_or_no(suppression.fix_available, "PARTIAL")),
        "vulnerable_packages": [
            Filter.PackageFilterProperty(
                name=Filter.StringFilterProperty(comparison="EQUALS", value=package)
            )
            for package in suppression.packages
        ],
        "resource_tags": [
            Filter.MapFilterProperty(comparison="EQUALS", key=key, value=value)
            for key, value in sorted(suppression.tags.items())
        ],
    }
    named = {key: value for key, value in given.items() if value}
    if not named:
        raise BaselineError(
            f"suppression {name} names nothing, so it would hide every finding; name some"
        )
    return Filter.FilterCriteriaProperty(**named)  # type: ignore[arg-type] # a struct from keys


def _equals(values: Iterable[str]) -> list[inspector.CfnFilter.StringFilterProperty]:
    return _strings(values, "EQUALS")


def _strings(
    values: Iterable[str], comparison: str
) -> list[inspector.CfnFilter.StringFilterProperty]:
    return [
        Filter.StringFilterProperty(comparison=comparison, value=value) for value in sorted(values)
    ]


def _yes_or_no(value: bool | None, *also: str) -> list[str]:
    if value is None:
        return []
    return ["YES", *also] if value else ["NO"]


def _description(suppression: SuppressedVulnerability) -> str:
    return f"{suppression.reason} (until {suppression.expires})"[:DESCRIPTION_LENGTH]
