"""cfn-lint and checkov over every synthesized template."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.fast import Clean
from tests.tools.linting import cfn_lint
from tests.tools.scanning import checkov, named_types

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


OPEN = "open.json"


@pytest.fixture(scope="module")
def checked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What checkov finds in every template and in one with an open bucket: it starts once."""
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    encrypted = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": "alias/own"}}
    template = {"Resources": {"Open": resource, "Queue": encrypted}}
    planted = tmp_path_factory.mktemp("planted")
    (planted / OPEN).write_text(json.dumps(template), encoding="utf-8")
    return checkov(folder, planted)


def accepts(row: tuple[str, str, str], check: dict[str, Any]) -> bool:
    return row[0] == check["check_id"] and bool(re.search(row[1], check["resource"]))


def test_checkov(checked: list[dict[str, Any]]) -> None:
    checks = [check for check in checked if Path(check["file_path"]).name != OPEN]
    found = [
        f"{Path(check['file_path']).name} {check['resource']} {check['check_id']} "
        f"{check['check_name']}"
        for check in checks
        if not any(accepts(row, check) for row in CHECKOV_ACCEPTED)
    ]
    assert found == []
    used = {row for row in CHECKOV_ACCEPTED for check in checks if accepts(row, check)}
    assert set(CHECKOV_ACCEPTED) - used == set()


def test_checkov_notices_an_open_bucket(checked: list[dict[str, Any]]) -> None:
    ids = {check["check_id"] for check in checked if Path(check["file_path"]).name == OPEN}
    assert "CKV_AWS_20" in ids


def test_checkov_sees_all_that_its_checks_name() -> None:
    assert {"AWS::IAM::ManagedPolicy", "AWS::KMS::Key", "AWS::S3::Bucket"} <= named_types()
    assert len(named_types()) > 60
    # What costs most, and is left out as long as no check names it.
    assert "AWS::Organizations::Policy" not in named_types()
