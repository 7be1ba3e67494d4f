"""Who hears of what: failed installations do, scans and other people's commands do not."""

from __future__ import annotations

import pytest

from baseline.config import Names
from baseline.config.patching import Patching, PatchWindow
from baseline.patching.failures import patch_failures
from tests.unit.detection.formatter import finding_reading
from tests.unit.detection.matching import matches
from tests.unit.detection.recorded import RECORDED

EVENTS = {
    one.name.removeprefix("systems_manager: "): one.event
    for one in RECORDED
    if one.name.startswith("systems_manager: ")
}
BY_TAG = {
    "patches failed on a machine",
    "patches did not begin on a machine",
    "a patch window ran out of time",
}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Patching(), BY_TAG),
        (
            Patching(install="all", windows={"night": PatchWindow()}),
            BY_TAG | {"an installation on every machine failed"},
        ),
    ],
    ids=["tagged", "all"],
)
def test_failed_installations_are_told(
    names: Names, settings: Patching, expected: set[str]
) -> None:
    pattern = patch_failures(names, settings)
    assert {name for name, event in EVENTS.items() if matches(pattern, event)} == expected


def test_a_window_of_another_hour_has_another_association(names: Names) -> None:
    settings = Patching(install="all", windows={"night": PatchWindow(hour=4)})
    pattern = patch_failures(names, settings)
    assert not matches(pattern, EVENTS["an installation on every machine failed"])


def test_a_message_names_machine_and_command() -> None:
    finding = finding_reading.read(EVENTS["patches failed on a machine"], "high")
    assert finding.title == "AWS-RunPatchBaseline: Failed on i-0a1b2c3d4e5f60718"
    assert (finding.account, finding.region) == ("555555555555", "eu-central-1")
    assert finding.link == (
        "https://eu-central-1.console.aws.amazon.com/systems-manager/run-command/"
        "e8d3c0e4-71f7-4491-898f-c9b35bee5f3b/i-0a1b2c3d4e5f60718?region=eu-central-1"
    )
    assert "run it again" in finding.remedy


def test_a_message_of_a_window_names_it() -> None:
    finding = finding_reading.read(EVENTS["a patch window ran out of time"], "high")
    assert finding.title == "secbase-patch-weekly: TIMED_OUT"
    assert finding.facts["Resource"] == "secbase-patch-weekly"
    assert finding.id == "b60fb56e-776c-4e5c-84ee-123456789012"


def test_a_message_of_an_association_counts_machines() -> None:
    finding = finding_reading.read(EVENTS["an installation on every machine failed"], "high")
    assert finding.facts["Machines"] == '{"Failed":2,"Success":40}'
