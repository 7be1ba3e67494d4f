"""A scan from the request to the files it leaves."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from baseline import __version__
from baseline.delivery.scans.engines import SCANS, Outcome, Request
from baseline.delivery.scans.findings import Scan, Severity, fingerprinted
from baseline.delivery.scans.reports import (
    Result,
    as_asff,
    as_junit,
    as_sarif,
    as_summary,
)
from baseline.delivery.scans.reports.asff import checked_project
from baseline.delivery.scans.suppressions import Suppression, apply
from baseline.delivery.scans.tools import tools
from baseline.errors import BaselineError

FINDINGS_FILE = "findings.json"
ASFF_FILE = "asff.json"


def scan(
    kind: Scan,
    request: Request,
    *,
    threshold: Severity,
    suppressions: Sequence[Suppression],
    project: str | None,
    now: dt.datetime,
) -> tuple[Result, dict[str, str]]:
    """Do a scan.

    Args:
        kind: which one.
        request: what is scanned, and how.
        threshold: severity from which it fails.
        suppressions: what is accepted.
        project: name that stays the same from run to run; by default that of the folder or host.
        now: the time.

    Returns:
        The result, and the raw reports of the tools by name of the file.

    Raises:
        ScanError: the scan could not be done.
        BaselineError: the project has a name that no finding can bear.
    """
    name = checked_project(project or _name(kind, request.target))
    outcome: Outcome = SCANS[kind](request)
    judged = apply(
        fingerprinted(outcome.findings, outcome.folder),
        suppressions,
        tools=outcome.tools,
        today=now.date(),
    )
    result = Result(
        scan=kind,
        project=name,
        scanned=outcome.scanned,
        threshold=threshold,
        findings=judged.findings,
        tools={tool: _version(tool) for tool in outcome.tools},
        notes=[*outcome.notes, *judged.notes],
        when=now,
    )
    return result, outcome.raw


def write(result: Result, raw: dict[str, str], folder: Path) -> Path:
    """Write the reports of a scan into a folder of its own, in place of those of the last run.

    Returns:
        The folder: ``findings.json``, ``results.sarif``, ``asff.json``, ``junit.xml``,
        ``summary.md`` and, in ``raw``, the reports of the tools.

    Raises:
        BaselineError: the folder cannot be written.
    """
    home = folder / result.scan.value
    files = {
        FINDINGS_FILE: json.dumps(result.as_dict(), indent=2),
        "results.sarif": as_sarif(result),
        ASFF_FILE: json.dumps(as_asff(result), indent=2),
        "junit.xml": as_junit(result),
        "summary.md": as_summary(result),
        **{f"raw/{name}": text for name, text in raw.items()},
    }
    try:
        (home / "raw").mkdir(parents=True, exist_ok=True)
        for old in (home / "raw").iterdir():
            old.unlink()
        for name, text in files.items():
            (home / name).write_text(f"{text.rstrip()}\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(
            f"{home} cannot be written: {error.strerror or error}; name another folder (--output)"
        ) from None
    return home


def _version(tool: str) -> str:
    return tools()[tool].version if tool in tools() else __version__


def _name(kind: Scan, target: str) -> str:
    name = urlsplit(target).hostname if kind is Scan.DAST else Path(target).absolute().name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name or "").strip("-._") or "project"
