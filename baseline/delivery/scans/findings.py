"""A finding as all scans have it, whatever tool found it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

LONGEST_LINE = 400


class Scan(StrEnum):
    """What is scanned for."""

    SAST = "sast"
    SECRETS = "secrets"
    DEPENDENCIES = "dependencies"
    LICENSES = "licenses"
    SBOM = "sbom"
    DAST = "dast"


class Severity(StrEnum):
    """How bad a finding is; the order is that of the members, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Give 0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Say whether this is at least as bad as the threshold."""
        return self.rank <= threshold.rank


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanFinding:
    """A finding of a tool.

    Attributes:
        scan: the scan that looked.
        tool: the tool that found it.
        rule: the tool's name of what it found.
        severity: by the table of the tool.
        title: one line for lists.
        message: what is wrong; never a secret.
        path: file, relative to the repository, or path of the URL.
        line: line from 1; none where there are no lines.
        subject: what in it: package and version, method and parameter; part of the fingerprint.
        cwe: ``CWE-89`` and so on, where the tool says so.
        fix: what to do, where the tool says so.
        references: addresses to read on.
        package: name of the package, in scans of dependencies.
        version: its version.
        fixed_versions: versions without the finding.
        fingerprint: what the finding is recognized by in the next run; not by its line number.
        accepted: reason of the suppression that accepts it; empty where it counts.
    """

    scan: Scan
    tool: str
    rule: str
    severity: Severity
    title: str
    message: str
    path: str
    line: int | None = None
    subject: str = ""
    cwe: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    package: str = ""
    version: str = ""
    fixed_versions: tuple[str, ...] = ()
    fingerprint: str = ""
    accepted: str = ""

    @property
    def place(self) -> str:
        """Give ``path:line``, or the path."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


def fingerprinted(findings: Iterable[ScanFinding], folder: Path) -> list[ScanFinding]:
    """Give the findings with their fingerprints, worst first.

    The fingerprint is a hash of tool, rule, path, subject and the text of the line, so it stays when
    lines above change; the second of two findings that agree in all of that gets the number 2.

    Args:
        findings: the findings, their paths relative to ``folder``.
        folder: where the files stand.
    """
    seen: Counter[str] = Counter()
    texts: dict[str, Sequence[str]] = {}
    result = []
    for each in sorted(findings, key=lambda f: (f.path, f.line or 0, f.tool, f.rule, f.subject)):
        # A secret has its own hash as subject; its line would tell of it.
        line = "" if each.line is None or each.subject else _line(folder, each, texts)
        base = f"{each.tool}\n{each.rule}\n{each.path}\n{each.subject}\n{line}"
        seen[base] += 1
        value = hashlib.sha256(f"{base}\n{seen[base]}".encode()).hexdigest()
        result.append(replace(each, fingerprint=value))
    return sorted(result, key=lambda f: (f.severity.rank, f.path, f.line or 0, f.tool, f.rule))


def _line(folder: Path, finding: ScanFinding, texts: dict[str, Sequence[str]]) -> str:
    if finding.path not in texts:
        try:
            text = (folder / finding.path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        texts[finding.path] = text.splitlines()
    lines, number = texts[finding.path], finding.line or 0
    return lines[number - 1].strip()[:LONGEST_LINE] if 0 < number <= len(lines) else ""
