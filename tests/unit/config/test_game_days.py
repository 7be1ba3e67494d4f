"""What a configuration may say of game days, and what is refused before anything is deployed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from baseline.config.response import Response

Found = Callable[[dict[str, object]], list[str]]

ALARM = "arn:aws:cloudwatch:eu-west-1:666666666666:alarm:errors"
EXPERIMENTS = {"account": "666666666666", "stop_alarms": [ALARM]}


def experiments(**changes: object) -> dict[str, object]:
    return {"response.game_days.experiments": {**EXPERIMENTS, **changes}}


def test_nothing_is_rehearsed_by_default() -> None:
    response = Response()
    assert not response.game_days.inbox
    assert response.game_days.experiments is None
    assert response.canary_users == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"response.game_days.inbox": True},
        {"response.canary_users": ["backup-exporter", "ci-deploy"]},
        experiments(),
        experiments(report=True, tag="ChaosTarget", qualifier="team"),
    ],
)
def test_what_is_right_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (experiments(stop_alarms=[]), "stop_alarms"),
        ({"response.game_days.experiments": {"account": "666666666666"}}, "stop_alarms"),
        (experiments(stop_alarms=["errors"]), "is not the ARN of a CloudWatch alarm"),
        (experiments(account="333333333333"), "is accounts.security, a core account"),
        (
            experiments(stop_alarms=[ALARM.replace("eu-west-1", "eu-central-1")]),
            "is of account 666666666666 in eu-central-1",
        ),
        (
            experiments(stop_alarms=[ALARM.replace("6666", "5555", 1)]),
            "an alarm stops an experiment in its own account and Region only",
        ),
        (experiments(qualifier="secbase"), "is the baseline's own"),
        (experiments(tag="a b"), "is not a tag key"),
        (experiments(report="yes"), "report"),
        ({"response.canary_users": ["a*"]}, "is not a name for a canary"),
        ({"response.canary_users": ["break-glass-1"]}, "is a break-glass user"),
        ({"response.canary_users": ["twice", "twice"]}, "stands here twice"),
        ({"response.game_days.inbox": 1}, "inbox"),
    ],
)
def test_what_is_wrong_is_a_line(found: Found, changes: dict[str, object], said: str) -> None:
    findings = found(changes)
    assert findings
    assert any(said in one for one in findings), findings
