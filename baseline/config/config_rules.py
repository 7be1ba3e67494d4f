"""Rules of AWS Config beside those of Security Hub: which of the table, which of one's own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from baseline.config.forms import WORDS_PATTERN
from baseline.config.section import Section

KNOWN = Path(__file__).parent / "data" / "managed_rules.json"

IDENTIFIER_PATTERN = r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$"
PARAMETER_PATTERN = r"^[A-Za-z][A-Za-z0-9]*$"
REASON_LENGTH = 10

MAXIMUM_OWN_RULES = 40
"""So many rules of one's own fit a pack beside all of the table (130 in a pack)."""

Severity = Literal["critical", "high", "medium", "low"]
Topic = Literal[
    "root-and-iam",
    "network",
    "instances",
    "encryption",
    "public-access",
    "logging",
    "backup",
    "secrets",
    "own",
]
Choice = Literal["missing", "all", "none"]

RuleName = Annotated[str, Field(pattern=WORDS_PATTERN, max_length=64)]
Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN, max_length=128)]
Parameter = Annotated[str, Field(pattern=PARAMETER_PATTERN, max_length=64)]
Reason = Annotated[str, Field(min_length=REASON_LENGTH, max_length=256)]
ParameterValue = Annotated[str, Field(min_length=1, max_length=256)]


class OwnRule(Section):
    """A managed rule of AWS that the baseline does not have."""

    identifier: Identifier = Field(
        description="Source identifier of the rule, such as REQUIRED_TAGS."
    )
    parameters: dict[Parameter, ParameterValue] = Field(
        default_factory=dict,
        description="Input parameters, as text. AWS Config checks the names. None by default.",
    )
    severity: Severity = Field(
        default="medium",
        description="Severity that people hear it with where Security Hub is off. medium by default.",
    )
    home_region_only: bool = Field(
        default=False,
        strict=True,
        description="The rule is about the account and is evaluated once. false by default.",
    )
    unlisted: bool = Field(
        default=False,
        strict=True,
        description="The identifier is newer than the list that this version knows. false by default.",
    )


class ResourceRules(Section):
    """Rules about resources in every account and governed Region, in conformance packs."""

    evaluate: Choice = Field(
        default="missing",
        description="missing: rules that no enabled standard of Security Hub evaluates. all: also those, which then give two "
        "findings and cost twice. none: no rules but those of `own`. missing by default.",
    )
    off: dict[RuleName, Reason] = Field(
        default_factory=dict,
        description="Rules of the table that are left out, by name, with the reason. None by default.",
    )
    own: dict[RuleName, OwnRule] = Field(
        default_factory=dict,
        max_length=MAXIMUM_OWN_RULES,
        description="Managed rules of AWS beside those of the table, by name. None by default.",
    )
    remediate: tuple[RuleName, ...] = Field(
        default=(),
        description="Rules whose findings AWS Systems Manager repairs by itself; docs/config-rules.md has what each changes. None by default.",
    )


@cache
def known_identifiers() -> frozenset[str]:
    """Give the source identifiers of AWS's managed rules that this version knows.

    Source: the CDK's ManagedRuleIdentifiers; AWS Config Developer Guide, "Conformance Pack Sample
    Templates".
    """
    return frozenset(json.loads(KNOWN.read_text(encoding="utf-8")))
