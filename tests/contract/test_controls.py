"""The control matrix and the app agree on what the first example declares and makes."""

from __future__ import annotations

from pathlib import Path

from baseline.controls.kinds import kinds
from baseline.controls.matrix import control_matrix


def test_the_matrix_knows_all_that_constructs_declare(assembly: Path) -> None:
    assert control_matrix(assembly).unknown == ()


def test_the_types_of_resources_are_recorded(assembly: Path) -> None:
    new = {
        row.id: sorted(set(row.resources) - set(kinds().get(row.id, ())))
        for row in control_matrix(assembly).capabilities
        if set(row.resources) - set(kinds().get(row.id, ()))
    }
    assert new == {}, "run: python scripts/control_resources.py baseline, then make docs"
