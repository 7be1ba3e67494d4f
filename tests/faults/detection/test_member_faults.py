"""Membership of Macie and Detective while AWS throttles, denies, is silent, or ends the function."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.faults import sweep
from tests.faults.injector import EVERY, PASSING, UNREACHED, Injector, Killed, install
from tests.faults.sweep import Case
from tests.handlers import load_handler
from tests.unit.detection.members_aws import SECURITY, FakeAws

index = load_handler("baseline/detection/handlers/detection_members")
MEMBER = "555555555555"
WANTED = {
    "macie": {
        "frequency": "FIFTEEN_MINUTES",
        "discovery": True,
        "name_prefix": "secbase",
        "export": {"bucketName": "b", "kmsKeyArn": "arn:aws:kms:eu-west-1:222222222222:key/k"},
        "security_hub": True,
        "excluded": [],
    },
    "detective": {"packages": ["DETECTIVE_CORE"], "excluded": []},
}


class World:
    def __init__(self) -> None:
        self.aws = FakeAws()
        self.injector = Injector()

    def anew(self) -> None:
        self.aws = FakeAws()
        self.injector.clear()

    def state(self) -> dict[str, Any]:
        kept = {name: copy.deepcopy(value) for name, value in vars(self.aws).items()}
        return {name: value for name, value in kept.items() if name not in {"calls", "_faults"}}

    def run(self, account: str, *, attempt: int = 5, dry_run: bool = False) -> dict[str, Any]:
        event = {"account": {"id": account, "name": "a"}, "dry_run": dry_run, "attempt": attempt}
        result: dict[str, Any] = json.loads(json.dumps(index.handler(event, self.injector)))
        return result


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made.aws(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    for name, value in {
        "ADMINISTRATOR": SECURITY,
        "HOME_REGION": "eu-west-1",
        "REGIONS": "eu-west-1,eu-central-1",
        "WANTED": json.dumps(WANTED),
    }.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.mark.parametrize("account", [SECURITY, MEMBER])
@pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_what_fails_is_reported_and_done_by_the_next_run(
    world: World, account: str, cases: Any
) -> None:
    assert world.run(account)["state"] == "changed"
    good, calls = world.state(), list(world.injector.calls)
    assert world.run(account)["state"] == "ok"
    done = len(world.injector.writes())

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            result = world.run(account)
        except Killed:
            pass
        else:
            failed = [row for row in result["rows"] if row["state"] == "failed"]
            if len(failed) != 1 or case.fault.code not in failed[0]["note"]:
                return f"told {failed}"
        world.injector.heal()
        world.run(account)
        if world.state() != good:
            return f"left {world.state()}"
        made = len(world.injector.writes())
        return None if made == done else f"wrote {made} times instead of {done}"

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


@pytest.mark.parametrize("fault", PASSING[:2], ids=lambda fault: fault.name)
def test_throttling_is_the_state_machine_s_to_repeat(world: World, fault: Any) -> None:
    world.injector.fail("CreateMember", fault)
    with pytest.raises(index.ThrottledError, match="macie member in eu-west-1"):
        world.run(MEMBER, attempt=0)
    # Nothing else waited for it.
    assert {region for region, _ in world.aws.graph_members} == {"eu-west-1", "eu-central-1"}
    assert world.run(MEMBER)["state"] == "changed"
    assert world.run(MEMBER)["state"] == "ok"


def test_a_dry_run_survives_a_connection_that_fails(world: World) -> None:
    world.injector.fail("GetMacieSession", UNREACHED, times=2)
    result = world.run(SECURITY, dry_run=True)
    assert [row["setting"] for row in result["rows"] if row["state"] == "failed"] == [
        "macie-session"
    ]
    assert world.injector.writes() == []
