"""The example's orders while its table throttles, is silent, or the function is killed: kept once, or told."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.faults import deliveries, sweep
from tests.faults.injector import EVERY, Fault, Injector, Killed, error, install
from tests.faults.sweep import Case
from tests.handlers import load_handler

index = load_handler("baseline/reference/handlers/orders")
ORDER = {"item": "book", "quantity": 2}
PUT: dict[str, Any] = {
    "httpMethod": "PUT",
    "pathParameters": {"id": "o-1"},
    "body": json.dumps(ORDER),
    "requestContext": {"authorizer": {"claims": {"sub": "me"}}, "identity": {"userArn": "arn"}},
}
GET = {**PUT, "httpMethod": "GET", "body": None}


class World:
    """A table in memory."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.injector = Injector()

    def __call__(self, client: BaseClient, operation: str, given: dict[str, Any]) -> Any:
        key = (given.get("Key") or given["Item"])["id"]
        if operation == "GetItem":
            return {"Item": self.items[key]} if key in self.items else {}
        if key in self.items:
            exists = Fault("exists", "ConditionalCheckFailedException")
            raise error(client, operation, exists)
        self.items[key] = given["Item"]
        return {}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("TABLE_NAME", "orders")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    index._kept.clear()
    made = World()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    return made


def test_an_order_that_failed_is_told_and_kept_once(world: World) -> None:
    for event, wanted in ((PUT, 201), (GET, 200)):
        world.items = {} if event is PUT else {"o-1": {"id": "o-1", **ORDER}}
        world.injector.clear()
        assert index.handler(event, None)["statusCode"] == wanted
        calls = list(world.injector.calls)

        def attempt(case: Case, event: Any = event, wanted: int = wanted) -> str | None:
            world.items = {} if event is PUT else {"o-1": {"id": "o-1", **ORDER}}
            world.injector.clear()
            world.injector.fail(case.call.number, case.fault)
            with pytest.raises((Exception, Killed)) as told:
                index.handler(event, None)
            if case.fault.code not in str(told.value):
                return f"did not say why: {told.value}"
            world.injector.heal()
            # Who asks again after a lost answer hears that the order exists.
            again = 409 if case.fault.after and event is PUT else wanted
            if index.handler(event, None)["statusCode"] != again:
                return "answered otherwise"
            found = json.loads(index.handler(GET, None)["body"])
            return None if found == {"id": "o-1", **ORDER} else f"kept {found}"

        assert sweep.survivors(sweep.exhaustive(calls, EVERY), attempt) == []


def test_an_order_that_comes_twice_is_kept_as_it_came_first(world: World) -> None:
    other = {**PUT, "body": json.dumps({**ORDER, "quantity": 3})}
    said = [index.handler(event, None)["statusCode"] for event in (PUT, PUT, other)]
    assert said == [201, 409, 409]
    assert world.items["o-1"]["quantity"] == 2


def test_a_poisoned_request_gets_an_answer_and_keeps_nothing_strange(world: World) -> None:
    for name, event in deliveries.poisoned(PUT):
        world.items.clear()
        answer = None
        # API Gateway itself writes what stands outside the body.
        with suppress(*(() if name.startswith("body") else (Exception,))):
            answer = index.handler(event, None)
        assert answer is None or answer["statusCode"] in {201, 200, 400, 404, 405, 409}, name
        for kept in world.items.values():
            assert {key: kept[key] for key in ORDER} == ORDER, name
