"""Flags that answer every question, for tests that change one of them."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from baseline.cli.application import application

ORGANIZATION: dict[str, tuple[str, ...]] = {
    "--scope": ("organization",),
    "--organization-id": ("o-exampleorgid",),
    "--root-id": ("r-exam",),
    "--email-domain": ("example.com",),
    "--home-region": ("eu-west-1",),
    "--account": (
        "management=111111111111",
        "log_archive=222222222222",
        "security=333333333333",
        "network=444444444444",
        "shared_services=999999999999",
    ),
    "--account-email": (
        "management=aws-management@example.com",
        "log_archive=aws-log-archive@example.com",
        "security=aws-security@example.com",
        "network=aws-network@example.com",
        "shared_services=aws-shared-services@example.com",
    ),
    "--contact": (
        "security=security@example.com",
        "operations=operations@example.com",
        "billing=billing@example.com",
    ),
    "--phone": ("+4930123450",),
}
STANDALONE: dict[str, tuple[str, ...]] = {
    "--scope": ("standalone",),
    "--account-id": ("121212121212",),
    "--root-email": ("aws@example.com",),
    **{
        flag: ORGANIZATION[flag]
        for flag in ("--email-domain", "--home-region", "--contact", "--phone")
    },
}


def arguments(flags: dict[str, tuple[str, ...]]) -> list[str]:
    """Give flags as arguments."""
    return [part for flag, rows in flags.items() for row in rows for part in (flag, row)]


def changed(
    flags: dict[str, tuple[str, ...]], **changes: tuple[str, ...] | None
) -> dict[str, tuple[str, ...]]:
    """Give flags with others (``home_region=("x",)``), None to leave one out."""
    renamed = {f"--{name.rstrip('_').replace('_', '-')}": rows for name, rows in changes.items()}
    merged = {**flags, **renamed}
    return {flag: rows for flag, rows in merged.items() if rows is not None}


def run(directory: Path, flags: dict[str, tuple[str, ...]], *more: str) -> Result:
    """Run ``baseline init`` without a terminal."""
    return CliRunner().invoke(
        application, ["init", str(directory), "--yes", *arguments(flags), *more]
    )


def written(result: Result) -> dict[str, str]:
    """Give the purposes of the files that a run with ``--json`` wrote, by the end of their path."""
    assert result.exit_code == 0, result.output
    return {row["path"]: row["purpose"] for row in json.loads(result.stdout)["files"]}
