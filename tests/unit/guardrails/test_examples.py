"""The proofs hold for every configuration that we show, whichever Regions it governs."""

from __future__ import annotations

from pathlib import Path

import pytest

from baseline.config import load
from baseline.guardrails.proofs import run
from tests.support import ROOT

FOLDER = ROOT / "examples" / "configurations"
# No service control policy binds a standalone account.
EXAMPLES = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "standalone")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_all_proofs_hold(path: Path) -> None:
    results = run(load(path))
    assert {each.case.expected for each in results} == {"allowed", "denied"}
    assert [str(each) for each in results if not each.passed] == []


def test_a_governed_region_is_open_and_the_others_stay_closed() -> None:
    """us-east-1 is governed here: what is denied there elsewhere is no proof, the rest is."""
    path = ROOT / "examples/configurations/edge.yaml"
    assert "us-east-1" in load(path).regions
    denied = [
        each.case.request
        for each in run(load(path))
        if each.case.guardrail == "deny-regions" and each.case.expected == "denied"
    ]
    regions = {request.region for request in denied}
    assert "us-east-1" not in regions
    assert {"ap-southeast-1", "us-west-2"} <= regions
    for caller in ("role/Developer", "root", "AdministratorAccess"):
        assert any(caller in request.principal_arn for request in denied)
