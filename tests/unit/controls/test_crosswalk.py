"""The mappings are complete, agree with the list of standards, and say where they come from."""

from __future__ import annotations

import re

import pytest

from baseline.controls.crosswalk import crosswalk, in_order
from baseline.controls.matrix import control_matrix
from baseline.detection.managed_rule import standards_by_control

CROSS = crosswalk()
ROWS = control_matrix().capabilities
AUTOMATED = [name for name, each in CROSS.frameworks.items() if each.automated]
FORM = {
    "cis-5.0": r"\d(\.\d+){1,2}",
    "cis-7.0": r"\d(\.\d+){1,2}",
    "nist-800-53-r5": r"[A-Z]{2}-\d+(\(\d+\))?",
    "pci-4.0.1": r"\d+(\.\d+){2,3}",
}


def test_every_claimed_control_is_described() -> None:
    claimed = {control for row in ROWS for control in row.controls}
    assert claimed == set(CROSS.controls)
    assert all(each.title for each in CROSS.controls.values())


@pytest.mark.parametrize("framework", CROSS.frameworks)
def test_every_requirement_has_its_form_a_title_and_a_source(framework: str) -> None:
    for control, mapped in CROSS.controls.items():
        for number, source in mapped.requirements.get(framework, ()):
            assert re.fullmatch(FORM[framework], number), (control, number)
            assert CROSS.titles[framework][number], (control, number)
            assert source in CROSS.sources, (control, source)


@pytest.mark.parametrize("control", CROSS.controls)
def test_two_sources_agree_on_the_standards_of_a_control(control: str) -> None:
    """The page of a control names its requirements, the reference its standards."""
    mapped = CROSS.controls[control]
    if mapped.standards is None or mapped.note:
        assert mapped.note, f"{control} is in no list of standards; say so in its note"
        return
    named = {
        framework
        for framework in AUTOMATED
        if framework in mapped.unread
        or any(
            CROSS.sources[source].verified for _, source in mapped.requirements.get(framework, ())
        )
    }
    assert named == set(mapped.standards)


def test_the_rules_of_aws_config_know_the_same_standards() -> None:
    for control, standards in standards_by_control().items():
        mapped = CROSS.controls.get(control)
        if mapped is not None and mapped.standards is not None and not mapped.note:
            assert set(standards) - {"fsbp"} == set(mapped.standards), control


def test_what_no_publisher_confirms_is_marked() -> None:
    for row in ROWS:
        assert not any(each.verified for each in row.frameworks["cis-7.0"])
        assert all(each.verified for each in row.frameworks["pci-4.0.1"])
    assert not CROSS.frameworks["cis-7.0"].automated


@pytest.mark.parametrize("framework", ["cis-5.0", "cis-7.0"])
def test_every_requirement_of_the_benchmark_is_answered_or_left_to_you_by_name(
    framework: str,
) -> None:
    answered = {each.id for row in ROWS for each in row.frameworks[framework]}
    left = set(CROSS.left[framework])
    assert answered | left == set(CROSS.titles[framework])
    assert not answered & left


def test_numbers_are_sorted_as_people_do() -> None:
    assert sorted(["2.10", "2.9", "2.1.4"], key=in_order) == ["2.1.4", "2.9", "2.10"]
    assert sorted(["AC-10", "AC-2(12)", "AC-2"], key=in_order) == ["AC-2", "AC-2(12)", "AC-10"]
