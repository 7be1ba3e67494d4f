"""Every claim has a test that bears its ID; every capability is described; assemblies are counted."""

from __future__ import annotations

import ast
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from baseline.controls.capabilities import EFFECTS, GUARDRAIL, capabilities
from baseline.controls.claims import claims
from baseline.controls.data_centre import RESPONSIBLE, traditional_controls
from baseline.controls.matrix import PHASES, CapabilityRow, control_matrix
from baseline.controls.selection import Selection
from baseline.errors import BaselineError
from baseline.guardrails import catalog
from tests.support import ROOT

ROWS = control_matrix().capabilities
CLAIMS = [(row.id, control) for row in ROWS for control in row.controls]


def rows(**filters: Any) -> list[str]:
    return [row.id for row in Selection(**filters).of(control_matrix()).capabilities]


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def exists(node: str) -> bool:
    """Tell whether a node ID leads to a file, and to a test in it."""
    file, _, test = node.partition("::")
    return (ROOT / file).exists() and (not test or test.partition("[")[0] in functions(file))


@pytest.mark.parametrize(("capability", "control"), CLAIMS)
def test_a_claim_has_a_test_that_bears_its_id(capability: str, control: str) -> None:
    proofs = claims()[capability].proofs[control]
    assert proofs, f"no test of {capability} bears {control} in its name or docstring"
    assert [node for node in proofs if not exists(node)] == []


def test_code_and_registry_know_the_same_capabilities() -> None:
    described, declared = set(capabilities()), set(claims())
    assert declared - described == set(), (
        "describe them in baseline/controls/data/capabilities.json"
    )
    assert [name for name in described if not claims()[name].constructs] == [], (
        "nothing declares them"
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_capability_says_everything(row: CapabilityRow) -> None:
    assert row.phase in PHASES
    assert row.effect in EFFECTS
    assert all((row.title, row.why, row.data_centre))
    assert all((row.responsibility.aws, row.responsibility.customer))
    assert (ROOT / "docs" / row.page).exists()
    assert row.tests
    assert [node for node in row.tests if not exists(node)] == []
    assert not [text for text in (*row.gaps, *row.manual_steps) if text.endswith(".")]


def test_every_guardrail_is_a_capability_with_its_own_words() -> None:
    for name, guardrail in catalog.guardrails().items():
        row = capabilities()[f"{GUARDRAIL}{name}"]
        assert (row.title, row.phase) == (guardrail.title, guardrail.phase)


def test_requirements_that_a_capability_answers_itself_are_marked_so() -> None:
    (row,) = (each for each in ROWS if each.id == "root-credential-removal")
    (central,) = (each for each in row.frameworks["cis-7.0"] if each.id == "2.1.1")
    assert central.controls == ()
    assert central.sources == ("own",)
    assert not central.verified


def test_the_data_center_leads_to_capabilities_that_exist() -> None:
    found = traditional_controls()
    assert {each.responsible for each in found} == set(RESPONSIBLE)
    named = {name for each in found for name in each.capabilities}
    assert named <= set(capabilities())
    assert all((each.aws, each.you, each.here, each.purpose) for each in found)


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """An assembly of a trail with a key inside, and of a construct of somebody's own."""
    declared = [
        {"capability": "organization-trail", "construct": "a/Trail", "controls": ["CloudTrail.1"]},
        {"capability": "web-acl", "construct": "a/Trail/Acl", "controls": ["WAF.10", "WAF.99"]},
        {"capability": "our-own", "construct": "a/Own", "controls": ["S3.1"]},
    ]
    tree = node(
        "a", node("a/Trail", bucket("a/Trail/B"), node("a/Trail/Acl", bucket("a/Trail/Acl/B")))
    )
    (tmp_path / "controls.json").write_text(json.dumps(declared), encoding="utf-8")
    (tmp_path / "tree.json").write_text(json.dumps({"tree": node("", tree)}), encoding="utf-8")
    return tmp_path


def node(path: str, *children: dict[str, Any], kind: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path}
    if children:
        found["children"] = {each["path"]: each for each in children}
    if kind is not None:
        found["attributes"] = {"aws:cdk:cloudformation:type": kind}
    return found


def bucket(path: str) -> dict[str, Any]:
    return node(path, kind="AWS::S3::Bucket")


def test_a_resource_counts_for_the_nearest_construct_that_declares(assembly: Path) -> None:
    found = {row.id: row for row in control_matrix(assembly).capabilities}
    assert found["organization-trail"].resources == {"AWS::S3::Bucket": 1}
    assert found["web-acl"].resources == {"AWS::S3::Bucket": 1}
    assert found["billing"].resources == {}


def test_an_assembly_claims_what_it_declares_only(assembly: Path) -> None:
    found = {row.id: row for row in control_matrix(assembly).capabilities}
    assert found["organization-trail"].controls == ("CloudTrail.1",)
    assert found["organization-trail"].deployed is True
    assert found["billing"].deployed is False
    assert found["change-review"].command is True
    assert found["game-days"].command is False  # it needs something in the accounts, too
    assert ROWS[0].deployed is None


def test_what_the_matrix_does_not_know_is_told(assembly: Path) -> None:
    assert control_matrix(assembly).unknown == ("our-own", "web-acl: WAF.99")


@pytest.mark.parametrize(("name", "text"), [("controls.json", "{"), ("tree.json", None)])
def test_a_folder_that_is_no_assembly_is_refused(
    assembly: Path, name: str, text: str | None
) -> None:
    (assembly / name).unlink() if text is None else (assembly / name).write_text(text)
    with pytest.raises(BaselineError, match=name):
        control_matrix(assembly)


def test_filters_meet() -> None:
    assert rows(capability="web-acl") == ["web-acl"]
    assert "organization-trail" in rows(control="CloudTrail.1")
    assert "web-acl" not in rows(control="CloudTrail.1")
    assert "secure-pipeline" in rows(phase=3, framework="nist-800-53-r5")
    assert "organization-trail" not in rows(phase=3)
    assert rows(deployed=True) == []


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"capability": "organisation-trail"}, "did you mean 'organization-trail'"),
        ({"control": "cloudtrail.1"}, "did you mean 'CloudTrail.1'"),
        ({"framework": "cis"}, "did you mean|known: cis-5.0"),
        ({"phase": 4}, "write 1, 2 or 3"),
    ],
)
def test_a_wrong_name_is_met_with_the_nearest(filters: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        rows(**filters)
