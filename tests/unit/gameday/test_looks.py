"""Playbooks and the evidence of incidents as what has to arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Names
from baseline.gameday.actions.action import Place
from baseline.gameday.listener import Listener
from baseline.gameday.looks import Seen, View, look
from baseline.gameday.scenario import Evidence, Execution
from tests.unit.gameday.fakes import (
    HOME,
    MEMBER,
    FakeWorld,
    Service,
    configuration,
    error,
)

STARTED = datetime.now(UTC)
ASKED = Execution(what="execution", playbook="exposed-bucket", holds=("${bucket}",), seconds=60)
MACHINE = "arn:aws:states:eu-west-1:333333333333:stateMachine:secbase-playbook-exposed-bucket"


def states(*executions: tuple[str, datetime, str]) -> Service:
    listed = [
        {"executionArn": given, "name": "e", "status": status, "startDate": began}
        for status, began, given in executions
    ]
    return Service(
        list_executions=lambda **_: {"executions": listed},
        describe_execution=lambda **given: {"input": given["executionArn"]},
    )


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def view(world: FakeWorld, tmp_path: Path) -> View:
    names = Names.of(configuration(tmp_path))
    place = Place(
        world=world, account=MEMBER, region=HOME, run="gameday-1", facts={"bucket": "mine"}
    )
    listener = Listener(world=world, names=names)
    return View(
        place=place,
        names=names,
        listener=listener,
        refusals={},
        started=STARTED,
        bucket=lambda: "evidence",
    )


@pytest.mark.parametrize(
    ("execution", "state"),
    [
        (("SUCCEEDED", STARTED + timedelta(seconds=1), "bucket mine"), "arrived"),
        (("RUNNING", STARTED + timedelta(seconds=1), "bucket mine"), "waiting"),
        (("SUCCEEDED", STARTED - timedelta(days=1), "bucket mine"), "waiting"),
        (("SUCCEEDED", STARTED + timedelta(seconds=1), "bucket other"), "waiting"),
    ],
)
def test_an_execution_counts_since_the_start_and_for_what_was_done(
    view: View, world: FakeWorld, execution: Any, state: str
) -> None:
    world.others["stepfunctions"] = states(execution)

    assert look(view, ASKED).state == state
    assert world.others["stepfunctions"].called[0][1]["stateMachineArn"] == MACHINE


def test_a_playbook_that_is_not_deployed_did_not_arrive(view: View, world: FakeWorld) -> None:
    def refuse(**_: object) -> None:
        raise error("StateMachineDoesNotExist")

    world.others["stepfunctions"] = Service(list_executions=refuse)

    seen = look(view, ASKED)
    assert seen == Seen(state="not deployed", detail="there is no playbook exposed-bucket")
    kept = Evidence(what="evidence", prefix="incidents/", playbook="exposed-bucket", seconds=60)
    assert look(view, kept).state == "not deployed"


def test_evidence_counts_when_it_is_of_this_incident(view: View, world: FakeWorld) -> None:
    expected = Evidence(what="evidence", prefix="incidents/", holds=("${bucket}",), seconds=60)
    world.s3.objects["incidents/1/manifest.json"] = b'{"bucket": "other"}'
    assert look(view, expected).state == "waiting"
    world.s3.objects["incidents/2/manifest.json"] = b'{"bucket": "mine"}'
    assert look(view, expected) == Seen(state="arrived", detail="incidents/2/manifest.json")
