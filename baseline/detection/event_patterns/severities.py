"""Severities: how Security Hub and GuardDuty rate a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Severity:
    """A severity as Security Hub and GuardDuty write it.

    Attributes:
        name: name in configuration, such as ``critical``.
        label: ``Severity.Label`` of a Security Hub finding.
        guardduty_from: lowest GuardDuty severity, itself included.
        guardduty_below: GuardDuty severity that belongs to the next severity; none for the highest.
    """

    name: str
    label: str
    guardduty_from: float
    guardduty_below: float | None


SEVERITIES: Mapping[str, Severity] = MappingProxyType(
    {
        severity.name: severity
        for severity in (
            Severity(name="critical", label="CRITICAL", guardduty_from=9, guardduty_below=None),
            Severity(name="high", label="HIGH", guardduty_from=7, guardduty_below=9),
            Severity(name="medium", label="MEDIUM", guardduty_from=4, guardduty_below=7),
        )
    }
)
"""Severities that can be notified, highest first.

Source: Amazon GuardDuty User Guide, "Severity levels of GuardDuty findings"; AWS Security Hub API
Reference, "Severity".
"""
