"""The checkers over the example configurations that make what the first example does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, synthesize
from tests.tools.test_iam_policies import (
    ACCEPTED,
    FAILING,
    accepts,
    definitions_for,
    policies,
    validate,
)
from tests.tools.test_linters import cfn_lint

pytestmark = pytest.mark.tools
FOLDER = ROOT / "examples" / "configurations"
EXAMPLES = [*sorted(FOLDER.glob("control-tower-*.yaml")), FOLDER / "notified.yaml"]
Templates = dict[str, dict[str, Any]]

BY_CONTROL_TOWER = (
    "missing_condition",
    r"StackSets\w{8}-AWSControlTowerStackSetRolePolicy: Sensitive action 'sts:AssumeRole'",
    "Control Tower demands this policy; it names one role, which trusts the management account",
)


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.stem)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The assembly of an example; the nag packs and the CDK's validator passed it."""
    relative = request.param.relative_to(ROOT)
    directory = tmp_path_factory.mktemp(request.param.stem)
    return synthesize(directory, f"baseline:config={relative}", validation=True)


def templates(folder: Path) -> Templates:
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.template.json"))
    }


def test_cfn_lint(folder: Path) -> None:
    matches = cfn_lint(*sorted(folder.glob("*.template.json")))
    assert [f"{Path(each['Filename']).name} {each['Message']}" for each in matches] == []


def test_templates_are_flat_and_small(folder: Path) -> None:
    for template in templates(folder).values():
        kinds = {each["Type"] for each in template["Resources"].values()}
        assert "AWS::CloudFormation::Stack" not in kinds
        assert len(template["Resources"]) < 400


def test_every_policy_is_valid(folder: Path, tmp_path: Path) -> None:
    found = templates(folder)
    definitions = definitions_for(found, tmp_path / "services")
    kinds: set[str] = set()
    for name, kind, document in policies(found):
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
    rows = (*ACCEPTED, BY_CONTROL_TOWER)
    assert [each for each in issues if not any(accepts(row, each) for row in rows)] == []
