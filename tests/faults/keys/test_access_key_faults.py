"""The access key sweep while AWS throttles, denies, is silent, lags, or ends the function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.iam.models import iam_backends

from tests.faults import sweep
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    LIMITED,
    THROTTLED,
    UNANSWERED,
    UNREACHED,
    Call,
    Fault,
    Injector,
    Killed,
    install,
)
from tests.faults.sweep import Case
from tests.unit.identity.access_keys import HOME, PREFIX, TOPIC, Member, index, settings

FIRST = 510_000_000_000
WORKED = ("ci", "done", "grace", "idle", "pass")


class World:
    """One account after the other, in each of which every kind of step is due."""

    def __init__(self, injector: Injector) -> None:
        self.injector, self._number = injector, FIRST
        self.anew()

    def anew(self) -> None:
        """Go on to a new account."""
        self._number += 1
        self.account = str(self._number)
        self.injector.clear()
        self.member = member = Member(self.account)
        self.ids = {name: member.user(name) for name in WORKED}
        self.old = {"ci": member.key("ci", age=80), "idle": member.key("idle", age=200, used=60)}
        member.password("pass", age=200)
        self._successor("done", deactivated=40)
        self._successor("grace", deactivated=None)
        self.injector.clear()

    def _successor(self, user: str, *, deactivated: int | None) -> None:
        """Put a stored successor beside a key whose time is over."""
        member, name = self.member, PREFIX + self.ids[user]
        old = self.old[user] = member.key(user, age=120)
        made = member.iam.create_access_key(UserName=user)["AccessKey"]
        member.turn_back(made["AccessKeyId"], age=20)
        tags = {"Replaces": old}
        if deactivated is not None:
            member.iam.update_access_key(UserName=user, AccessKeyId=old, Status="Inactive")
            off = datetime.now(UTC) - timedelta(days=deactivated)
            tags["DeactivatedAt"] = off.isoformat()
        member.secrets.create_secret(
            Name=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
        )
        member.secrets.put_secret_value(
            SecretId=name,
            ClientRequestToken=f"successor-key-{made['AccessKeyId']}",
            SecretString=json.dumps(
                {"AccessKeyId": made["AccessKeyId"], "SecretAccessKey": made["SecretAccessKey"]}
            ),
        )

    def run(self, *, attempt: int = 5) -> dict[str, Any]:
        event = {
            "account": {"id": self.account, "name": "team", "management": False},
            "dry_run": False,
            "attempt": attempt,
        }
        self.injector.slept.clear()
        result: dict[str, Any] = index.handler(event, self.injector)
        return result

    def half_an_hour_later(self) -> None:
        """Let the time pass after which a run counts as broken off."""
        keys = iam_backends[self.account]["aws"].access_keys
        for key, found in keys.items():
            if found.user_name == "ci" and key != self.old["ci"]:
                self.member.turn_back(key, age=1 / 48, used=None)
        if self._has_secret() and "WantedAt" in self.member.tags(self.ids["ci"]):
            self.member.turn_tag_back(self.ids["ci"], "WantedAt", days=1 / 48)

    def _has_secret(self) -> bool:
        listed = self.member.secrets.list_secrets()["SecretList"]
        return any(each["Name"] == PREFIX + self.ids["ci"] for each in listed)

    def wrong(self) -> str | None:
        """Say what is not as it should be when all work is done."""
        member = self.member
        keys = {name: member.keys(name) for name in WORKED}
        if keys["idle"] != {self.old["idle"]: "Inactive"}:
            return f"the idle key is {keys['idle']}"
        if keys["grace"].get(self.old["grace"]) != "Inactive" or len(keys["grace"]) != 2:
            return f"the replaced key is {keys['grace']}"
        if "DeactivatedAt" not in member.tags(self.ids["grace"]):
            return "nobody knows since when the replaced key is off"
        if self.old["done"] in keys["done"] or [*keys["done"].values()] != ["Active"]:
            return f"the key to delete is {keys['done']}"
        if iam_backends[self.account]["aws"].users["pass"].password is not None:
            return "the unused password is there"
        return self._rotation(keys["ci"])

    def _rotation(self, keys: dict[str, str]) -> str | None:
        stored = self.member.stored(self.ids["ci"])
        if keys != {self.old["ci"]: "Active", stored["AccessKeyId"]: "Active"}:
            return f"the rotated keys are {keys}, stored is {stored['AccessKeyId']}"
        real = iam_backends[self.account]["aws"].access_keys[stored["AccessKeyId"]]
        if real.secret_access_key != stored["SecretAccessKey"]:
            return "the stored value is not that of the key"
        return None

    def told(self) -> str:
        """Give what people were told."""
        return " ".join(
            str(call.parameters["Message"])
            for call in self.injector.carried_out
            if call.operation == "Publish"
        )


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for key, value in settings(remove_passwords=True).items():
        monkeypatch.setenv(key, value)
    # The order of the users is drawn by lot; a fault needs to be at the same call again.
    monkeypatch.setattr("random.shuffle", lambda _: None)
    with mock_aws():
        boto3.client("sns", region_name=HOME).create_topic(Name=TOPIC.rpartition(":")[2])
        yield World(install(monkeypatch))


def settle(world: World) -> str | None:
    """Run on the next day, which finishes all; say what is wrong then."""
    world.injector.heal()
    world.half_an_hour_later()
    world.run()
    return world.wrong()


def settle_for_good(world: World) -> str | None:
    """Settle, and say whether a run after that finds anything to do."""
    wrong = settle(world)
    if wrong:
        return wrong
    before = len(world.injector.writes())
    if world.run()["state"] != "ok" or len(world.injector.writes()) != before:
        return "the work never ends"
    return None


def good_calls(world: World) -> list[Call]:
    result = world.run()
    assert result["state"] == "changed"
    calls = list(world.injector.calls)
    assert len({call.name for call in calls}) == 17
    assert world.wrong() is None
    return calls


def attempt(world: World, case: Case) -> str | None:
    world.anew()
    world.injector.fail(case.call.number, case.fault)
    killed = False
    try:
        result = world.run()
    except Killed:
        killed = True
    except Exception as error:  # noqa: BLE001 - the state machine reports it
        # Before the first user there is nothing to report but the reason.
        if world.injector.writes():
            return f"forgot what it did: {type(error).__name__}: {error}"
    else:
        said = json.dumps(result)
        if result["state"] != "failed" and "its tag WantedAt stays" not in said:
            return f"nobody was told: {said}"
    wrong = settle(world)
    if wrong:
        return wrong
    missing = [user for user in WORKED if user not in world.told()]
    unheard = case.call.operation == "Publish" and case.fault is not UNANSWERED
    return f"people did not hear of {missing}" if missing and not (killed or unheard) else None


def test_one_call_of_each_operation_fails(world: World) -> None:
    calls = good_calls(world)
    writes = [call for call in calls if not call.is_read]
    cases = sweep.sample(writes, EVERY, begin=5)
    assert sweep.survivors(cases, lambda case: attempt(world, case)) == []


@pytest.mark.nightly
def test_each_call_fails_in_each_way(world: World) -> None:
    cases = sweep.exhaustive(good_calls(world), EVERY)
    assert sweep.survivors(cases, lambda case: attempt(world, case)) == []


@pytest.mark.parametrize(
    "fault",
    [
        UNANSWERED,
        Fault("failed after it was carried out", "ServiceFailure", status=500, after=True),
    ],
    ids=lambda fault: fault.name,
)
def test_a_key_whose_making_nobody_confirmed_is_found_and_deleted(
    world: World, fault: Fault
) -> None:
    """Nobody has its secret part, so it may not stay."""
    world.injector.fail("CreateAccessKey", fault)
    assert world.run()["state"] == "failed"
    lost = world.member.keys("ci").keys() - {world.old["ci"]}
    assert len(lost) == 1
    assert settle_for_good(world) is None
    assert not lost & world.member.keys("ci").keys()


@pytest.mark.parametrize(
    ("operation", "user"),
    [("DeleteAccessKey", "done"), ("DeleteLoginProfile", "pass"), ("UpdateAccessKey", "idle")],
)
def test_what_may_have_been_done_is_told(world: World, operation: str, user: str) -> None:
    """The next run finds it done, and would tell nobody."""
    fails = Fault("failed after it was carried out", "ServiceFailure", status=500, after=True)
    for fault in (UNANSWERED, fails):
        world.anew()
        world.injector.fail(
            lambda call: call.operation == operation and call.parameters["UserName"] == user, fault
        )
        assert world.run()["state"] == "failed"
        assert user in world.told()
        assert settle_for_good(world) is None


def test_what_was_done_before_a_storm_is_told_before_the_next_attempt(world: World) -> None:
    """The next attempt finds it done, and would tell nobody."""
    world.injector.fail("DeleteLoginProfile", THROTTLED, times=FOREVER)
    with pytest.raises(index.ThrottledError):
        world.run(attempt=0)
    for user in ("ci", "done", "grace", "idle"):
        assert user in world.told()
    result = world.run(attempt=5)
    (row,) = [row for row in result["rows"] if row["state"] == "failed"]
    assert row["finding"] == "throttled"
    assert settle(world) is None


def test_one_user_that_cannot_be_read_stops_no_other(world: World) -> None:
    world.injector.fail("ListAccessKeys", UNREACHED)
    result = world.run()
    assert [
        (row["user"], row["finding"]) for row in result["rows"] if row["state"] == "failed"
    ] == [("ci", "unreadable")]
    assert {row["user"] for row in result["rows"]} == {*WORKED}


def test_a_message_that_cannot_be_sent_costs_no_report(world: World) -> None:
    world.injector.fail("Publish", DENIED)
    result = world.run()
    assert result["state"] == "failed"
    assert {row.get("user") for row in result["rows"]} == {*WORKED, None}
    assert result["rows"][-1]["finding"] == "not-told"


@pytest.mark.parametrize("reads", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_reads_that_lag_behind_make_no_second_successor(world: World, reads: int) -> None:
    world.run()
    world.injector.lag(reads)
    for _ in range(2):
        world.run()
    assert settle(world) is None
    made = [call for call in world.injector.writes() if call.operation == "CreateAccessKey"]
    assert len(made) == 1


def test_an_account_that_is_visited_twice_is_worked_on_once(world: World) -> None:
    for _ in range(2):
        world.run()
    assert world.wrong() is None
    made = [call for call in world.injector.writes() if call.operation == "CreateAccessKey"]
    assert len(made) == 1
    assert world.told().count("made the successor") == 1


def test_a_storm_below_the_repetitions_is_ridden_out(world: World) -> None:
    world.injector.storm("ListUsers", 5, code=LIMITED.code)
    result = world.run()
    assert result["state"] == "changed"
    assert world.wrong() is None
    assert sum(world.injector.slept) > 0
