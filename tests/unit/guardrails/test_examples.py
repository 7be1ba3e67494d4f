"""The proofs hold for every configuration that we show, whichever Regions it governs."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config import Configuration, load
from baseline.guardrails.catalog import guardrails
from baseline.guardrails.composition import compose
from baseline.guardrails.placement import organizations
from baseline.guardrails.proofs import Cases, Result, check, check_lock_out, run
from baseline.guardrails.world import World
from tests.support import ROOT

FOLDER = ROOT / "examples" / "configurations"
# No service control policy binds a standalone account.
EXAMPLES = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "standalone")


SHARE = 8
"""Of the requests of each guardrail, an example is asked one in so many by default, all every night."""


def share(configuration: Configuration, part: int) -> list[Result]:
    """Run a share of the proofs wherever they are attached, and all that nobody is locked out."""
    world = World.of(configuration)
    cases = Cases(world)
    results: list[Result] = []
    for target, organization in organizations(compose(configuration), world):
        for rendered in target.effective:
            asked = cases.of(rendered.guardrail)[part::SHARE]
            results += check(target, rendered, asked, organization)
        results += check_lock_out(target, organization, cases)
    return results


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_share_of_the_proofs_holds(path: Path) -> None:
    """Another share of each example: together they are asked everything, several times."""
    results = share(load(path), EXAMPLES.index(path) % SHARE)
    assert {each.case.expected for each in results} == {"allowed", "denied"}
    assert [str(each) for each in results if not each.passed] == []


def test_every_share_is_taken() -> None:
    assert len(EXAMPLES) >= 3 * SHARE


@pytest.mark.nightly
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_all_proofs_hold(path: Path) -> None:
    results = run(load(path))
    assert {each.case.expected for each in results} == {"allowed", "denied"}
    assert [str(each) for each in results if not each.passed] == []


def test_a_governed_region_is_open_and_the_others_stay_closed() -> None:
    """us-east-1 is governed here: what is denied there elsewhere is no proof, the rest is."""
    configuration = load(ROOT / "examples/configurations/edge.yaml")
    assert "us-east-1" in configuration.regions
    cases = Cases(World.of(configuration)).of(guardrails()["deny-regions"])
    denied = [case.request for case in cases if case.expected == "denied"]
    regions = {request.region for request in denied}
    assert "us-east-1" not in regions
    assert {"ap-southeast-1", "us-west-2"} <= regions
    for caller in ("role/Developer", "root", "AdministratorAccess"):
        assert any(caller in request.principal_arn for request in denied)
