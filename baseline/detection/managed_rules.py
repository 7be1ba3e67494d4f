"""The AWS managed rules of the baseline, as data, and which control of Security Hub asks the same.

The table is ``data/config_rules.json``; which standard has which control is
``data/security_hub_controls.json``. Packs, messages and the page in docs/ are made from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

from baseline.config.config_rules import Severity, Topic
from baseline.config.security_hub import Standard
from baseline.detection.managed_rule import (
    ROOT_AND_IAM,
    ManagedRule,
    Remediation,
    standards_by_control,
)
from baseline.errors import BaselineError

DATA = Path(__file__).parent / "data"

KEY_AGE_DAYS = 90
UNUSED_DAYS = 45


@cache
def rule_table() -> tuple[ManagedRule, ...]:
    """Give every rule of the table, in its order.

    Raises:
        BaselineError: a row has an unknown key, value or control.

    Source: AWS Config Developer Guide, "List of AWS Config Managed Rules".
    """
    rows = json.loads((DATA / "config_rules.json").read_text(encoding="utf-8"))
    rules = tuple(_rule(row) for row in rows)
    if len({rule.name for rule in rules}) < len(rules):
        raise BaselineError("config_rules.json has a rule twice; names are unique")
    return rules


def managed_rules(
    *, key_age_days: int = KEY_AGE_DAYS, unused_days: int = UNUSED_DAYS
) -> tuple[ManagedRule, ...]:
    """Give the rules about root and IAM users, root users first.

    Args:
        key_age_days: age of an access key from which it is reported. Security Hub asks for 90 days
            always, so fewer are a rule of its own.
        unused_days: days without use after which credentials are reported; likewise with 45.
    """
    periods = {
        "access-keys-rotated": ("maxAccessKeyAge", key_age_days, KEY_AGE_DAYS),
        "iam-user-unused-credentials-check": ("maxCredentialUsageAge", unused_days, UNUSED_DAYS),
    }
    return tuple(
        _with_period(rule, *periods[rule.name]) if rule.name in periods else rule
        for rule in rule_table()
        if rule.topic == ROOT_AND_IAM
    )


def resource_rules(*, region: str, home: bool, off: Sequence[str] = ()) -> tuple[ManagedRule, ...]:
    """Give the rules about resources for one Region.

    Args:
        region: the Region.
        home: it is the home Region, where rules about the account belong.
        off: names of rules that are left out.
    """
    return tuple(
        rule
        for rule in rule_table()
        if rule.topic != ROOT_AND_IAM
        and rule.name not in off
        and (home or not rule.account)
        and rule.is_offered(region)
    )


def missing_rules(
    rules: Sequence[ManagedRule], standards: Sequence[Standard]
) -> Iterator[ManagedRule]:
    """Give the rules that no standard of Security Hub evaluates.

    Args:
        rules: rules of :func:`managed_rules` or :func:`resource_rules`.
        standards: standards that are on; none where Security Hub is off.
    """
    return (rule for rule in rules if not rule.is_evaluated(standards))


def _with_period(rule: ManagedRule, parameter: str, days: int, usual: int) -> ManagedRule:
    """Give a rule its period; Security Hub has none that is stricter than usual."""
    covered = rule.covered_by if days >= usual else ()
    return replace(rule, parameters={parameter: str(days)}, covered_by=covered)


def _rule(row: Mapping[str, Any]) -> ManagedRule:
    values = dict(row)
    controls = tuple(values.pop("controls"))
    covered = values.pop("covered_by", [controls] if controls else [])
    unknown = {control for group in covered for control in group} - standards_by_control().keys()
    if unknown:
        raise BaselineError(f"{values['name']} names {sorted(unknown)}; add them to the controls")
    for key, allowed in (("topic", Topic), ("severity", Severity)):
        if values[key] not in get_args(allowed):
            raise BaselineError(f"{values['name']} has {key} {values[key]!r}; {get_args(allowed)}")
    fix = values.pop("remediation", None)
    if fix is not None:
        fix = Remediation(**{**fix, "permissions": tuple(fix["permissions"])})
    return ManagedRule(
        **{**values, "types": tuple(values["types"])},
        controls=controls,
        covered_by=tuple(tuple(group) for group in covered),
        remediation=fix,
    )
