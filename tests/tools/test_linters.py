"""cfn-lint and checkov over every synthesized template."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.fast import Clean
from tests.tools.linting import cfn_lint

pytestmark = pytest.mark.tools
Templates = dict[str, dict[str, Any]]

# Check, pattern of the resource, and why the check does not hold there.
CHECKOV_ACCEPTED: tuple[tuple[str, str, str], ...] = (
    ("CKV_AWS_117", r"Function", "the functions call AWS APIs only and reach nothing in a VPC"),
    ("CKV_AWS_115", r"Function", "a new account may reserve none of its 10 concurrent executions"),
    (
        "CKV_AWS_116",
        r"ProviderFramework",
        "CloudFormation invokes the provider and awaits its answer",
    ),
    (
        "CKV_AWS_111",
        r"waiterstatemachineRole",
        "log delivery has no resource to name (CDK provider)",
    ),
    ("CKV_AWS_18", r"AccessLogs", "the target of access logs cannot log to itself"),
    ("CKV_AWS_33", r"ConfigKey", "bound to the organization and the recorder role's name"),
    (
        "CKV_AWS_33",
        r"SessionLogsKey",
        "bound to the organization and to S3, which reads for nobody",
    ),
    *(
        (f"CKV_AWS_{number}", r"BoundaryPolicy", "a permissions boundary limits and grants nothing")
        for number in range(107, 112)
    ),
)


@pytest.fixture(scope="module")
def folder(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each template in a file of its own, StackSet bodies among them."""
    directory = tmp_path_factory.mktemp("templates")
    for name, template in templates.items():
        path = directory / f"{name.replace('/', '-')}.json"
        path.write_text(json.dumps(template, indent=2), encoding="utf-8")
    return directory


def test_cfn_lint(folder: Path, linted: Clean) -> None:
    matches = cfn_lint(*sorted(folder.glob("*.json")), clean=linted)
    found = [
        f"{Path(match['Filename']).name} {match['Rule']['Id']} {match['Message']}"
        for match in matches
    ]
    assert found == []


def test_cfn_lint_notices_a_wrong_property(
    tmp_path: Path, linted: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wrong.json"
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"BucketNmae": "x"}}
    path.write_text(json.dumps({"Resources": {"Bucket": resource}}), encoding="utf-8")
    assert "E3002" in {match["Rule"]["Id"] for match in cfn_lint(path, clean=linted)}
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):  # it would be looked at again
        cfn_lint(path, clean=linted)


def test_what_is_clean_is_looked_at_once(
    tmp_path: Path, linted: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clean.json"
    path.write_text(json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}), "utf-8")
    assert cfn_lint(path, clean=linted) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cfn_lint(path, clean=linted) == []
    with pytest.raises(FileNotFoundError):
        cfn_lint(path, clean=linted, region="us-east-1")


def checkov(folder: Path) -> list[dict[str, Any]]:
    command = [".venv-checkov/bin/checkov", "--framework", "cloudformation", "--skip-download"]
    command += ["--directory", str(folder), "--output", "json", "--quiet", "--compact"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    report = json.loads(done.stdout)
    checks: list[dict[str, Any]] = report["results"]["failed_checks"]
    assert report["summary"]["passed"] > 0, done.stderr
    return checks


def accepts(row: tuple[str, str, str], check: dict[str, Any]) -> bool:
    return row[0] == check["check_id"] and bool(re.search(row[1], check["resource"]))


def test_checkov(folder: Path) -> None:
    checks = checkov(folder)
    found = [
        f"{Path(check['file_path']).name} {check['resource']} {check['check_id']} "
        f"{check['check_name']}"
        for check in checks
        if not any(accepts(row, check) for row in CHECKOV_ACCEPTED)
    ]
    assert found == []
    used = {row for row in CHECKOV_ACCEPTED for check in checks if accepts(row, check)}
    assert set(CHECKOV_ACCEPTED) - used == set()


def test_checkov_notices_an_open_bucket(tmp_path: Path) -> None:
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    encrypted = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": "alias/own"}}
    template = {"Resources": {"Open": resource, "Queue": encrypted}}
    (tmp_path / "open.json").write_text(json.dumps(template), encoding="utf-8")
    assert "CKV_AWS_20" in {check["check_id"] for check in checkov(tmp_path)}
