"""`baseline scan`: exit statuses, one line for everything that goes wrong, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from baseline.cli.application import application
from baseline.delivery.scans.tools import tools
from baseline.delivery.scans.tools.toolbox import STAMP
from tests.unit.delivery.scans.results import recorded, result, written

runner = CliRunner()


def started(*arguments: str) -> Result:
    return runner.invoke(application, ["scan", *arguments])


def stopped(*arguments: str) -> str:
    """Run a command that has to stop with status 2, and give its only line."""
    done = started(*arguments)
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    (line,) = done.stderr.strip().splitlines()
    return line


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder of tools that print what the real ones printed."""
    folder = tmp_path / "tools"
    semgrep = recorded("semgrep")
    semgrep["paths"]["scanned"] = [str(tmp_path / "source" / "app.py")]
    for name, report in (("semgrep", semgrep), ("bandit", recorded("bandit"))):
        home = folder / name
        (home / "bin").mkdir(parents=True)
        program = home / "bin" / tools()[name].program
        program.write_text(f"#!{sys.executable}\nprint({json.dumps(report)!r})\n", encoding="utf-8")
        program.chmod(0o755)
        (home / STAMP).write_text(tools()[name].stamp, encoding="utf-8")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "app.py").write_text("pass\n", encoding="utf-8")
    return folder


def scanned(tmp_path: Path, box: Path, *options: str) -> Result:
    source, output = str(tmp_path / "source"), str(tmp_path / "output")
    return started("sast", source, "--tools", str(box), "--output", output, *options)


def test_findings_are_status_1_and_a_table(tmp_path: Path, box: Path) -> None:
    done = scanned(tmp_path, box)
    assert done.exit_code == 1
    assert "vulnerable/app.py:43" in done.stdout
    assert "sast of 1 Python file: 2 critical, " in done.stdout
    assert "; 0 accepted; failed at high\n" in done.stdout
    assert (tmp_path / "output" / "sast" / "results.sarif").is_file()


def test_json_is_the_only_thing_on_standard_output(tmp_path: Path, box: Path) -> None:
    done = scanned(tmp_path, box, "--json", "--project", "shop")
    document: dict[str, Any] = json.loads(done.stdout)
    assert (document["project"], document["failed"]) == ("shop", True)
    assert document == json.loads((tmp_path / "output/sast/findings.json").read_text("utf-8"))


def test_what_is_accepted_does_not_fail_and_what_is_expired_does(tmp_path: Path, box: Path) -> None:
    rows = [("semgrep", "python-sql-injection"), ("bandit", "B602"), ("bandit", "B105")]
    text = "suppressions:\n" + "".join(
        f"  - {{tool: {tool}, rule: {rule}, path: '*', reason: for the test only, "
        "owner: ann, expires: DAY}\n"
        for tool, rule in rows
    )
    file = tmp_path / "suppressions.yaml"
    file.write_text(text.replace("DAY", f"{result().when.year + 20}-01-01"), encoding="utf-8")
    done = scanned(tmp_path, box, "--suppressions", str(file))
    assert done.exit_code == 2
    assert "more than a year away" in done.stderr
    file.write_text(text.replace("DAY", "2020-01-01"), encoding="utf-8")
    done = scanned(tmp_path, box, "--suppressions", str(file))
    assert done.exit_code == 1
    assert "suppressions.yaml:2" in done.stdout
    assert "expired on 2020-01-01" in done.stdout


def test_wrong_input_is_one_line(tmp_path: Path, box: Path) -> None:
    assert "does not exist" in stopped("sast", str(tmp_path / "none"), "--tools", str(box))
    assert "is no address" in stopped("dast", "example.com")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no files" in stopped("secrets", str(empty), "--tools", str(box))
    assert "names no dependencies" in stopped("sbom", str(tmp_path / "source"))
    assert "--osv-url is for --advisories osv" in stopped(
        "dependencies", str(tmp_path), "--osv-url", "http://127.0.0.1:9"
    )
    assert "cannot be read" in stopped("licenses", ".", "--policy", str(tmp_path / "none.yaml"))
    assert "--project" in stopped("sast", str(tmp_path / "source"), "--project", "a/b")
    missing = stopped("sast", str(tmp_path / "source"), "--tools", str(empty))
    assert "baseline scan tools install" in missing


def test_an_unknown_threshold_is_wrong_input(tmp_path: Path, box: Path) -> None:
    assert scanned(tmp_path, box, "--threshold", "terrible").exit_code == 2


def test_a_file_of_suppressions_that_is_no_yaml(tmp_path: Path, box: Path) -> None:
    file = tmp_path / "suppressions.yaml"
    file.write_text("suppressions: [", encoding="utf-8")
    done = scanned(tmp_path, box, "--suppressions", str(file))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{file}:1:")


def test_the_tools_are_listed(box: Path) -> None:
    done = started("tools", "list", "--directory", str(box), "--json")
    assert done.exit_code == 1
    states = {row["tool"]: row["state"] for row in json.loads(done.stdout)}
    assert states["semgrep"] == "installed"
    assert states["wapiti"] == "missing"


def test_an_import_without_reports_or_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--output folder" in stopped("import", str(tmp_path))
    written(tmp_path, result())
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert "--region" in stopped("import", str(tmp_path))
    assert "could not be found" in stopped("import", str(tmp_path), "--profile", "none")


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_an_import_keeps_the_reports_and_gives_the_findings_to_the_account(tmp_path: Path) -> None:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="reports")
    hub = boto3.client("securityhub", region_name="eu-west-1")
    hub.enable_security_hub()
    written(tmp_path, result())
    options = ("import", str(tmp_path), "--region", "eu-west-1", "--bucket", "reports")
    done = started(*options, "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["imported"], report["failed"]) == (2, [])
    assert report["archived"] == ["scans/shop/sast/2026/11/22/194501.250000/manifest.json"]
    findings = hub.get_findings()["Findings"]
    assert len(findings) == 2
    assert {each["AwsAccountId"] for each in findings} == {"123456789012"}
    again = started(*options)
    assert again.exit_code == 0
    assert "2 imported, 0 resolved, 0 accepted, 0 opened again, 0 refused" in again.stdout
    assert "kept s3://reports/scans/shop/sast/" in again.stdout


@pytest.mark.usefixtures("aws")
def test_a_bucket_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    written(tmp_path, result())
    line = stopped("import", str(tmp_path), "--region", "eu-west-1", "--bucket", "none")
    assert line.startswith("AWS refused PutObject: NoSuchBucket")
