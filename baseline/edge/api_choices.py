"""How much an API answers, and under which name, as an argument says it."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from constructs import Construct

from baseline.errors import BaselineError

MOST_CHARACTERS = 128
MOST_PER_SECOND = 10_000
"""Requests per second of an account and Region, all APIs together. Source: Amazon API Gateway
Developer Guide, "Amazon API Gateway quotas"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttle:
    """How many requests a stage takes before it answers 429.

    Attributes:
        per_second: requests per second in the long run; 100 by default.
        burst: requests at once; 200 by default.
    """

    per_second: int = 100
    burst: int = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiDomain:
    """A name of one's own for an API, which has no other then.

    Attributes:
        name: the name, which the certificate holds.
        certificate: certificate in the API's Region.
    """

    name: str
    certificate: acm.ICertificate


def api_name(scope: Construct) -> str:
    """Give the name that the console shows, made of the path."""
    return cdk.Names.unique_resource_name(scope, max_length=MOST_CHARACTERS, separator="-")


def check_throttle(throttle: Throttle) -> None:
    """Raise for limits that limit nothing.

    Raises:
        BaselineError: names the limit.
    """
    for name in ("per_second", "burst"):
        value = getattr(throttle, name)
        if not 1 <= value <= MOST_PER_SECOND:
            raise BaselineError(
                f"throttle: {name} must be 1 to {MOST_PER_SECOND}, the limit of the account, got "
                f"{value}"
            )
