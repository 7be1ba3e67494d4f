"""What GuardDuty leaves out, whom it trusts, whom it knows as malicious, and what it exports."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import WORDS_PATTERN
from baseline.config.section import Section

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration

CRITERIA = Path(__file__).parent / "data" / "guardduty_criteria.json"

MAXIMUM_FILTERS = 100
MAXIMUM_THREAT_LISTS = 6
LONGEST_SUPPRESSION_DAYS = 366

# What the description of a filter may hold.
REASON_PATTERN = r"^[A-Za-z0-9 .:_/(){}\[\]-]{10,400}$"

FilterName = Annotated[str, Field(pattern=WORDS_PATTERN, max_length=40)]
Reason = Annotated[str, Field(pattern=REASON_PATTERN)]
CriterionName = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=500)], ...], Field(max_length=50)
]
ListFile = Annotated[str, Field(min_length=1, max_length=300)]

OPERATORS = {
    "equals": "Equals",
    "not_equals": "NotEquals",
    "matches": "Matches",
    "not_matches": "NotMatches",
    "greater_than": "GreaterThan",
    "greater_than_or_equal": "GreaterThanOrEqual",
    "less_than": "LessThan",
    "less_than_or_equal": "LessThanOrEqual",
}
"""Operators of a criterion to their names in CloudFormation."""


def _texts(description: str) -> tuple[str, ...]:
    # Typed as the value it stands for, as pydantic's own Field() is.
    texts: tuple[str, ...] = Field(default=(), max_length=50, description=description)
    return texts


def _number(description: str) -> int | None:
    number: int | None = Field(default=None, description=description)
    return number


class Criterion(Section):
    """What a field of a finding has to be. All operators that are given have to hold."""

    equals: Texts = _texts("The field has one of these values. None by default.")
    not_equals: Texts = _texts("The field has none of these values. None by default.")
    matches: Texts = _texts(
        "The field matches one of these patterns, with * and ?. None by default."
    )
    not_matches: Texts = _texts("The field matches none of these patterns. None by default.")
    greater_than: StrictInt | None = _number("The field is greater. None by default.")
    greater_than_or_equal: StrictInt | None = _number(
        "The field is greater or equal. None by default."
    )
    less_than: StrictInt | None = _number("The field is less. None by default.")
    less_than_or_equal: StrictInt | None = _number("The field is less or equal. None by default.")

    def operators(self) -> dict[str, list[str] | int]:
        """Give the operators that are used, as CloudFormation names and takes them."""
        values = {name: getattr(self, key) for key, name in OPERATORS.items()}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value not in ((), None)
        }


class Suppression(Section):
    """Findings that are archived as soon as they come: known, harmless, and for a time."""

    reason: Reason = Field(
        description="Why they are harmless, in letters, digits and . : _ - / ( ); at least 10 characters."
    )
    expires: date = Field(
        description="Day from which the suppression is a mistake, such as 2027-06-30; within a year."
    )
    criteria: dict[CriterionName, Criterion] = Field(
        min_length=1,
        description="Fields of the finding, with what they have to be: `type`, and at least one that says which resource or caller.",
    )


class GuardDutyTuning(Section):
    """Suppressions, lists and export; the administrator's settings hold for all accounts."""

    export: Literal["governed", "home"] = Field(
        default="governed",
        description="Regions whose findings are kept in the log archive beyond GuardDuty's 90 days: governed (all of them) or home. governed by default.",
    )
    suppressions: dict[FilterName, Suppression] = Field(
        default_factory=dict,
        max_length=MAXIMUM_FILTERS,
        description="Findings that are archived at once, by a name, in every governed Region. None by default.",
    )
    trusted_list: ListFile | None = Field(
        default=None,
        description="File with addresses and domains, one a line, that no finding is made of. None by default.",
    )
    threat_lists: dict[FilterName, ListFile] = Field(
        default_factory=dict,
        max_length=MAXIMUM_THREAT_LISTS,
        description="Files with malicious addresses, domains and SHA-256 hashes, one a line, by a name; at most six. None by default.",
    )


@cache
def known_criteria() -> frozenset[str]:
    """Give the fields of a finding that a filter can name.

    Source: Amazon GuardDuty API Reference, "CreateFilter".
    """
    return frozenset(json.loads(CRITERIA.read_text(encoding="utf-8")))


def exporting_regions(configuration: Configuration) -> list[str]:
    """Give the Regions whose findings are kept in the log archive, the home Region first."""
    settings, home = configuration.capabilities.guardduty, configuration.home_region
    if not settings.enabled:
        return []
    others = configuration.regions if settings.tuning.export == "governed" else ()
    return [home, *(region for region in others if region != home)]
