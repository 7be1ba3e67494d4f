"""ManagedRule: one rule of the table, who evaluates it already, and where AWS offers it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from baseline.config.config_rules import Severity, Topic
from baseline.config.regions import table as regions
from baseline.config.security_hub import Standard
from baseline.errors import BaselineError

CONTROLS = Path(__file__).parent / "data" / "security_hub_controls.json"

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
    rows = json.loads(CONTROLS.read_text(encoding="utf-8"))
    known = frozenset(get_args(Standard))
    for control, standards in rows.items():
        if not set(standards) <= known:
            raise BaselineError(f"{control} names {standards}; known are {sorted(known)}")
    return MappingProxyType({control: frozenset(names) for control, names in rows.items()})
