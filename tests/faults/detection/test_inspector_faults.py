"""Inspector in the sweep, and its exports, while AWS throttles, denies, is silent, or ends the function."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.faults import sweep
from tests.faults.injector import (
    EVERY,
    FOREVER,
    KILLED_AFTER,
    PASSING,
    THROTTLED,
    UNANSWERED,
    Fault,
    Injector,
    Killed,
    install,
)
from tests.faults.sweep import Case
from tests.handlers import load_handler
from tests.unit.detection.inspector_aws import FakeInspector, unscanned
from tests.unit.detection.members_aws import SECURITY

members = load_handler("baseline/detection/handlers/detection_members")
exports = load_handler("baseline/detection/handlers/inspector_sbom")
MEMBER = "555555555555"
REGIONS = ("eu-west-1", "eu-central-1")
WANTED = {
    "inspector": {
        "accepted": [],
        "administrator": SECURITY,
        "code_regions": [],
        "configuration": {
            "ec2Configuration": {"scanMode": "EC2_HYBRID"},
            "ecrConfiguration": {"rescanDuration": "DAYS_180"},
        },
        "excluded": [],
        "paths": ["/opt/app"],
        "scans": ["ec2", "ecr", "lambda", "lambdaCode"],
        "security_hub": True,
    }
}
Cases = Callable[..., Iterator[Case]]
ROTATED = pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)


class World:
    """Two Regions; in one of them the account is a member already. One machine is not scanned."""

    def __init__(self) -> None:
        self.injector = Injector()
        self.anew()

    def anew(self) -> None:
        self.aws = FakeInspector()
        self.aws.relations = {("eu-west-1", MEMBER): "ENABLED"}
        self.aws.covered = [unscanned(each, "NO_INVENTORY") for each in (SECURITY, MEMBER)]
        self.injector.clear()

    def state(self) -> dict[str, Any]:
        """Give what the services remember, without the times of findings."""
        kept = copy.deepcopy({**vars(self.aws), "calls": 0, "_faults": 0})
        for each in kept["findings"].values():
            del each["CreatedAt"], each["UpdatedAt"]
        return kept

    def visit(self, account: str, attempt: int = 5) -> dict[str, Any]:
        event = {"account": {"id": account, "name": "a"}, "dry_run": False, "attempt": attempt}
        found: dict[str, Any] = json.loads(json.dumps(members.handler(event, self.injector)))
        return found

    def export(self, event: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(exports.handler(event, self.injector)))
        return found


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
        "BUCKET": "secbase-{region}",
        "FORMAT": "SPDX_2_3",
        "HOME_REGION": "eu-west-1",
        "KEY": "arn:aws:kms:{region}:222222222222:alias/secbase-sbom",
        "REGIONS": ",".join(REGIONS),
        "WANTED": json.dumps(WANTED),
    }.items():
        monkeypatch.setenv(name, value)
    return made


@ROTATED
@pytest.mark.parametrize("account", [SECURITY, MEMBER])
def test_what_fails_is_reported_and_done_by_the_next_runs(
    world: World, account: str, cases: Cases
) -> None:
    world.visit(account)
    calls = list(world.injector.calls)
    world.visit(account)
    good, done = world.state(), len(world.injector.writes())
    world.visit(account)
    assert (world.state(), len(world.injector.writes())) == (good, done)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            result = world.visit(account)
        except Killed:
            pass
        else:
            failed = [row for row in result["rows"] if row["state"] == "failed"]
            if len(failed) != 1 or case.fault.code not in failed[0]["note"]:
                return f"told {failed}"
        world.injector.heal()
        for _ in range(2):
            world.visit(account)
        if world.state() != good:
            return f"left {world.state()}"
        made = len(world.injector.writes())
        return None if made == done else f"wrote {made} times instead of {done}"

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


@pytest.mark.parametrize("fault", PASSING[:2], ids=lambda each: each.name)
def test_throttling_is_the_state_machine_s_to_repeat(world: World, fault: Fault) -> None:
    world.injector.fail("AssociateMember", fault)
    with pytest.raises(members.ThrottledError, match="inspector member in eu-central-1"):
        world.visit(MEMBER, attempt=0)
    # The other Region did not wait for it.
    assert [key.rpartition("/")[2] for key in world.aws.findings] == ["eu-west-1"]
    assert world.visit(MEMBER)["state"] in {"changed", "in_progress"}


def test_a_hub_that_refuses_is_told_and_asked_again(world: World) -> None:
    world.aws.refused = "no room"
    rows = [row for row in world.visit(SECURITY)["rows"] if row["setting"] == "inspector-coverage"]
    assert [(row["state"], row["note"]) for row in rows] == [("failed", "no room")] * 2
    world.aws.refused = None
    world.visit(SECURITY)
    assert len(world.aws.findings) == len(REGIONS)


def ended(world: World) -> None:
    for report in world.aws.exports.values():
        report["status"] = "SUCCEEDED"


STARTED = {"started": "2026-11-23T04:00:00Z"}


@ROTATED
def test_an_export_of_a_region_that_fails_is_told_and_stops_no_other(
    world: World, cases: Cases
) -> None:
    first = world.export(STARTED)
    ended(world)
    assert world.export(first)["running"] == 0
    calls = list(world.injector.calls)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        looked = 0
        try:
            found = world.export(STARTED)
            ended(world)
            while found["running"] and looked < 3:
                looked += 1
                found = world.export(found)
        except Killed:
            return None  # the state machine repeats the task: the next test
        rows = {each["region"]: each for each in found["exports"]}
        states = {region: each["state"] for region, each in rows.items()}
        hit = case.call.region
        other = next(region for region in REGIONS if region != hit)
        if states[other] != "done" or found["failed"] != (states[hit] == "failed"):
            return f"states {states}, {found['failed']} failed"
        if states[hit] == "failed" and case.fault.code not in rows[hit]["note"]:
            return f"did not say why: {rows[hit]}"
        passes = case.fault in PASSING and case.call.operation == "GetSbomExport"
        known = case.fault.code in {"", *exports.PASSING}
        if passes and known and (states[hit], looked) != ("done", 2):
            return f"gave up a running export: {states}"
        return None

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


def test_an_export_is_not_given_up_in_a_storm(world: World) -> None:
    found = world.export(STARTED)
    world.injector.fail("GetSbomExport", THROTTLED, times=FOREVER)
    for _ in range(5):
        found = world.export(found)
        assert found["running"] == len(REGIONS)
    ended(world)
    world.injector.heal()
    assert (world.export(found)["running"], found["checks"]) == (0, 5)


def test_a_start_whose_answer_was_lost_is_repeated_and_told(world: World) -> None:
    """An export cannot be started under a token: a report too many is harmless, a missing one is told."""
    world.injector.fail("CreateSbomExport", KILLED_AFTER)
    with pytest.raises(Killed):
        world.export(STARTED)
    world.injector.heal()
    assert world.export(STARTED)["running"] == len(REGIONS)
    world.anew()
    world.injector.fail("CreateSbomExport", UNANSWERED)
    found = world.export(STARTED)
    assert (found["failed"], found["running"]) == (1, 1)
    assert "timeout" in found["exports"][0]["note"].lower()
