"""Rotation of a secret while AWS throttles, denies, is silent, or ends the function: one value, or the old one."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.client import BaseClient

from tests.faults import deliveries, sweep
from tests.faults.injector import (
    DENIED,
    EVERY,
    KILLED_AFTER,
    UNANSWERED,
    Call,
    Fault,
    Injector,
    Killed,
    error,
    install,
)
from tests.faults.sweep import Case
from tests.handlers import load_handler

rotation = load_handler("baseline/workload/handlers/rotation")
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TOKEN, OTHER = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "12")
OLD = {"username": "reports", "password": "old", "port": "5433"}
CLIENTS = functools.cache(boto3.client)
Answer = dict[str, Any]


class Services:
    """Secrets Manager with one secret that is being rotated, the probe, and the database."""

    def __init__(self) -> None:
        self.values = {"first": json.dumps(OLD)}
        self.stages = {"first": ["AWSCURRENT"], TOKEN: ["AWSPENDING"]}
        self.probe = "{}"
        self.probed: list[str] = []
        self.verifiers: list[str] = []
        self.made = 0

    def __call__(self, client: BaseClient, operation: str, given: Answer) -> Answer:
        answer: Callable[..., Answer | None] = getattr(self, xform_name(operation))
        try:
            return answer(**given) or {}
        except KeyError:
            missing = Fault("missing", "ResourceNotFoundException")
            raise error(client, operation, missing) from None

    def describe_secret(self, **_: str) -> Answer:
        return {"RotationEnabled": True, "VersionIdsToStages": dict(self.stages)}

    def get_random_password(self, **given: Any) -> Answer:
        self.made += 1
        return {"RandomPassword": f"new{self.made}".ljust(given["PasswordLength"], "x")}

    def get_secret_value(self, **given: str) -> Answer:
        version = given.get("VersionId") or self._staged(given["VersionStage"])
        if given["VersionStage"] not in self.stages[version]:
            raise KeyError(version)
        return {"SecretString": self.values[version]}

    def _staged(self, stage: str) -> str:
        return next((each for each, stages in self.stages.items() if stage in stages), "nowhere")

    def put_secret_value(self, **given: Any) -> None:
        if given["SecretId"] == "probe":
            self.probe = given["SecretString"]
            self.probed.append(self.probe)
            return
        version = given["ClientRequestToken"]
        assert self.values.setdefault(version, given["SecretString"]) == given["SecretString"]

    def update_secret_version_stage(self, **given: str) -> None:
        self.stages[given["RemoveFromVersionId"]] = ["AWSPREVIOUS"]
        self.stages[given["MoveToVersionId"]] = ["AWSCURRENT"]

    def execute_statement(self, **given: Any) -> Answer:
        if given["secretArn"] == "administrator":
            if "WITH LOGIN PASSWORD" in given["sql"]:
                self.verifiers.append(given["sql"])
            return {"records": [[{"longValue": 1}]] if self.verifiers else []}
        assert "password" in self.probe, "signed in with an empty probe"
        return {"records": [[{"longValue": 1}]]}

    def current(self) -> Answer:
        found: Answer = json.loads(self.values[self._staged("AWSCURRENT")])
        return found


class World:
    """A rotation under way, and the injector before AWS."""

    def __init__(self) -> None:
        self.services, self.injector = Services(), Injector()

    def anew(self) -> None:
        self.services = Services()
        self.injector.clear()

    def step(self, name: str, token: str = TOKEN) -> None:
        event = {"SecretId": "arn", "ClientRequestToken": token, "Step": name}
        rotation.handler(event, None)

    def rotate(self) -> None:
        for name in STEPS:
            self.step(name)

    def wrong(self) -> str | None:
        """Say what is not as it should be after a rotation that came to its end."""
        found = self.services.current()
        if {**found, "password": ""} != {**OLD, "password": ""} or len(found["password"]) != 48:
            return f"the secret is {found}"
        if found != json.loads(self.services.values[TOKEN]):
            return "another version is in use"
        return None if self.services.probe == "{}" else "the password stays in the probe"


@pytest.fixture(params=["generated", "data_api"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in {
        "ADAPTER": request.param,
        "ADMINISTRATOR_SECRET": "administrator",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "CLUSTER": "cluster",
        "DATABASE": "orders",
        "FIELD": "password",
        "LENGTH": "48",
        "PROBE_SECRET": "probe",
    }.items():
        monkeypatch.setenv(name, value)
    made = World()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made.services(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    monkeypatch.setattr("boto3.client", CLIENTS)
    return made


def writes(calls: list[Call]) -> list[Call]:
    return [call for call in calls if not call.is_read]


@pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_a_step_that_failed_is_repeated_and_nothing_is_between(
    world: World, cases: Callable[..., Iterator[Case]]
) -> None:
    """Secrets Manager repeats the rotation from its first step; until its end the old value is good."""
    world.rotate()
    assert world.wrong() is None
    calls = list(world.injector.calls)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            world.rotate()
        except Killed:
            pass
        except Exception as problem:  # noqa: BLE001 - each is a finding
            if case.fault.code not in str(problem):
                return f"did not say why: {problem}"
            if any(value in str(problem) for value in _passwords(world)):
                return f"the error tells the value: {problem}"
        else:
            return "nobody was told"
        if world.services.current() not in (
            OLD,
            json.loads(world.services.values.get(TOKEN, "{}")),
        ):
            return f"the secret is {world.services.current()}"
        world.injector.heal()
        world.rotate()
        world.rotate()
        return world.wrong()

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


def _passwords(world: World) -> set[str]:
    return {json.loads(each)["password"] for each in world.services.values.values()} - {"old"}


def test_steps_that_come_late_twice_or_mixed_up_change_nothing_that_is_in_use(world: World) -> None:
    world.rotate()
    good = world.services.current()
    for seed in range(5):
        for name in deliveries.disordered(deliveries.twice(STEPS), seed):
            world.step(name)
    assert world.services.current() == good
    assert world.wrong() is None


def test_a_step_before_its_time_is_refused_and_the_old_value_stays(world: World) -> None:
    for name in STEPS[1:]:
        with pytest.raises(rotation.RotationError, match="no value to test, set or finish"):
            world.step(name)
    with pytest.raises(rotation.RotationError, match="there is no version"):
        world.step("createSecret", OTHER)
    assert world.services.current() == OLD
    assert writes(world.injector.carried_out) == []


def test_a_value_whose_keeping_nobody_confirmed_is_the_one_that_is_used(world: World) -> None:
    for fault in (UNANSWERED, KILLED_AFTER):
        world.anew()
        world.injector.fail("PutSecretValue", fault)
        with pytest.raises((Killed, Exception)):
            world.step("createSecret")
        kept = world.services.values[TOKEN]
        world.injector.heal()
        world.rotate()
        assert world.services.values[TOKEN] == kept
        assert world.wrong() is None


@pytest.mark.parametrize("event", [name for name, _ in deliveries.sampled({"SecretId": "arn"})])
def test_a_poisoned_event_changes_nothing(world: World, event: str) -> None:
    poisoned = dict(deliveries.sampled({"SecretId": "arn"}))[event]
    for given in (poisoned, {**poisoned, "ClientRequestToken": OTHER, "Step": "createSecret"}):
        with pytest.raises(Exception, match=r"."):
            rotation.handler(given, None)
    assert writes(world.injector.carried_out) == []


def test_a_denied_sign_in_leaves_no_password_in_the_probe(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADAPTER", "data_api")
    world.step("createSecret")
    world.step("setSecret")
    world.injector.fail(
        lambda call: (
            call.operation == "ExecuteStatement" and call.parameters["secretArn"] == "probe"
        ),
        DENIED,
    )
    with pytest.raises(rotation.RotationError, match=DENIED.code):
        world.step("testSecret")
    assert world.services.probe == "{}"
    assert world.services.probed[-2:] == ["{}", "{}"]
    assert world.services.current() == OLD
