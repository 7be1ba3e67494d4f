"""The AWS managed rules of the baseline, as data, and which control of Security Hub asks the same.

The table is ``data/config_rules.json``; which standard has which control is
``data/security_hub_controls.json``. Packs, messages and the page in docs/ are made from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from baseline.config.capabilities import Standard
from baseline.config.config_rules import Severity, Topic
from baseline.config.regions import table as regions
from baseline.errors import BaselineError

DATA = Path(__file__).parent / "data"

KEY_AGE_DAYS = 90
UNUSED_DAYS = 45

ROOT_AND_IAM: Topic = "root-and-iam"

LATE_REGION = "ap-northeast-3"
"""The one Region that is on by default and gets rules years after the others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remediation:
    """What AWS Systems Manager Automation does about a resource that fails a rule.

    Attributes:
        document: runbook of AWS.
        parameter: its parameter that takes the ID of the resource.
        permissions: actions that the runbook calls.
        effect: what is changed.
    """

    document: str
    parameter: str
    permissions: tuple[str, ...]
    effect: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ManagedRule:
    """One rule.

    Attributes:
        name: name of the rule, as the AWS Config Developer Guide spells it.
        identifier: source identifier of the rule.
        topic: what it is about.
        severity: that of the control in Security Hub, or ours where there is none.
        controls: Security Hub controls that ask the same; none where there is none.
        covered_by: groups of controls; where all of one group are evaluated, so is the rule.
        types: resource types that it looks at when they change; none where it runs periodically.
        parameters: input parameters.
        account: it is about the account, and is needed in one Region only.
        everywhere: AWS documents it for every Region.
        remedy: what to do.
        remediation: what can be done automatically and safely; nothing by default.
    """

    name: str
    identifier: str
    topic: Topic
    severity: Severity
    controls: tuple[str, ...] = ()
    covered_by: tuple[tuple[str, ...], ...] = ()
    types: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    account: bool = False
    everywhere: bool = False
    remedy: str = ""
    remediation: Remediation | None = None

    @property
    def id(self) -> str:
        """Logical ID in the conformance pack."""
        return self.name.title().replace("-", "")

    @property
    def told(self) -> Severity:
        """Severity that people hear it with where Security Hub is off.

        Of credentials at least high: without Security Hub nothing else tells of them.
        """
        if self.topic == ROOT_AND_IAM and self.severity != "critical":
            return "high"
        return self.severity

    def is_evaluated(self, standards: Sequence[Standard]) -> bool:
        """Tell whether Security Hub evaluates the same with these standards."""
        known, on = standards_by_control(), set(standards)
        return any(
            group and all(on & known[control] for control in group) for group in self.covered_by
        )

    def is_offered(self, region: str) -> bool:
        """Tell whether a pack may hold the rule in a Region: one unknown rule fails a whole pack.

        AWS documents per rule where it is missing. Those are Regions that accounts have to
        enable, and Osaka; there only rules are used that are documented for every Region.
        """
        row = regions().get(region)
        usual = row is not None and not row.opt_in and region != LATE_REGION
        return self.account or self.everywhere or usual


@cache
def standards_by_control() -> Mapping[str, frozenset[Standard]]:
    """Give the standards that have a control, by control ID.

    Source: AWS Security Hub User Guide, "Control reference for Security Hub CSPM".
    """
    rows = json.loads((DATA / "security_hub_controls.json").read_text(encoding="utf-8"))
    known = frozenset(get_args(Standard))
    for control, standards in rows.items():
        if not set(standards) <= known:
            raise BaselineError(f"{control} names {standards}; known are {sorted(known)}")
    return MappingProxyType({control: frozenset(names) for control, names in rows.items()})


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
