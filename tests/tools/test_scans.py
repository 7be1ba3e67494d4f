"""The scanners really run: each planted flaw of the sample application is found, its twin is clean."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.delivery.scans.tools import Toolbox, tools
from tests.tools.advisory_service import advisory_service

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "vulnerable_app"
BOX = Toolbox.named(None if os.environ.get("BASELINE_SCAN_TOOLS") else ROOT / ".venv-scan")
API_KEY = "key-of-the-test"
PLANTED: dict[str, list[dict[str, str]]] = yaml.safe_load(
    (SAMPLE / "planted.yaml").read_text("utf-8")
)
EXPECTED = [
    pytest.param(name, row, id=f"{name}-{row['tool']}")
    for name, rows in PLANTED.items()
    for row in rows
]
MISSING = [name for name, tool in tools().items() if BOX.state(tool) != "installed"]

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(
        bool(MISSING) and not os.environ.get("CI"),
        reason=f"{', '.join(MISSING)} not installed; run: make scan-tools",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Done:
    """A scan that ran: exit status, result, folder of the reports."""

    status: int
    result: dict[str, Any]
    folder: Path

    def rows(self) -> set[tuple[str, str, str, str]]:
        return {
            (each["tool"], each["rule"], each["path"], each["subject"])
            for each in self.result["findings"]
        }


def scanned(scan: str, target: str, output: Path, *options: str) -> Done:
    given = ["scan", scan, target, "--output", str(output), "--tools", str(BOX.folder)]
    given += ["--project", "sample", "--json", "--timeout", "240", *options]
    done = CliRunner().invoke(application, given)
    assert done.exit_code in {0, 1}, done.stderr or done.exception
    return Done(status=done.exit_code, result=json.loads(done.stdout), folder=output / scan)


@contextmanager
def running(which: str) -> Iterator[str]:
    """Run a sample application on a free loopback port and give its address."""
    process = subprocess.Popen(
        [sys.executable, str(SAMPLE / which / "app.py"), "--seconds", "300"],
        env={**os.environ, "SAMPLE_API_KEY": API_KEY},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def everything(which: str, output: Path) -> dict[str, Done]:
    folder = str(SAMPLE / which)
    with advisory_service() as service:
        advisories = ("--advisories", "osv", "--osv-url", f"{service}/osv")
        done = {
            "sast": scanned("sast", folder, output),
            "secrets": scanned("secrets", folder, output),
            "dependencies": scanned("dependencies", folder, output, *advisories),
        }
    if which == "fixed":
        # The licenses are judged from a bill of materials as from the packages, which the other has.
        done["sbom"] = scanned("sbom", folder, output)
        folder = str(done["sbom"].folder / "raw" / "sbom-1.cdx.json")
    done["licenses"] = scanned("licenses", folder, output)
    with running(which) as url:
        # With the key of a caller the fixed API is tested behind its authentication, too.
        done["dast"] = scanned("dast", url, output, "--header", f"X-Api-Key: {API_KEY}")
    return done


@pytest.fixture(scope="module")
def vulnerable(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    return everything("vulnerable", tmp_path_factory.mktemp("vulnerable"))


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Done]:
    return everything("fixed", tmp_path_factory.mktemp("fixed"))


@pytest.mark.parametrize(("name", "row"), EXPECTED)
def test_what_is_planted_is_found(
    vulnerable: dict[str, Done], name: str, row: dict[str, str]
) -> None:
    path = SAMPLE / "vulnerable" / row.get("file", "")
    lines = path.read_text("utf-8").splitlines() if path.suffix == ".py" else []
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(f"# planted: {name}")]
    assert len(marked) == bool(lines)
    matching = [
        each
        for each in vulnerable[row["scan"]].result["findings"]
        if (each["tool"], each["rule"]) == (row["tool"], row["rule"])
        and each["path"] == row.get("path", path.relative_to(ROOT).as_posix())
        and each["subject"] == row.get("subject", each["subject"])
        and (not marked or each["line"] == marked[0])
    ]
    assert matching


def test_every_mark_of_the_source_is_planted() -> None:
    text = "".join(path.read_text("utf-8") for path in (SAMPLE / "vulnerable").glob("*.py"))
    assert set(re.findall(r"# planted: (\S+)", text)) | {
        "vulnerable-package",
        "denied-license",
    } == (set(PLANTED))


@pytest.mark.parametrize("scan", ["sast", "secrets", "dependencies", "licenses", "dast"])
def test_the_scan_fails_on_one_and_passes_on_the_other(
    vulnerable: dict[str, Done], fixed: dict[str, Done], scan: str
) -> None:
    assert vulnerable[scan].status == 1
    assert fixed[scan].rows() == set()
    assert fixed[scan].status == 0
    assert fixed[scan].result["notes"] == []


def test_no_report_holds_a_secret(vulnerable: dict[str, Done], fixed: dict[str, Done]) -> None:
    secrets = [API_KEY]
    for name in ("app.py", "reports.py"):
        text = (SAMPLE / "vulnerable" / name).read_text("utf-8")
        secrets += re.findall(r'"(\S+)"  # planted: hardcoded', text)
    assert len(secrets) == 4
    reports = [
        path
        for done in (*vulnerable.values(), *fixed.values())
        for path in done.folder.rglob("*")
        if path.is_file()
    ]
    assert len(reports) > 40
    assert [
        path.name for path in reports if any(each in path.read_text("utf-8") for each in secrets)
    ] == []


def test_the_rules_find_and_leave_alone_what_they_should() -> None:
    command = [BOX.program("semgrep"), "scan", "--test", "--metrics=off", "--json"]
    command += ["--disable-version-check", "--config", "baseline/delivery/scans/rules"]
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, "tests/tools/semgrep_rules"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    checks = {
        name.rpartition(".")[2]: check
        for file in report["results"].values()
        for name, check in file["checks"].items()
    }
    rules = {
        rule["id"]
        for path in (ROOT / "baseline/delivery/scans/rules").glob("*.yaml")
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]
    }
    assert set(checks) == rules
    assert [name for name, check in checks.items() if not check["passed"]] == []
    assert report["config_missing_tests"] == []


def test_a_bill_of_materials(fixed: dict[str, Done]) -> None:
    done = fixed["sbom"]
    assert done.status == 0
    bill = json.loads((done.folder / "raw" / "sbom-1.cdx.json").read_text("utf-8"))
    assert bill["specVersion"] == "1.6"
    assert {each["purl"] for each in bill["components"]} == {
        "pkg:pypi/jinja2@3.1.6",
        "pkg:pypi/markupsafe@3.0.3",
        "pkg:pypi/anyascii@0.3.3",
    }


def test_a_secret_of_the_past_is_found(tmp_path: Path) -> None:
    output = tmp_path.with_name("output")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for text in ("vulnerable", "fixed"):
        shutil.copy(SAMPLE / text / "reports.py", tmp_path / "reports.py")
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", text], check=True)
        if text == "vulnerable":
            assert scanned("secrets", str(tmp_path), output).status == 1
    assert scanned("secrets", str(tmp_path), output).rows() == set()
    past = scanned("secrets", str(tmp_path), output, "--history")
    assert past.status == 1
    assert {path.partition("@")[0] for _, _, path, _ in past.rows()} == {"reports.py"}


def test_advisories_that_cannot_be_had_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text("anyascii==0.3.3\n", encoding="utf-8")
    command = [sys.executable, "-c", "from baseline.cli import main; main()", "scan"]
    command += ["dependencies", str(folder), "--output", str(tmp_path), "--tools", str(BOX.folder)]
    command += ["--advisories", "osv", "--osv-url", "http://127.0.0.1:9/osv"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "dependencies").exists()


def test_npm_packages(tmp_path: Path) -> None:
    lock: dict[str, Any] = {
        "name": "x",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "x", "version": "1.0.0", "dependencies": {"minimist": "0.0.8"}},
            "node_modules/minimist": {"version": "0.0.8", "license": "MIT"},
        },
    }
    package = {"name": "x", "version": "1.0.0", "dependencies": {"minimist": "0.0.8"}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (tmp_path / "package.json").write_text(json.dumps(package), encoding="utf-8")
    with advisory_service() as service:
        (tmp_path / ".npmrc").write_text(f"registry={service}\n", encoding="utf-8")
        found = scanned("dependencies", str(tmp_path), tmp_path / "output")
    assert found.rows() == {
        ("npm-audit", "GHSA-xvch-5gv4-984h", "package-lock.json", "minimist@<0.2.4")
    }
