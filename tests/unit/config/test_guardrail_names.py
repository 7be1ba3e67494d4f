"""Guardrails of the units exist in the catalog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.config import load
from baseline.config.checks.guardrails import known_names as unpatched
from baseline.guardrails import catalog as real

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "examples" / "configurations"
# A standalone account has no organizational units.
ORGANIZATIONS = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "standalone")
EXAMPLES = [ROOT / "baseline.yaml", *ORGANIZATIONS]

Found = Callable[[dict[str, object]], list[str]]


def test_a_guardrail_that_does_not_exist_is_named_with_the_nearest(found: Found) -> None:
    assert found({"organizational_units.Sandbox.guardrails": ["foundaton"]}) == [
        "organizational_units.Sandbox.guardrails[0]: 'foundaton' is not a guardrail or set; did you mean 'foundation'?"
    ]


def test_a_guardrail_deep_in_the_tree_is_checked_too(found: Found) -> None:
    changes: dict[str, object] = {"organizational_units.Workloads.units.Test.guardrails": ["nope"]}
    (finding,) = found(changes)
    assert finding.startswith("organizational_units.Workloads.units.Test.guardrails[0]: 'nope'")
    assert "is not a guardrail or set; known: data-perimeter, foundation, " in finding


def test_known_guardrails_pass(found: Found) -> None:
    assert not found({"organizational_units.Sandbox.guardrails": ["foundation", "protect-logs"]})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_guardrail_of_an_example_is_in_the_catalog(path: Path) -> None:
    named = {name for _, unit in load(path).walk_units() for name in unit.guardrails}
    assert named
    assert named <= real.known_names()


def test_the_catalog_answers_for_the_check() -> None:
    assert unpatched() == real.known_names()
