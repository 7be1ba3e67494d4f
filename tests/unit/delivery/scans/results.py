"""A result of a scan, made of the recorded reports."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding, Severity, fingerprinted
from baseline.delivery.scans.parsing import parse_pip_audit, parse_semgrep, parse_wapiti
from baseline.delivery.scans.reports import Result
from baseline.delivery.scans.scanning import write

RECORDED = Path(__file__).parent / "recorded"
WHEN = dt.datetime(2026, 11, 22, 19, 45, 1, 250_000, tzinfo=dt.UTC)


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))


def findings(scan: Scan) -> list[ScanFinding]:
    if scan is Scan.SAST:
        found = parse_semgrep(recorded("semgrep"), lambda path: path.removeprefix("/src/"))
    elif scan is Scan.DEPENDENCIES:
        found = parse_pip_audit(recorded("pip-audit"), "requirements.txt")
    else:
        found = parse_wapiti(recorded("wapiti"))
    return fingerprinted(found, Path("/nowhere"))


def result(scan: Scan = Scan.SAST, *, when: dt.datetime = WHEN, **changes: Any) -> Result:
    given = Result(
        scan=scan,
        project="shop",
        scanned="2 Python files",
        threshold=Severity.HIGH,
        findings=findings(scan),
        tools={"semgrep": "1.182.0", "bandit": "1.9.4"}
        if scan is Scan.SAST
        else {"wapiti": "3.2.3"},
        notes=[],
        when=when,
    )
    return replace(given, **changes)


def written(folder: Path, *results: Result) -> Path:
    for each in results:
        write(each, {"tool.json": "{}"}, folder)
    return folder
