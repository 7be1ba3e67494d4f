"""The checkers over the example apps that use constructs which no stack of the baseline deploys."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from tests.contract.policy_lint import loose
from tests.fast import Clean
from tests.support import ROOT
from tests.tools.linting import cfn_lint
from tests.tools.policy_validation import failing, policies
from tests.tools.scanning import checkov
from tests.tools.test_configurations import BY_FLEET
from tests.tools.test_iam_policies import ACCEPTED, BY_EDGE, accepts
from tests.tools.test_linters import CHECKOV_ACCEPTED
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
def test_cfn_lint(folder: Path, region: str, linted: Clean) -> None:
    files = [
        folder / f"{example}-{stack}.template.json"
        for example, stacks in EXAMPLES.items()
        for stack, place in stacks.items()
        if place == region
    ]
    assert cfn_lint(*files, clean=linted, region=region) == []


@pytest.mark.nightly
def test_checkov(folder: Path) -> None:
    found = [
        f"{Path(check['file_path']).name} {check['resource']} {check['check_id']}"
        for check in checkov(folder)
        if not any(checkov_accepts(row, check) for row in CHECKOV_HERE)
    ]
    assert found == []


def test_service_principals_are_bound_to_a_source(templates: dict[str, dict[str, Any]]) -> None:
    assert loose(templates) == []


def test_every_policy_is_valid(
    templates: dict[str, dict[str, Any]], validated: Clean, tmp_path: Path
) -> None:
    found = list(policies(templates))
    assert found
    issues = failing(found, tmp_path, clean=validated)
    left = [
        each
        for each in issues
        if not any(accepts(row, each) for row in (*ACCEPTED, *BY_EDGE, BY_FLEET, BY_OIDC))
    ]
    assert left == [], "\n".join(map(str, left))
