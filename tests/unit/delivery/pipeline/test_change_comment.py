"""The comment: what is sent where, run by a shell with a `curl` that writes down what it gets."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest

from baseline.delivery.change_comment import ChangeComment
from baseline.delivery.steps import script
from tests.unit.delivery.pipeline.conftest import SECRET

CURL = """#!/bin/bash
cat > header
printf '%s\\n' "$@" > arguments
"""
REPORT = 'Opened: `0.0.0.0/0` on "22"\n$(id) %s \\ end'
TOKEN = "not-a-token"


def post(
    folder: Path, comment: ChangeComment, repository: str, *, change: str = "17", text: str = REPORT
) -> subprocess.CompletedProcess[str]:
    (folder / "tools").mkdir()
    curl = folder / "tools/curl"
    curl.write_text(CURL)
    curl.chmod(0o755)
    report = folder / "reports/review/review.md"
    report.parent.mkdir(parents=True)
    report.write_text(text)
    return subprocess.run(
        ["bash", "-c", script(comment.commands(repository))],
        cwd=folder,
        env={
            "PATH": f"{folder / 'tools'}:{os.environ['PATH']}",
            "CHANGE": change,
            "COMMENT_TOKEN": TOKEN,
        },
        check=False,
        capture_output=True,
        text=True,
    )


CASES: list[tuple[Literal["github", "gitlab", "bitbucket"], str, str, str, dict[str, Any]]] = [
    (
        "github",
        "acme/shop",
        "https://api.github.com/repos/acme/shop/issues/17/comments",
        f"Authorization: Bearer {TOKEN}",
        {"body": REPORT},
    ),
    (
        "gitlab",
        "acme/web/shop",
        "https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/merge_requests/17/notes",
        f"PRIVATE-TOKEN: {TOKEN}",
        {"body": REPORT},
    ),
    (
        "bitbucket",
        "acme/shop",
        "https://api.bitbucket.org/2.0/repositories/acme/shop/pullrequests/17/comments",
        f"Authorization: Bearer {TOKEN}",
        {"content": {"raw": REPORT}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_report_goes_to_the_change_as_it_is(
    tmp_path: Path,
    case: tuple[Literal["github", "gitlab", "bitbucket"], str, str, str, dict[str, Any]],
) -> None:
    provider, repository, url, header, body = case
    done = post(tmp_path, ChangeComment(provider=provider, secret=SECRET), repository)
    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments[-1] == url
    assert json.loads((tmp_path / "comment.json").read_text()) == body
    assert (tmp_path / "header").read_text() == header
    assert TOKEN not in "".join(arguments)


@pytest.mark.parametrize("change", ["", "17/../18", "$(id)", "#{Source.PullRequestId}"])
def test_without_the_number_of_a_change_nothing_is_sent(tmp_path: Path, change: str) -> None:
    comment = ChangeComment(provider="github", secret=SECRET)
    assert post(tmp_path, comment, "acme/shop", change=change).returncode != 0
    assert not (tmp_path / "arguments").exists()


def test_a_long_report_is_cut(tmp_path: Path) -> None:
    comment = ChangeComment(provider="github", secret=SECRET, host="git.example.com")
    assert post(tmp_path, comment, "acme/shop", text="x" * 100_000).returncode == 0
    assert len(json.loads((tmp_path / "comment.json").read_text())["body"]) == 60_000
    assert "https://git.example.com/repos/" in (tmp_path / "arguments").read_text()
