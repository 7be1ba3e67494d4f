"""Scans of source: semgrep and bandit for flaws, detect-secrets for secrets."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from baseline.delivery.scans.engines.history import past_files
from baseline.delivery.scans.engines.request import Outcome, Request
from baseline.delivery.scans.engines.sources import counted, in_parts, relative_to, sources
from baseline.delivery.scans.findings import ScanFinding
from baseline.delivery.scans.parsing import parse_bandit, parse_detect_secrets, parse_semgrep
from baseline.delivery.scans.parsing.source import without_literal
from baseline.delivery.scans.running import ScanError, as_json, run

# Notes on imports, whose calls have rules of their own, and on calls without a shell: no flaws.
BANDIT_SKIPPED = "B403,B404,B405,B406,B407,B408,B409,B603,B607"
SECRET_OPTIONS = [
    # A found secret is never sent to the service it may belong to.
    "--no-verify",
    # A comment accepts a secret without a reason, an owner and an end.
    "--disable-filter",
    "detect_secrets.filters.allowlist.is_line_allowlisted",
]


def sast(request: Request) -> Outcome:
    """Look for flaws in Python source, with the rules of this package and bandit's.

    Comments that switch a tool off (``nosec``, ``nosemgrep``) have no effect: suppressions stand in
    a file, with an end.

    Raises:
        ScanError: there is no Python, or a tool failed.
    """
    folder, found = sources(request.target)
    python = [each for each in found if each.suffix == ".py"]
    if not python:
        raise ScanError(f"{request.target} holds no Python file; nothing was scanned")
    relative = partial(relative_to, folder)
    semgrep = _semgrep(request, python)
    bandit = _bandit(request, python)
    findings = [each for part in semgrep for each in parse_semgrep(part, relative)]
    findings += [each for part in bandit for each in parse_bandit(part, relative)]
    return Outcome(
        findings=findings,
        raw={
            "semgrep.json": _text(semgrep),
            "bandit.json": _text(list(map(without_source, bandit))),
        },
        tools=("semgrep", "bandit"),
        scanned=counted(len(python), "Python file"),
        notes=_unread(semgrep, python, folder),
        folder=folder,
    )


def _unread(reports: Sequence[Any], python: Sequence[Path], folder: Path) -> list[str]:
    """Tell which files semgrep left out, such as those of more than a megabyte.

    Raises:
        ScanError: it read none.
    """
    named = {name for report in reports for name in report["paths"]["scanned"]}
    read = {relative_to(folder, name) for name in named}
    unread = [
        each for each in (relative_to(folder, str(path)) for path in python) if each not in read
    ]
    if len(unread) == len(python):
        raise ScanError(f"semgrep read none of {len(python)} files, {unread[0]} among them")
    shown = ", ".join(unread[:5])
    return [f"semgrep did not read {counted(len(unread), 'file')}: {shown}"] if unread else []


def _semgrep(request: Request, found: Sequence[Path]) -> list[Any]:
    program = request.toolbox.program("semgrep")
    options = ["scan", "--json", "--metrics=off", "--disable-version-check", "--disable-nosem"]
    options += [
        "--quiet",
        "--jobs=2",
        "--x-ignore-semgrepignore-files",
        "--scan-unknown-extensions",
    ]
    with as_file(files("baseline.delivery.scans").joinpath("rules")) as rules:
        options += ["--config", str(rules)]
        if request.rules is not None:
            if not request.rules.exists():
                raise ScanError(f"{request.rules} does not exist; name a file or folder of rules")
            options += ["--config", str(request.rules)]
        return [
            as_json(
                "semgrep",
                run("semgrep", [program, *options, *part], fine=[0, 1], seconds=request.seconds),
            )
            for part in in_parts(found)
        ]


def _bandit(request: Request, found: Sequence[Path]) -> list[Any]:
    command = [request.toolbox.program("bandit"), "--quiet", "--format", "json", "--ignore-nosec"]
    command += ["--skip", BANDIT_SKIPPED]
    return [
        as_json("bandit", run("bandit", [*command, *part], fine=[0, 1], seconds=request.seconds))
        for part in in_parts(found)
    ]


def without_source(report: dict[str, Any]) -> dict[str, Any]:
    """Give bandit's report without excerpts of the source and messages that quote a password."""
    results = [
        {
            **{key: value for key, value in row.items() if key != "code"},
            "issue_text": without_literal(row["test_id"], row["issue_text"]),
        }
        for row in report["results"]
    ]
    return {**report, "results": results}


def secrets(request: Request) -> Outcome:
    """Look for secrets in all files, and in all commits if that is asked for.

    Raises:
        ScanError: there are no files, or the tool failed.
    """
    folder, found = sources(request.target)
    reports, findings = _detect_secrets(request, found, folder)
    scanned = counted(len(found), "file")
    if request.history:
        with tempfile.TemporaryDirectory() as temporary:
            past = past_files(Path(request.target).absolute(), Path(temporary))
            names = {path.name: name for path, name in past.items()}
            more, old = _detect_secrets(request, list(past), Path(temporary))
        old = [replace(each, path=names[each.path]) for each in old]
        reports += more
        findings += old
        scanned += f" and {counted(len(past), 'version')} of the past"
    return Outcome(
        findings=findings,
        raw={"detect-secrets.json": _text(reports)},
        tools=("detect-secrets",),
        scanned=scanned,
        folder=folder,
    )


def _detect_secrets(
    request: Request, found: Sequence[Path], folder: Path
) -> tuple[list[Any], list[ScanFinding]]:
    command = [request.toolbox.program("detect-secrets"), "scan", *SECRET_OPTIONS, "--all-files"]
    reports = []
    # It leaves out, without a word, what lies outside of its working directory.
    for part in in_parts([path.relative_to(folder) for path in found]):
        text = run(
            "detect-secrets",
            [*command, "--", *part],
            fine=[0],
            seconds=request.seconds,
            folder=folder,
        )
        reports.append(as_json("detect-secrets", text))
    relative = partial(relative_to, folder)
    findings = [each for report in reports for each in parse_detect_secrets(report, relative)]
    return reports, findings


def _text(reports: list[Any]) -> str:
    """Give the report, or the list of them where the files needed several runs."""
    return json.dumps(reports[0] if len(reports) == 1 else reports, indent=1)
