"""Keeps orders in a table: ``PUT /orders/{id}`` writes one once, ``GET /orders/{id}`` reads it.

Nothing of the caller reaches an expression, and no error says more than its kind.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

ORDER_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
MOST_CHARACTERS = 200
MOST_ITEMS = 100

Answer = dict[str, Any]
_kept: dict[str, Any] = {}


def handler(event: Mapping[str, Any], _context: object) -> Answer:
    """Answer a request of API Gateway (Lambda proxy integration)."""
    order_id = str((event.get("pathParameters") or {}).get("id", ""))
    if not ORDER_ID.fullmatch(order_id):
        return answer(400, {"message": "id has 1 to 64 letters, digits and hyphens"})
    if event.get("httpMethod") == "GET":
        return read(order_id)
    if event.get("httpMethod") != "PUT":
        return answer(405, {"message": "GET or PUT"})
    order = order_in(event.get("body"))
    if isinstance(order, str):
        return answer(400, {"message": order})
    return write(order_id, order, _owner(event))


def order_in(body: object) -> dict[str, Any] | str:
    """Give the order in a request's body, or what is wrong with it."""
    try:
        given = json.loads(body) if isinstance(body, str) else None
    except ValueError:
        given = None
    if not isinstance(given, dict) or set(given) != {"item", "quantity"}:
        return "the body is JSON with item and quantity"
    item, quantity = given["item"], given["quantity"]
    if not isinstance(item, str) or not 1 <= len(item) <= MOST_CHARACTERS:
        return f"item is text of 1 to {MOST_CHARACTERS} characters"
    if type(quantity) is not int or not 1 <= quantity <= MOST_ITEMS:
        return f"quantity is a whole number from 1 to {MOST_ITEMS}"
    return {"item": item, "quantity": quantity}


def read(order_id: str) -> Answer:
    """Give an order."""
    item = _table().get_item(Key={"id": order_id}, ConsistentRead=True).get("Item")
    if item is None:
        return answer(404, {"message": "no such order"})
    return answer(200, {"id": order_id, "item": item["item"], "quantity": int(item["quantity"])})


def write(order_id: str, order: Mapping[str, Any], owner: str) -> Answer:
    """Keep an order, unless there is one of this ID."""
    try:
        _table().put_item(
            Item={"id": order_id, "owner": owner, **order},
            ConditionExpression="attribute_not_exists(id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return answer(409, {"message": "the order exists"})
        raise
    return answer(201, {"id": order_id, **order})


def answer(status: int, body: Mapping[str, Any]) -> Answer:
    """Give an answer that no browser guesses at or keeps."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
    }
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _owner(event: Mapping[str, Any]) -> str:
    context = event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims") or {}
    return str(claims.get("sub") or (context.get("identity") or {}).get("userArn") or "unknown")


def _table() -> Any:  # noqa: ANN401 - boto3 clients have no published types
    if "table" not in _kept:
        _kept["table"] = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
    return _kept["table"]
