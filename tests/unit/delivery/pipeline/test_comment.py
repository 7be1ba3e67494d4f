"""The jobs that comment: their scripts really post the review, once a change, and forks get no token."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from baseline.delivery.platform_files.comment import LENGTH, MARK
from tests.support import ROOT

EXAMPLES = ROOT / "examples" / "delivery"
TOKEN = "a-token-of-the-job"
REVIEW = (
    "## Security review: 1 to look at, 0 to know\n\n- **look:** `app/Group` “opens” `tcp 22` 🔓\n"
)
SOMEBODY, OWN = 7, 42

pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None or shutil.which("curl") is None,
    reason="the runners have jq and curl",
)


class Platform(ThreadingHTTPServer):
    """Comments of one change, as both platforms keep them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str]] = []
        self.tokens: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, body: str, *, author: int) -> int:
        login = "github-actions[bot]" if author == OWN else "somebody"
        row = {"id": len(self.comments) + 1, "body": body, "user": {"login": login}}
        self.comments.append({**row, "author": {"id": author}})
        return len(self.comments)


class Handler(BaseHTTPRequestHandler):
    server: Platform

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _note(self) -> dict[str, Any]:
        self.server.asked.append((self.command, self.path))
        self.server.tokens.add(self.headers.get("Authorization") or self.headers["PRIVATE-TOKEN"])
        length = int(self.headers.get("Content-Length") or 0)
        return dict(json.loads(self.rfile.read(length))) if length else {}

    def do_GET(self) -> None:
        self._note()
        self._answer({"id": OWN} if self.path.endswith("/user") else self.server.comments)

    def do_POST(self) -> None:
        self.server.add(self._note()["body"], author=OWN)
        self._answer({})

    def _write_again(self) -> None:
        body = self._note()["body"]
        self.server.comments[int(self.path.rpartition("/")[2]) - 1]["body"] = body
        self._answer({})

    do_PATCH = do_PUT = _write_again  # noqa: N815 - names of the base class


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def github_job() -> dict[str, Any]:
    document = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    return dict(document["jobs"]["review"])


def gitlab_file() -> dict[str, Any]:
    return dict(yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8")))


def comment(platform: Platform, folder: Path, kind: str, review: str = REVIEW) -> Any:
    """Run the script of a job as its runner does, in a folder with the report and nothing else."""
    (folder / "reports" / "review").mkdir(parents=True, exist_ok=True)
    (folder / "reports" / "review" / "review.md").write_text(review, encoding="utf-8")
    if kind == "github":
        script = next(row["run"] for row in github_job()["steps"] if "run" in row)
        environment = {
            "GITHUB_API_URL": platform.url,
            "GITHUB_REPOSITORY": "acme/baseline",
            "CHANGE": "12",
            "GH_TOKEN": TOKEN,
        }
    else:
        (script,) = gitlab_file()["review"]["script"]
        environment = {
            "CI_API_V4_URL": f"{platform.url}/api/v4",
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "12",
            "COMMENT_TOKEN": TOKEN,
        }
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


KINDS = pytest.mark.parametrize("kind", ["github", "gitlab"])


@KINDS
def test_the_review_is_posted_as_it_was_written(
    platform: Platform, tmp_path: Path, kind: str
) -> None:
    done = comment(platform, tmp_path, kind)
    assert done.returncode == 0, done.stderr
    assert [row["body"] for row in platform.comments] == [f"{MARK}\n{REVIEW}"]
    method, path = platform.asked[-1]
    assert (method, path) == (
        ("POST", "/repos/acme/baseline/issues/12/comments")
        if kind == "github"
        else ("POST", "/api/v4/projects/3/merge_requests/12/notes")
    )
    assert platform.tokens == {f"Bearer {TOKEN}" if kind == "github" else TOKEN}


@KINDS
def test_the_next_version_writes_the_same_comment_again(
    platform: Platform, tmp_path: Path, kind: str
) -> None:
    platform.add("Please have a look", author=SOMEBODY)
    for review in ("first\n", "second\n"):
        assert comment(platform, tmp_path, kind, review).returncode == 0
    assert [row["body"] for row in platform.comments] == [
        "Please have a look",
        f"{MARK}\nsecond\n",
    ]


@KINDS
def test_a_comment_of_somebody_else_is_left_alone(
    platform: Platform, tmp_path: Path, kind: str
) -> None:
    platform.add(f"{MARK}\nnothing noteworthy, believe me", author=SOMEBODY)
    assert comment(platform, tmp_path, kind).returncode == 0
    assert [row["body"] for row in platform.comments] == [
        f"{MARK}\nnothing noteworthy, believe me",
        f"{MARK}\n{REVIEW}",
    ]


@KINDS
def test_a_long_review_is_cut_between_characters(
    platform: Platform, tmp_path: Path, kind: str
) -> None:
    assert comment(platform, tmp_path, kind, "🔓" * 70_000).returncode == 0
    assert platform.comments[0]["body"] == f"{MARK}\n{'🔓' * LENGTH}"


@KINDS
def test_nothing_of_a_review_is_code(platform: Platform, tmp_path: Path, kind: str) -> None:
    odd = "`$(touch owned)` \"'; touch owned #\n"
    assert comment(platform, tmp_path, kind, odd).returncode == 0
    assert platform.comments[0]["body"] == f"{MARK}\n{odd}"
    assert not (tmp_path / "owned").exists()


@KINDS
def test_a_platform_that_refuses_fails_the_job(tmp_path: Path, kind: str) -> None:
    class Away:
        url = "http://127.0.0.1:9"

    done = comment(Away(), tmp_path, kind)  # type: ignore[arg-type]
    assert done.returncode != 0
    assert TOKEN not in done.stdout + done.stderr


def test_a_fork_gets_no_token_that_may_write_on_github() -> None:
    document = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    # pull_request_target would run with the rights of the base repository.
    assert set(document[True]) == {"pull_request", "push"}
    for name, job in document["jobs"].items():
        if "write" in job["permissions"].values():
            pushed = "github.event_name == 'push'" in job["if"]
            own = "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]
            assert pushed or own, name


def test_the_job_that_writes_runs_no_code_of_the_change() -> None:
    job = github_job()
    assert job["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in row.get("uses", "") for row in job["steps"])
    assert gitlab_file()["review"]["variables"] == {"GIT_STRATEGY": "none"}


def test_a_fork_gets_no_pipeline_with_the_variables_of_the_project_on_gitlab() -> None:
    document = gitlab_file()
    own = "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"
    changes = [
        rule["if"] for rule in document["workflow"]["rules"] if "merge_request_event" in rule["if"]
    ]
    assert changes
    assert all(own in rule for rule in changes)
    assert all(own in rule["if"] for rule in document["review"]["rules"])
