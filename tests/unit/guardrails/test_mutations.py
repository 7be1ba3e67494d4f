"""A proof notices when a statement, an action, a condition or a limit of an exemption goes."""

from __future__ import annotations

import pytest

from tests.unit.guardrails import harness
from tests.unit.guardrails.mutations import mutants


@pytest.mark.parametrize("switches", harness.SWITCHES)
@pytest.mark.parametrize("name", [row.id for row in harness.deciding()])
def test_every_mutation_is_noticed(name: str, switches: bool) -> None:
    cases = harness.cases(name, switches=switches)
    survivors = []
    for what, statements in mutants(harness.rendered(name, switches=switches).statements):
        organization = harness.alone(name, statements, switches=switches)
        if next(harness.failures(cases, organization), None) is None:
            survivors.append(what)
    assert not survivors
