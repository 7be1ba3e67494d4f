"""The gate of an image while AWS throttles, denies, is silent, or ends the function: a doubt releases nothing."""

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
from tests.faults.injector import EVERY, FOREVER, THROTTLED, UNANSWERED, Injector, Killed, install
from tests.faults.sweep import Case
from tests.handlers import load_handler
from tests.unit.images.test_release_gate import AMI, event, finding

index = load_handler("baseline/images/handlers/release_gate")
GATES = ("RequireImdsv2", "ReleaseGate")
CLIENTS = functools.cache(boto3.client)
Answer = dict[str, Any]


class Services:
    """Image Builder with a build that waits, and EC2."""

    def __init__(self) -> None:
        self.findings: list[Answer] = []
        self.imds = ""
        self.answers: dict[str, Answer] = {}

    def __call__(self, _: BaseClient, operation: str, given: Answer) -> Answer:
        answer: Callable[..., Answer | None] = getattr(self, xform_name(operation))
        return answer(**given) or {}

    def list_workflow_step_executions(self, **_: str) -> Answer:
        made = {"action": "CreateImage", "status": "COMPLETED"}
        return {"steps": [{**made, "outputs": json.dumps({"imageId": AMI})}]}

    def modify_image_attribute(self, **given: Any) -> None:
        self.imds = given["ImdsSupport"]["Value"]

    def describe_images(self, **_: Any) -> Answer:
        return {"Images": [{"ImageId": AMI, **({"ImdsSupport": self.imds} if self.imds else {})}]}

    def get_image(self, **_: str) -> Answer:
        return {"image": {"scanState": {"status": "COMPLETED"}}}

    def list_image_scan_findings(self, **_: Any) -> Answer:
        return {"findings": self.findings}

    def send_workflow_step_action(self, **given: str) -> None:
        # The same token is the same request.
        self.answers[given["clientToken"]] = given

    def actions(self) -> list[str]:
        return [each["action"] for each in self.answers.values()]


class World:
    """A step that waits for its answer."""

    def __init__(self) -> None:
        self.services, self.injector = Services(), Injector()

    def anew(self) -> None:
        self.services = Services()
        self.injector.clear()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("BLOCKED_SEVERITIES", '["CRITICAL"]')
    monkeypatch.setenv("ACCEPTED", "[]")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    made = World()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made.services(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    # The handler makes a client for each event; making EC2's takes longer than the test.
    monkeypatch.setattr("boto3.client", CLIENTS)
    return made


@pytest.mark.parametrize("step", GATES)
def test_what_fails_releases_nothing_and_the_repetition_answers_once(
    world: World, step: str
) -> None:
    """Lambda repeats what raised; a build without an answer runs into its timeout."""
    index.handler(event(step), None)
    assert world.services.actions() == ["RESUME"]
    calls = list(world.injector.calls)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            index.handler(event(step), None)
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - each is a finding
            if case.fault.code not in str(error):
                return f"did not say why: {error}"
        else:
            return "went on without what it asked for"
        answered = case.fault.after and case.call.operation == "SendWorkflowStepAction"
        if world.services.actions() != (["RESUME"] if answered else []):
            return f"answered {world.services.actions()}"
        world.injector.heal()
        for _ in range(2):
            index.handler(event(step), None)
        return None if world.services.actions() == ["RESUME"] else f"{world.services.answers}"

    assert sweep.survivors(sweep.exhaustive(calls, EVERY), attempt) == []


@pytest.mark.parametrize("step", GATES)
def test_a_storm_that_lasts_answers_nothing(world: World, step: str) -> None:
    world.injector.fail(lambda call: call.is_read, THROTTLED, times=FOREVER)
    for _ in range(3):
        with pytest.raises(Exception, match=THROTTLED.code):
            index.handler(event(step), None)
    assert world.services.answers == {}


def test_a_finding_that_came_between_two_deliveries_stops_the_build(world: World) -> None:
    """The first answer did not arrive; the second is that of today, under a token of its own."""
    world.injector.fail("SendWorkflowStepAction", THROTTLED)
    with pytest.raises(Exception, match=THROTTLED.code):
        index.handler(event("ReleaseGate"), None)
    world.services.findings = [finding("CVE-2026-3333")]
    index.handler(event("ReleaseGate"), None)
    assert world.services.actions() == ["STOP"]


def test_an_attribute_whose_setting_nobody_confirmed_is_looked_at(world: World) -> None:
    """EC2.8."""
    world.injector.fail("ModifyImageAttribute", UNANSWERED)
    with pytest.raises(Exception, match=r"timed out|timeout"):
        index.handler(event("RequireImdsv2"), None)
    assert world.services.actions() == []
    index.handler(event("RequireImdsv2"), None)
    assert (world.services.imds, world.services.actions()) == ("v2.0", ["RESUME"])


def test_reads_that_lag_behind_release_nothing(world: World) -> None:
    world.services.imds = ""
    lagging = iter([{"Images": [{"ImageId": AMI}]}])
    world.services.describe_images = lambda **_: next(lagging)  # type: ignore[method-assign]
    index.handler(event("RequireImdsv2"), None)
    assert world.services.actions() == ["STOP"]


def _poisoned() -> Iterator[tuple[str, Answer]]:
    for step in GATES:
        yield from deliveries.sampled(event(step))


def test_a_poisoned_event_is_answered_for_its_own_step_or_not_at_all(world: World) -> None:
    wrong = []
    for name, given in _poisoned():
        world.anew()
        try:
            index.handler(given, None)
        except Exception:  # noqa: BLE001, S112 - Lambda reports it; the build runs into its timeout
            continue
        (answer,) = world.services.answers.values()
        named = (
            given["detail"]["workflow-step-execution-id"],
            given["resources"][0],
            answer["action"],
        )
        if (answer["stepExecutionId"], answer["imageBuildVersionArn"]) != named[:2]:
            wrong.append(name)
    assert wrong == []


def test_a_poisoned_finding_blocks_rather_than_passes(world: World) -> None:
    """A finding of a severity that blocks is never lost by what else stands in it."""
    for name, poisoned in deliveries.poisoned(finding("CVE-2026-3333")):
        if poisoned.get("severity") != "CRITICAL":
            continue
        world.anew()
        world.services.findings = [finding("CVE-2026-1111", "LOW"), poisoned]
        try:
            index.handler(event("ReleaseGate"), None)
        except Exception:  # noqa: BLE001 - no answer, so nothing is released
            assert world.services.answers == {}, name
        else:
            assert world.services.actions() == ["STOP"], name
