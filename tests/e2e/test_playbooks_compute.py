"""A function that mines in a member account is stopped there.

The embedded AWS gives machines no network interfaces: tests/unit/response has their isolation.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.messages import record
from tests.e2e.organization import Organization
from tests.unit.response.compute_world import recorded

SECONDS = 60
REGION = "eu-central-1"
FUNCTION = "e2e-resize"


def member(organization: Organization) -> str:
    found = organization.session.configuration.members["payments-test"].id
    assert found
    return found


@pytest.fixture
def function(organization: Organization) -> Iterator[Any]:
    """Lambda of the member account, with a function that mines."""
    client = organization.client("lambda", member(organization), REGION)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("index.py", "def handler(event, context): return None")
    client.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{member(organization)}:role/e2e-resize",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    yield client
    client.delete_function(FunctionName=FUNCTION)


def send(organization: Organization, event: dict[str, Any]) -> None:
    detail = event["detail"]
    detail["accountId"], detail["region"] = member(organization), REGION
    record(
        organization,
        organization.names.security,
        REGION,
        source=event["source"],
        detail_type=event["detail-type"],
        detail=detail,
    )


def wait_for(read: Any, wanted: Any) -> None:
    until = time.monotonic() + SECONDS
    while (found := read()) != wanted and time.monotonic() < until:
        time.sleep(0.5)
    assert found == wanted


def test_a_function_that_mines_is_invoked_by_nobody(
    organization: Organization, function: Any
) -> None:
    event = recorded("CryptoCurrency:Lambda/BitcoinTool.B")
    arn = f"arn:aws:lambda:{REGION}:{member(organization)}:function:{FUNCTION}"
    event["detail"]["resource"]["lambdaDetails"]["functionArn"] = arn
    send(organization, event)
    wait_for(
        lambda: function.get_function_concurrency(FunctionName=FUNCTION).get(
            "ReservedConcurrentExecutions"
        ),
        0,
    )
