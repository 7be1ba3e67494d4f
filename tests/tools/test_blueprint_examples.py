"""The checkers over the example apps of the blueprint, which harden ordinary constructs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.policy_lint import loose
from tests.fast import Clean
from tests.support import ROOT
from tests.tools.linting import cfn_lint

pytestmark = pytest.mark.tools
FOLDER = ROOT / "examples" / "blueprint"
STACKS = {"app": "Shop", "accepted": "Site"}


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The apps, as a team runs them, with the CDK's own validation."""
    folders = {}
    for name in STACKS:
        folders[name] = folder = tmp_path_factory.mktemp(name)
        done = subprocess.run(
            [sys.executable, str(FOLDER / f"{name}.py")],
            env={**os.environ, "CDK_OUTDIR": str(folder), "CDK_VALIDATION": "true"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folders


def templates(assemblies: dict[str, Path]) -> dict[str, dict[str, Any]]:
    return {
        stack: json.loads((assemblies[name] / f"{stack}.template.json").read_text("utf-8"))
        for name, stack in STACKS.items()
    }


def test_every_example_is_tried() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(STACKS)


def test_cfn_lint(assemblies: dict[str, Path], linted: Clean) -> None:
    files = [assemblies[name] / f"{stack}.template.json" for name, stack in STACKS.items()]
    # Zones that the cdk CLI would have looked up.
    assert cfn_lint(*files, clean=linted, ignored=("W3010",)) == []


def test_service_principals_are_bound_to_a_source(assemblies: dict[str, Path]) -> None:
    assert loose(templates(assemblies)) == []


def test_an_example_accepts_its_findings_with_a_reason(assemblies: dict[str, Path]) -> None:
    report = json.loads((assemblies["accepted"] / "validation-report.json").read_text("utf-8"))
    (mine,) = (row for row in report["pluginReports"] if row["pluginName"] == "blueprint")
    assert [row["severity"] for row in mine["violations"]] == ["info"]
    assert "rebuilt every night" in mine["violations"][0]["description"]


def test_the_platform_bounds_the_roles_of_an_example(assemblies: dict[str, Path]) -> None:
    roles = [
        row["Properties"]
        for row in templates(assemblies)["Site"]["Resources"].values()
        if row["Type"] == "AWS::IAM::Role"
    ]
    assert roles
    assert all("policy/secbase-boundary" in str(row["PermissionsBoundary"]) for row in roles)
