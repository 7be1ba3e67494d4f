"""The checkers over an app that uses the edge: constructs that no stack of the baseline deploys."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from tests.support import ROOT
from tests.tools.test_iam_policies import (
    ACCEPTED,
    FAILING,
    accepts,
    definitions_for,
    policies,
    validate,
)
from tests.tools.test_linters import CFN_LINT_IGNORED, CHECKOV_ACCEPTED, checkov
from tests.tools.test_linters import accepts as checkov_accepts

pytestmark = pytest.mark.tools
EXAMPLE = ROOT / "examples" / "protected_edge" / "app.py"
REGIONS = {"Site": "us-east-1", "Application": "eu-west-1"}

CHECKOV_HERE = (
    *CHECKOV_ACCEPTED,
    ("CKV_AWS_18", r"LogsStoreBucket", "the target of access logs cannot log to itself"),
    ("CKV_AWS_120", r"Stage", "an answer for one caller must not be another's"),
)

ACCEPTED_HERE = (
    *ACCEPTED,
    (
        "missing_condition",
        r"ApiLoggingPolicy\w{8}: .*'logs:GetLogEvents'",
        "AWS asks for it in the role of API Gateway, which is bound to the account",
    ),
    (
        "invalid_condition_key",
        r"Content\w+: Condition key `AWS:SourceArn`",
        "written by the CDK; IAM does not tell upper from lower case in condition keys",
    ),
)


@pytest.fixture(scope="module")
def app() -> cdk.App:
    """The app of the example, as a team runs it."""
    made: cdk.App = runpy.run_path(str(EXAMPLE))["app"]
    return made


@pytest.fixture(scope="module")
def folder(app: cdk.App, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its templates, by stack."""
    directory = tmp_path_factory.mktemp("edge")
    for name in REGIONS:
        shutil.copy(Path(app.synth().directory) / f"{name}.template.json", directory)
    return directory


@pytest.fixture(scope="module")
def templates(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        name: json.loads((folder / f"{name}.template.json").read_text(encoding="utf-8"))
        for name in REGIONS
    }


def test_no_finding_is_left(app: cdk.App, findings: Callable[[cdk.App], list[str]]) -> None:
    assert findings(app) == []


@pytest.mark.parametrize("stack", REGIONS)
def test_cfn_lint(folder: Path, stack: str) -> None:
    ignored = [f"--ignore-checks={rule}" for rule in CFN_LINT_IGNORED]
    file = str(folder / f"{stack}.template.json")
    done = subprocess.run(
        ["cfn-lint", "--regions", REGIONS[stack], *ignored, "--", file],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_checkov(folder: Path) -> None:
    found = [
        f"{Path(check['file_path']).name} {check['resource']} {check['check_id']}"
        for check in checkov(folder)
        if not any(checkov_accepts(row, check) for row in CHECKOV_HERE)
    ]
    assert found == []


def test_every_policy_is_valid(templates: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    definitions = definitions_for(templates, tmp_path / "services")
    kinds: set[str] = set()
    for name, kind, document in policies(templates):
        (tmp_path / kind).mkdir(exist_ok=True)
        text = json.dumps(document, separators=(",", ":"))
        (tmp_path / kind / f"{name}.json").write_text(text, encoding="utf-8")
        kinds.add(kind)
    issues = [
        (issue["issue_type"], f"{Path(result['policy_file']).stem}: {issue['message']}")
        for kind in sorted(kinds)
        for result in validate(kind, tmp_path / kind, definitions, tmp_path / f"{kind}.json")
        for issue in result["issues"]
        if issue["severity"] in FAILING
    ]
    assert kinds
    left = [each for each in issues if not any(accepts(row, each) for row in ACCEPTED_HERE)]
    assert left == [], "\n".join(map(str, left))


def test_service_principals_name_their_source(templates: dict[str, dict[str, Any]]) -> None:
    unbound = [
        f"{stack} {name} {statement.get('Sid')}"
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
        for key in ("PolicyDocument", "KeyPolicy")
        if resource["Type"] in ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::KMS::Key")
        for statement in resource["Properties"].get(key, {}).get("Statement", [])
        if statement["Effect"] == "Allow"
        and "Service" in statement["Principal"]
        and not re.search(r"(?i)aws:source|encryptioncontext", json.dumps(statement))
    ]
    assert unbound == []
