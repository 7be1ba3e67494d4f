"""The result of a scan, as all reports take it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """A scan that came to its end.

    Attributes:
        scan: which scan.
        project: what was scanned, by a name that stays the same from run to run.
        scanned: what was scanned, for people.
        threshold: the severity from which the scan fails.
        findings: the findings with fingerprints, worst first.
        tools: the tools that ran, with their versions.
        notes: what people should know besides.
        when: the time of the scan, in UTC.
    """

    scan: Scan
    project: str
    scanned: str
    threshold: Severity
    findings: list[ScanFinding]
    tools: dict[str, str]
    notes: list[str]
    when: dt.datetime

    @property
    def open(self) -> list[ScanFinding]:
        """Give the findings that nobody accepted."""
        return [each for each in self.findings if not each.accepted]

    @property
    def failing(self) -> list[ScanFinding]:
        """Give the findings for which the scan fails."""
        return [each for each in self.open if each.severity.reaches(self.threshold)]

    @property
    def counts(self) -> dict[str, int]:
        """Give the number of open findings by severity, worst first."""
        counted = Counter(each.severity for each in self.open)
        return {severity.value: counted[severity] for severity in Severity}

    def as_dict(self) -> dict[str, Any]:
        """Give the result as plain values."""
        return {
            "scan": self.scan.value,
            "project": self.project,
            "scanned": self.scanned,
            "threshold": self.threshold.value,
            "failed": bool(self.failing),
            "counts": self.counts,
            "accepted": len(self.findings) - len(self.open),
            "tools": self.tools,
            "notes": self.notes,
            "when": self.when.isoformat(),
            "findings": [asdict(each) for each in self.findings],
        }
