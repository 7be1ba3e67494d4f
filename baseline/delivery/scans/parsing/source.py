"""Tools that read source: semgrep, bandit, detect-secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding
from baseline.delivery.scans.parsing.shape import first_line, report_of
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.severities import severity_of

Relative = Callable[[str], str]
"""Gives a path as findings have it, from the path that a tool names."""

REVOKE = "Revoke it at its service, then take it from Secrets Manager or a role."


def parse_semgrep(report: Any, relative: Relative) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``semgrep scan --json`` wrote.

    Raises:
        ScanError: a rule or a whole file could not be read, or the report has another shape.
    """
    with report_of("semgrep"):
        for error in report["errors"]:
            if error["level"] == "error":
                raise ScanError(f"semgrep: {first_line(error['message'])}")
        return [_semgrep(each, relative) for each in report["results"]]


def _semgrep(result: dict[str, Any], relative: Relative) -> ScanFinding:
    extra, rule = result["extra"], result["check_id"].rpartition(".")[2]
    metadata = extra.get("metadata", {})
    cwe = metadata.get("cwe", "")
    cwe = cwe[0] if isinstance(cwe, list) and cwe else cwe
    return ScanFinding(
        scan=Scan.SAST,
        tool="semgrep",
        rule=rule,
        severity=severity_of("semgrep", rule, metadata.get("severity") or extra["severity"]),
        title=first_line(extra["message"].partition(". ")[0].rstrip(".")),
        message=first_line(extra["message"], 900),
        path=relative(result["path"]),
        line=result["start"]["line"],
        cwe=str(cwe).partition(":")[0],
    )


def parse_bandit(report: Any, relative: Relative) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``bandit --format json`` wrote.

    Raises:
        ScanError: a file could not be read, or the report has another shape.
    """
    with report_of("bandit"):
        for error in report["errors"]:
            raise ScanError(f"bandit cannot read {relative(error['filename'])}: {error['reason']}")
        return [
            ScanFinding(
                scan=Scan.SAST,
                tool="bandit",
                rule=each["test_id"],
                severity=severity_of("bandit", each["test_id"], each["issue_severity"]),
                title=first_line(
                    without_literal(each["test_id"], each["issue_text"])
                    .partition(". ")[0]
                    .rstrip(".")
                ),
                # The rest of the message of these is the password itself.
                message=first_line(without_literal(each["test_id"], each["issue_text"]), 900),
                path=relative(each["filename"]),
                line=each["line_number"],
                cwe=f"CWE-{each['issue_cwe']['id']}" if each["issue_cwe"] else "",
                references=(each["more_info"],),
            )
            for each in report["results"]
        ]


def without_literal(rule: str, text: str) -> str:
    """Give bandit's message of a rule without the password that it quotes."""
    return text.partition(":")[0] if rule in {"B105", "B106", "B107"} else text


def parse_detect_secrets(report: Any, relative: Relative) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``detect-secrets scan`` wrote; of a secret it has a hash only.

    Raises:
        ScanError: the report has another shape.
    """
    with report_of("detect-secrets"):
        return [
            ScanFinding(
                scan=Scan.SECRETS,
                tool="detect-secrets",
                rule=secret["type"],
                severity=severity_of("detect-secrets", secret["type"], ""),
                title=f"{secret['type']} in the source",
                message=f"{secret['type']}: what stands here looks like a secret. {REVOKE}",
                path=relative(path),
                line=secret["line_number"],
                # Hashed again: from SHA-1 a short secret can be found out.
                subject=hashlib.sha256(secret["hashed_secret"].encode()).hexdigest()[:16],
                cwe="CWE-798",
                fix=REVOKE,
            )
            for path, secrets in report["results"].items()
            for secret in secrets
        ]
