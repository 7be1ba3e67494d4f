"""Templates of conformance packs, made from rules and split where AWS Config sets a limit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from baseline.detection.managed_rule import ROOT_AND_IAM, ManagedRule
from baseline.errors import BaselineError

MAXIMUM_RULES = 130
"""Rules in a conformance pack. Source: AWS Config Developer Guide, "Service Limits"."""

MAXIMUM_BYTES = 51_200
"""Template of a pack. Source: AWS Config API Reference, "PutOrganizationConformancePack"."""

NAME_LENGTH = 128
DESCRIPTION_LENGTH = 256

_HEADER = "Resources:\n"


def rule_name(rule: ManagedRule, prefix: str) -> str:
    """Give the name of a rule in an account; AWS Config appends the ID of the pack.

    The severity stands in it, so that one short pattern catches all rules of a severity.
    """
    if rule.topic == ROOT_AND_IAM:
        return f"{prefix}-{rule.name}"
    return f"{prefix}-{rule.told}-{rule.name}"


def description(rule: ManagedRule) -> str:
    """Say in one line which control a rule stands for and what to do."""
    controls = f"Security Hub {', '.join(rule.controls)}" if rule.controls else ""
    return ". ".join(part for part in (controls, rule.remedy) if part)[:DESCRIPTION_LENGTH]


def packs(rules: Sequence[ManagedRule], prefix: str) -> list[list[ManagedRule]]:
    """Split rules into as few packs as their number and size allow, in their order.

    Args:
        rules: the rules.
        prefix: start of the names of the rules.
    """
    found: list[list[ManagedRule]] = []
    size = MAXIMUM_BYTES
    for rule in rules:
        added = len(_text(rule, prefix).encode())
        if not found or size + added > MAXIMUM_BYTES or len(found[-1]) >= MAXIMUM_RULES:
            found.append([])
            size = len(_HEADER)
        found[-1].append(rule)
        size += added
    return found


def pack_template(rules: Sequence[ManagedRule], prefix: str) -> str:
    """Give the template of a conformance pack: YAML, which AWS Config asks for.

    Args:
        rules: the rules of the pack.
        prefix: start of the names of the rules.

    Raises:
        BaselineError: there is no rule, or more than a pack takes.
    """
    if not rules:
        raise BaselineError("rules is empty; a conformance pack has at least one rule")
    if len(rules) > MAXIMUM_RULES:
        raise BaselineError(
            f"rules has {len(rules)} entries; a conformance pack takes {MAXIMUM_RULES}: use packs()"
        )
    return _HEADER + "".join(_text(rule, prefix) for rule in rules)


def _text(rule: ManagedRule, prefix: str) -> str:
    return "".join(f"{line}\n" for line in _lines(rule, prefix))


def _lines(rule: ManagedRule, prefix: str) -> Iterator[str]:
    yield f"  {rule.id}:"
    yield "    Type: AWS::Config::ConfigRule"
    yield "    Properties:"
    yield f"      ConfigRuleName: {rule_name(rule, prefix)}"
    # JSON's texts are YAML's: quotes and colons of a sentence stay text.
    if text := description(rule):
        yield f"      Description: {json.dumps(text)}"
    if rule.parameters:
        yield "      InputParameters:"
    for name, value in rule.parameters.items():
        yield f"        {name}: {json.dumps(value)}"
    if rule.types:
        yield "      Scope:"
        yield "        ComplianceResourceTypes:"
    for kind in rule.types:
        yield f"          - {kind}"
    yield "      Source:"
    yield "        Owner: AWS"
    yield f"        SourceIdentifier: {rule.identifier}"
