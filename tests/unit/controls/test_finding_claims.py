"""What counts as a claim, and which tests bear an ID."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import ROOT

TESTS = '''
import pytest
from baseline.detection.managed_rules import rule_table
CASES = [("S3.9", True)]

def test_cloudtrail_2_is_encrypted(): ...
def test_step_functions_1_and_no_other(): ...
def test_of_a_docstring():
    """KMS.4 of security-lake."""
@pytest.mark.parametrize("control", ["WAF.10"])
def test_with_a_parameter(control): ...
@pytest.mark.parametrize("control", [f"EC2.{number}" for number in (53, 54)])
def test_with_numbers(control): ...
@pytest.mark.parametrize(("control", "on"), CASES)
def test_with_a_table(control, on): ...
@pytest.mark.parametrize("rule", rule_table())
def test_with_a_table_of_the_code(rule): ...
def test_that_only_repeats_it():
    assert declared == ["IAM.1", "TLSv1.2"]
'''


def script(name: str) -> ModuleType:
    path = ROOT / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reader() -> ModuleType:
    script("source_trees")  # both read with it
    return script("control_tests")


@pytest.fixture(scope="module")
def finder(reader: ModuleType) -> ModuleType:
    assert reader.__name__ == "control_tests"  # it is imported by the other
    return script("control_claims")


@pytest.fixture
def borne(
    reader: ModuleType, finder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, set[str]]:
    """Which tests of a folder bear which IDs."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(TESTS, encoding="utf-8")
    monkeypatch.setattr(reader, "ROOT", tmp_path)
    monkeypatch.setattr(reader, "TESTS", tmp_path / "tests")
    known = ["CloudTrail.2", "StepFunctions.1", "CloudTrail.22"]
    found = reader.evidence(known, lambda value: finder._of_value(value, finder.DEPTH))
    assert found.named["tests/test_it.py::test_of_a_docstring"] == {"security-lake"}
    tests: dict[str, set[str]] = {}
    for control, names in found.bearing["tests/test_it.py"].items():
        for name in names:
            tests.setdefault(name, set()).add(control)
    return tests


def test_names_docstrings_and_parameters_bear_ids(borne: dict[str, set[str]]) -> None:
    assert borne["test_cloudtrail_2_is_encrypted"] == {"CloudTrail.2"}
    assert borne["test_step_functions_1_and_no_other"] == {"StepFunctions.1"}
    assert borne["test_of_a_docstring"] == {"KMS.4"}
    assert borne["test_with_a_parameter"] == {"WAF.10"}
    assert borne["test_with_numbers"] == {"EC2.53", "EC2.54"}
    assert borne["test_with_a_table"] == {"S3.9"}
    assert "EC2.13" in borne["test_with_a_table_of_the_code"]


def test_an_assertion_bears_none(borne: dict[str, set[str]]) -> None:
    assert "test_that_only_repeats_it" not in borne


@pytest.mark.parametrize(
    ("capability", "controls"),
    [
        ("secure-pipeline", {"CodeBuild.1", "CodeBuild.7"}),  # an f-string in a comprehension
        ("access-key-rotation", {"IAM.3", "IAM.8", "IAM.22"}),  # a function
        ("firewall-manager", {"WAF.11", "ELB.16"}),  # a method
        ("hardened-database", {"RDS.34", "RDS.37", "RDS.14"}),  # a parameter, from a table
        ("macie", {"Macie.1", "Macie.2"}),  # a name that another branch uses too
        ("systems-manager", {"SSM.6", "SSM.7"}),  # appended one by one
        ("guardrail-s3-public-access-block", {"S3.1"}),
        ("root-and-iam-rules", {"IAM.4", "IAM.19"}),
    ],
)
def test_declarations_are_found_however_they_are_written(
    finder: ModuleType, capability: str, controls: set[str]
) -> None:
    assert controls <= finder.declarations()[capability].controls


def test_a_branch_does_not_declare_what_another_does(finder: ModuleType) -> None:
    found = finder.declarations()
    assert not found["inspector"].controls & found["macie"].controls
    assert found["guardrail-protect-cloudtrail"].controls == set()
