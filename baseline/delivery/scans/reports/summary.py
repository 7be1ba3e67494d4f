"""The summary in Markdown: a comment of a pull request."""

from __future__ import annotations

import re

from baseline.delivery.scans.findings import ScanFinding
from baseline.delivery.scans.reports.result import Result

SHOWN = 25
LONGEST_CELL = 160
# What Markdown or HTML would make something of: a file's name is others' text.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@])")


def as_summary(result: Result) -> str:
    """Give verdict, counts, the worst findings and what else is to be known."""
    failing = len(result.failing)
    verdict = f"failed: {failing} at or above {result.threshold}" if failing else "passed"
    lines = [f"### Scan `{result.scan}` {verdict}", "", _counts(result), ""]
    if result.open:
        lines += ["| Severity | Where | What | Rule |", "| --- | --- | --- | --- |"]
        lines += [_row(each) for each in result.open[:SHOWN]]
        if len(result.open) > SHOWN:
            lines += ["", f"… and {len(result.open) - SHOWN} more in the report."]
        lines.append("")
    lines += [f"- {_plain(note)}" for note in result.notes]
    tools = ", ".join(f"{name} {version}" for name, version in result.tools.items())
    lines += [
        *([""] if result.notes else []),
        f"Scanned: {_plain(result.scanned)}. Tools: {tools}.",
    ]
    return "\n".join(lines)


def _counts(result: Result) -> str:
    counted = ", ".join(f"{count} {name}" for name, count in result.counts.items())
    accepted = len(result.findings) - len(result.open)
    return f"{counted}; {accepted} accepted by suppressions."


def _row(finding: ScanFinding) -> str:
    cells = (finding.severity, finding.place, finding.title, f"{finding.tool} {finding.rule}")
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    line = " ".join(text.split())
    line = line if len(line) <= LONGEST_CELL else f"{line[: LONGEST_CELL - 1]}…"
    return _SPECIAL.sub(r"\\\1", line)
