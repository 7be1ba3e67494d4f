"""The function keeps what it is given once, tells nothing more, and lets nothing into an expression."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.handlers import load_handler

ORDER = {"item": "book", "quantity": 2}


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The handler with an empty table."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("TABLE_NAME", "orders")
    module = load_handler("baseline/reference/handlers/orders")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        module._kept.clear()
        yield module
        module._kept.clear()


def call(
    module: ModuleType, method: str, order: str, body: object = None, **context: Any
) -> tuple[int, dict[str, Any]]:
    event = {
        "httpMethod": method,
        "pathParameters": {"id": order},
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "requestContext": context,
    }
    answer = module.handler(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_order_is_kept_and_given_back(orders: ModuleType) -> None:
    assert call(orders, "PUT", "a-1", ORDER) == (201, {"id": "a-1", **ORDER})
    assert call(orders, "GET", "a-1") == (200, {"id": "a-1", **ORDER})


def test_nobody_overwrites_an_order(orders: ModuleType) -> None:
    call(orders, "PUT", "a-1", ORDER)
    assert call(orders, "PUT", "a-1", {**ORDER, "quantity": 9})[0] == 409
    assert call(orders, "GET", "a-1")[1]["quantity"] == 2


@pytest.mark.parametrize(
    ("context", "owner"),
    [
        ({"authorizer": {"claims": {"sub": "user-1"}}}, "user-1"),
        (
            {"identity": {"userArn": "arn:aws:sts::1:assumed-role/a/b"}},
            "arn:aws:sts::1:assumed-role/a/b",
        ),
    ],
)
def test_whose_order_it_is_comes_from_the_authorizer(
    orders: ModuleType, context: dict[str, Any], owner: str
) -> None:
    call(orders, "PUT", "a-1", ORDER, **context)
    item = boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "a-1"}})["Item"]
    assert item["owner"]["S"] == owner
    assert "owner" not in call(orders, "GET", "a-1")[1]


@pytest.mark.parametrize(
    "body",
    [
        None,
        "no JSON",
        "[]",
        {"item": "book"},
        {**ORDER, "owner": "somebody else"},
        {"item": "", "quantity": 1},
        {"item": "x" * 201, "quantity": 1},
        {"item": 1, "quantity": 1},
        {"item": "book", "quantity": 0},
        {"item": "book", "quantity": 101},
        {"item": "book", "quantity": 1.5},
        {"item": "book", "quantity": True},
        {"item": "book", "quantity": "2"},
    ],
    ids=str,
)
def test_what_is_no_order_is_refused(orders: ModuleType, body: object) -> None:
    assert call(orders, "PUT", "a-1", body)[0] == 400
    assert call(orders, "GET", "a-1")[0] == 404


@pytest.mark.parametrize("order", ["", "a b", "../x", "x" * 65, "a'; drop"])
def test_what_is_no_id_is_refused(orders: ModuleType, order: str) -> None:
    assert call(orders, "GET", order)[0] == 400


def test_other_methods_are_refused(orders: ModuleType) -> None:
    assert call(orders, "DELETE", "a-1")[0] == 405


def test_answers_are_not_kept_by_anybody(orders: ModuleType) -> None:
    headers = orders.handler({"httpMethod": "GET", "pathParameters": {"id": "a"}}, None)["headers"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_failure_of_the_table_is_a_failure(
    orders: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABLE_NAME", "missing")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        orders.handler(
            {"httpMethod": "PUT", "pathParameters": {"id": "a"}, "body": json.dumps(ORDER)}, None
        )
