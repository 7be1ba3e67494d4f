"""The checkers over the reference workload, as a team runs it from `examples/reference_workload`."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from tests.contract.policy_lint import loose
from tests.support import ROOT
from tests.tools.test_configurations import BY_FLEET
from tests.tools.test_edge import ACCEPTED_HERE, CHECKOV_HERE
from tests.tools.test_iam_policies import FAILING, accepts, definitions_for, policies, validate
from tests.tools.test_linters import CFN_LINT_IGNORED, checkov
from tests.tools.test_linters import accepts as checkov_accepts

pytestmark = pytest.mark.tools
EXAMPLE = ROOT / "examples" / "reference_workload" / "app.py"
CHECKOV_REFERENCE = (
    *CHECKOV_HERE,
    ("CKV_AWS_33", r"FleetMessagesKey", "bound to one role of the account by aws:PrincipalArn"),
)
REGIONS = {"Web": "eu-west-1", "Edge": "us-east-1", "Api": "eu-west-1"}


@pytest.fixture(scope="module")
def app() -> cdk.App:
    """The app of the example."""
    made: cdk.App = runpy.run_path(str(EXAMPLE))["app"]
    return made


@pytest.fixture(scope="module")
def folder(app: cdk.App, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its templates."""
    directory = tmp_path_factory.mktemp("reference")
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
        if not any(checkov_accepts(row, check) for row in CHECKOV_REFERENCE)
    ]
    assert found == []


def test_service_principals_are_bound_to_a_source(templates: dict[str, dict[str, Any]]) -> None:
    assert loose(templates) == []


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
    left = [
        each for each in issues if not any(accepts(row, each) for row in (*ACCEPTED_HERE, BY_FLEET))
    ]
    assert left == [], "\n".join(map(str, left))
