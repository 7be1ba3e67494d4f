"""SARIF 2.1.0, which code hosts show beside the line."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from baseline.delivery.scans.findings import ScanFinding, Severity
from baseline.delivery.scans.reports.result import Result

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""The property ``security-severity``, by which GitHub sorts: its bounds are 9.0, 7.0 and 4.0."""


def as_sarif(result: Result) -> str:
    """Give one run for each tool; accepted findings are there as suppressed.

    Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
    """
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(result, tool, version) for tool, version in result.tools.items()],
    }
    return json.dumps(document, indent=2)


def _run(result: Result, tool: str, version: str) -> dict[str, Any]:
    mine = [each for each in result.findings if each.tool == tool]
    rules = {each.rule: each for each in mine}
    names = sorted(rules)
    return {
        "tool": {
            "driver": {
                "name": tool,
                "version": version,
                "rules": [_rule(rules[name]) for name in names],
            }
        },
        "automationDetails": {"id": f"{result.scan}/{tool}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "endTimeUtc": result.when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    {"level": "warning", "message": {"text": note}} for note in result.notes
                ],
            }
        ],
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, names.index(each.rule)) for each in mine],
    }


def _rule(finding: ScanFinding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.rule,
        "shortDescription": {"text": finding.title},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "tags": ["security", *([finding.cwe] if finding.cwe else [])],
            "security-severity": SCORES[finding.severity],
        },
    }
    if finding.fix:
        rule["help"] = {"text": finding.fix}
    if finding.references:
        rule["helpUri"] = finding.references[0]
    return rule


def _result(finding: ScanFinding, index: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.path.lstrip("/") or ".")}}
    if finding.line is not None:
        place["region"] = {"startLine": max(1, finding.line)}
    accepted = [{"kind": "external", "justification": finding.accepted}] if finding.accepted else []
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"baselineScan/v1": finding.fingerprint},
        "suppressions": accepted,
    }
