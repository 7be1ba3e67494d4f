"""The checkers over the example apps that use constructs which no stack of the baseline deploys."""

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
from tests.tools.test_iam_policies import (
    ACCEPTED,
    BY_EDGE,
    FAILING,
    accepts,
    definitions_for,
    policies,
    validate,
)
from tests.tools.test_linters import CFN_LINT_IGNORED, CHECKOV_ACCEPTED, checkov
from tests.tools.test_linters import accepts as checkov_accepts

pytestmark = pytest.mark.tools

EXAMPLES = {
    "delivery": {"Pipeline": "eu-west-1", "Platform": "eu-west-1"},
    "protected_edge": {"Site": "us-east-1", "Application": "eu-west-1"},
    "reference_workload": {"Web": "eu-west-1", "Edge": "us-east-1", "Api": "eu-west-1"},
}
"""Regions of the stacks, by example."""

BY_OIDC = (
    "invalid_provider_format",
    r"delivery-Platform-Shop\w+-trust: Federated principal `githubprovider\w+`",
    "the provider of the same template, whose Ref is its ARN",
)

REGIONS = sorted({region for stacks in EXAMPLES.values() for region in stacks.values()})

CHECKOV_HERE = (
    *CHECKOV_ACCEPTED,
    ("CKV_AWS_18", r"LogsStoreBucket", "the target of access logs cannot log to itself"),
    ("CKV_AWS_120", r"Stage", "an answer for one caller must not be another's"),
    ("CKV_AWS_33", r"FleetMessagesKey", "bound to one role of the account by aws:PrincipalArn"),
)


@pytest.fixture(scope="module")
def apps() -> dict[str, cdk.App]:
    """The apps, as a team runs them."""
    return {
        name: runpy.run_path(str(ROOT / "examples" / name / "app.py"))["app"] for name in EXAMPLES
    }


@pytest.fixture(scope="module")
def folder(apps: dict[str, cdk.App], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their templates, each as ``example-stack.template.json``."""
    directory = tmp_path_factory.mktemp("examples")
    for example, stacks in EXAMPLES.items():
        assembly = Path(apps[example].synth().directory)
        for stack in stacks:
            file = f"{stack}.template.json"
            shutil.copy(assembly / file, directory / f"{example}-{file}")
    return directory


@pytest.fixture(scope="module")
def templates(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir())
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_finding_is_left(
    apps: dict[str, cdk.App], findings: Callable[[cdk.App], list[str]], example: str
) -> None:
    assert findings(apps[example]) == []


@pytest.mark.parametrize("region", REGIONS)
def test_cfn_lint(folder: Path, region: str) -> None:
    ignored = [f"--ignore-checks={rule}" for rule in CFN_LINT_IGNORED]
    files = [
        str(folder / f"{example}-{stack}.template.json")
        for example, stacks in EXAMPLES.items()
        for stack, place in stacks.items()
        if place == region
    ]
    done = subprocess.run(
        ["cfn-lint", "--regions", region, *ignored, "--", *files],
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
        each
        for each in issues
        if not any(accepts(row, each) for row in (*ACCEPTED, *BY_EDGE, BY_FLEET, BY_OIDC))
    ]
    assert left == [], "\n".join(map(str, left))
