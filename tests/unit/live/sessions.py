"""Sessions that AWS refuses something."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError


def refusing(codes: dict[str, str], session: Any = None) -> Any:
    """Give a session whose calls of some operations end with an error code.

    ``codes`` is by ``service.Operation`` or ``service``, as botocore names its events.
    """
    session = session or boto3.Session(region_name="eu-west-1")
    for where, code in codes.items():
        refuse(session, where, ClientError({"Error": {"Code": code, "Message": "no"}}, where))
    return session


def refuse(session: Any, where: str, error: Exception) -> None:
    """Let the calls of a session end with an error."""

    def fail(**_: object) -> None:
        raise error

    session.events.register(f"before-call.{where}", fail)


def counting(session: Any) -> list[str]:
    """Give a list that fills with the operations that a session calls."""
    calls: list[str] = []

    def note(model: Any, **_: object) -> None:
        calls.append(f"{model.service_model.service_name}:{model.name}")

    session.events.register("before-call", note)
    return calls
