"""The estimate that is written beside the templates: complete, and what the configuration says without them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline.config import load
from baseline.cost import estimate
from baseline.cost.counting import counted
from baseline.cost.estimating import landscape
from tests.composed import composed
from tests.costs import drift, gaps
from tests.support import ROOT

FOLDER = ROOT / "examples" / "configurations"


def test_the_example_costs_what_its_configuration_says(assembly: Path) -> None:
    assert drift(assembly, ROOT / "baseline.yaml") == []
    assert gaps(assembly) == []


def test_every_capability_of_the_example_has_lines_or_says_why_not(assembly: Path) -> None:
    document = json.loads((assembly / "cost.json").read_text(encoding="utf-8"))
    assert {line["capability"] for line in document["lines"]} == set(document["capabilities"])
    nothing = [line for line in document["lines"] if line["item"] == "nothing"]
    assert nothing
    assert all(line["assumption"] for line in nothing)


# The others are judged beside their checkers, in tests/tools/test_configurations.py.
@pytest.mark.parametrize("name", ["connected", "enterprise", "small", "standalone-joined"])
def test_networks_sizes_and_profiles(name: str) -> None:
    file = FOLDER / f"{name}.yaml"
    configuration = load(file)
    folder = Path(composed(configuration).app.synth().directory)
    resources = counted(folder, landscape(configuration), prefix=configuration.prefix)
    document = estimate(configuration, resources=resources).as_json()
    (folder / "cost.json").write_text(json.dumps(document), encoding="utf-8")  # as app.py does
    assert drift(folder, file) == []
    assert gaps(folder) == []
