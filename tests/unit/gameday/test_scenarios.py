"""Scenario files: what the baseline's say, and what is refused of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.gameday.actions import ACTIONS
from baseline.gameday.library import chosen, read, scenarios
from baseline.gameday.scenario import Message, Scenario

ALL = scenarios()
RIGHT: dict[str, Any] = {
    "id": "mine",
    "title": "Mine",
    "why": "Because.",
    "account": "member",
    "tells": ["high"],
    "steps": [{"action": "open-security-group", "with": {"port": 3389}}],
    "expected": [{"what": "port-closed", "group": "${group}", "seconds": 60}],
    "cleanup": [{"action": "delete-security-group"}],
}


@pytest.mark.parametrize("scenario", ALL.values(), ids=ALL)
def test_who_is_really_told_is_said(scenario: Scenario) -> None:
    told = {one.severity for one in scenario.expected if isinstance(one, Message)}
    assert told <= set(scenario.tells)


@pytest.mark.parametrize("scenario", ALL.values(), ids=ALL)
def test_what_is_made_is_cleaned_up(scenario: Scenario) -> None:
    made = {fact for step in scenario.steps for fact in ACTIONS[step.action].gives}
    cleaned = {fact for step in scenario.cleanup for fact in ACTIONS[step.action].after}
    things = {"vpc", "bucket", "detector", "experiment"}
    assert made & things <= cleaned


def test_no_scenario_acts_in_the_management_account() -> None:
    assert {scenario.account for scenario in ALL.values()} == {"member", "security", "experiments"}


def test_every_incident_of_the_baseline_is_rehearsed() -> None:
    assert set(ALL) == {
        "break-glass",
        "canary-key",
        "guardduty-samples",
        "instances-stopped",
        "open-port",
        "public-bucket",
        "trail-stopped",
        "zone-cut-off",
    }


def written(folder: Path, **changes: object) -> Path:
    path = folder / "mine.json"
    path.write_text(json.dumps({**RIGHT, **changes}), encoding="utf-8")
    return path


def test_somebodys_own_scenario_stands_beside_the_baselines(tmp_path: Path) -> None:
    written(tmp_path)
    assert scenarios(tmp_path)["mine"].steps[0].given == {"port": 3389}


WRONG: list[tuple[dict[str, object], str]] = [
    ({"id": "other"}, "id is other; write mine"),
    ({"tells": ["urgent"]}, r"mine\.json tells\.0: Input should be 'critical', 'high' or 'medium'"),
    ({"account": "management"}, r"mine\.json account: Input should be"),
    ({"steps": []}, r"mine\.json steps: "),
    ({"colour": "red"}, r"mine\.json colour: Extra inputs are not permitted"),
    ({"steps": [{"action": "open-securty-group"}]}, "did you mean open-security-group"),
    ({"steps": [{"action": "stop-trail"}]}, "stop-trail needs trail"),
    (
        {"steps": [{"action": "open-security-group", "with": {"prot": 22}}]},
        "open-security-group takes no prot",
    ),
    (
        {"expected": [{"what": "bucket-private", "bucket": "${bucket}", "seconds": 9}]},
        "expected bucket-private: nothing gives bucket",
    ),
    (
        {"expected": [{"what": "denied", "step": "stop-trail", "seconds": 9}]},
        "expected denied: stop-trail is no step",
    ),
    ({"expected": [{"what": "applause", "seconds": 9}]}, r"mine\.json expected\.0"),
    (
        {"expected": [{"what": "port-closed", "group": "sg-1", "seconds": 0}]},
        r"expected\.0\.port-closed\.seconds: Input should be greater than or equal to 1",
    ),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_wrong_file_says_where(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(BaselineError, match=said):
        read(written(tmp_path, **changes))


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(BaselineError, match=r"^mine\.json: "):
        read(path)


def test_a_name_of_the_baseline_is_taken(tmp_path: Path) -> None:
    (tmp_path / "open-port.json").write_text(
        json.dumps({**RIGHT, "id": "open-port"}), encoding="utf-8"
    )
    with pytest.raises(BaselineError, match="open-port is a scenario of the baseline"):
        scenarios(tmp_path)
    with pytest.raises(BaselineError, match="no folder"):
        scenarios(tmp_path / "absent")


def test_an_unknown_name_gets_a_hint() -> None:
    with pytest.raises(BaselineError, match="did you mean open-port"):
        chosen(["open-prot"], ALL)
    assert chosen([], ALL) == list(ALL.values())
