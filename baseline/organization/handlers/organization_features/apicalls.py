"""Calls to AWS that survive throttling, end before the function does, and fail with a sentence.

Every retry is ours (botocore makes one attempt), so that waiting is jittered, logged and bounded by
the time that the function has left. What is still open then is taken up by the next invocation.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

Client = Any  # boto3 makes its clients at run time

# Where the control plane of a global service answers; the others are called in the function's
# Region unless a step names one (Source: AWS General Reference, "Organizations endpoints").
GLOBAL_ENDPOINT = {"fms": "us-east-1", "organizations": "us-east-1", "iam": "us-east-1"}
RETRYABLE_CODES = {
    "ConcurrentModification",
    "PolicyChangesInProgress",
    "RequestLimitExceeded",
    "Throttling",
    "TooManyRequests",
}
RETRYABLE_STATUS = {429, 500, 502, 503, 504}
DENIED = {"AccessDenied", "AccessDeniedForDependency", "UnauthorizedOperation"}
REGION_IS_OFF = {"InvalidClientTokenId", "OptInRequired", "UnrecognizedClient"}
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
# Reads lag behind writes: how long to wait before looking again.
LAG_SECONDS = (0.0, 1.0, 2.0, 4.0)
RESERVE_SECONDS = 15.0  # one call at its time-outs below, and the answer


class RefusedError(Exception):
    """AWS or the state of the organization does not allow it; the message says what to do.

    Attributes:
        unanswered: an attempt before got no answer, so that it may have been carried out.
    """

    def __init__(self, message: str, *, unanswered: bool = False) -> None:
        super().__init__(message)
        self.unanswered = unanswered


class OutOfTimeError(Exception):
    """The function ends before the work is done; the next invocation continues."""


def log(event: str, **fields: object) -> None:
    """Write one JSON line to the function's log group."""
    sys.stdout.write(json.dumps({"event": event, **fields}, default=str) + "\n")


def code_of(error: ClientError) -> str:
    """Give the error code without ``Exception``: services and documents disagree about it."""
    return str(error.response.get("Error", {}).get("Code", "")).removesuffix("Exception")


def is_passing(error: ClientError) -> bool:
    """Tell whether the error goes away by itself: throttling, another change, a fault of AWS."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return code_of(error) in RETRYABLE_CODES or status in RETRYABLE_STATUS


def explain(error: ClientError, *, action: str, region: str) -> str:
    """Say what was refused, in which Region, and what to do when that is known."""
    details = error.response.get("Error", {})
    reason = error.response.get("Reason")
    said = f"{details.get('Code')}: {details.get('Message')}" + (f" ({reason})" if reason else "")
    code = code_of(error)
    if code in DENIED:
        return (
            f"not allowed to call {action} in {region}: {said}. Grant {action} to this function's "
            "role, and look for a permissions boundary or an organization policy that denies it"
        )
    if code in REGION_IS_OFF:
        return (
            f"{action} does not accept this account in {region}: {said}. Enable the Region in the "
            "management account, or remove it from the governed Regions"
        )
    return f"{action} failed in {region}: {said}"


class Api:
    """AWS clients of one invocation, with retries.

    Args:
        remaining: seconds until the function is stopped.
        client: makes a client for (service, Region).
        region: where services without a global endpoint are called.
        sleep: waits the given seconds.
        jitter: gives a number between its two arguments.
    """

    def __init__(
        self,
        *,
        remaining: Callable[[], float],
        client: Callable[[str, str], Client],
        region: str,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._remaining, self._sleep, self._jitter = remaining, sleep, jitter
        self._make, self._region = client, region
        self._clients: dict[tuple[str, str], Client] = {}

    def call(
        self,
        service: str,
        operation: str,
        *,
        region: str | None = None,
        accept: tuple[str, ...] = (),
        wait_for: tuple[str, ...] = (),
        **parameters: object,
    ) -> dict[str, Any] | None:
        """Call an operation until it answers.

        Args:
            service: name of the boto3 client.
            operation: name of the client's method.
            region: where to call; the service's global endpoint or the function's Region if left out.
            accept: error codes that mean "that is so already".
            wait_for: error codes that go away by themselves, besides the usual ones.
            **parameters: of the operation.

        Returns:
            The answer; None after an accepted error, which is an empty answer when an attempt
            before it got none: then it is so because of that attempt.

        Raises:
            RefusedError: AWS refused for good.
            OutOfTimeError: no time is left for another attempt.
        """
        place = region or GLOBAL_ENDPOINT.get(service, self._region)
        client = self._client(service, place)
        action = f"{service}:{client.meta.method_to_api_mapping[operation]}"
        attempt, unanswered = 0, False
        while True:
            self._need(0, action)
            try:
                return dict(getattr(client, operation)(**parameters))
            except (HTTPClientError, NoConnectionError) as error:
                failure, unanswered = type(error).__name__, True
            except ClientError as error:
                failure = code_of(error)
                if failure in accept:
                    return {} if unanswered else None
                if failure not in wait_for and not is_passing(error):
                    said = explain(error, action=action, region=place)
                    raise RefusedError(said, unanswered=unanswered) from error
            self._wait(attempt, action, failure)
            attempt += 1

    def entries(
        self, service: str, operation: str, key: str, *, region: str | None = None, **more: object
    ) -> list[dict[str, Any]]:
        """Give all entries under ``key`` of an operation that answers in pages."""
        found: list[dict[str, Any]] = []
        page: dict[str, object] = {}
        while True:
            answer = self.call(service, operation, region=region, **more, **page) or {}
            found += answer.get(key, [])
            if not answer.get("NextToken"):
                return found
            page = {"NextToken": answer["NextToken"]}

    def becomes_visible(self, look: Callable[[], bool]) -> bool:
        """Look until it is so, a few seconds at most; tell whether it is."""
        for seconds in LAG_SECONDS:
            if seconds:
                self._need(seconds, "look again")
                self._sleep(seconds)
            if look():
                return True
        return False

    def _client(self, service: str, region: str) -> Client:
        if (service, region) not in self._clients:
            self._clients[service, region] = self._make(service, region)
        return self._clients[service, region]

    def _need(self, seconds: float, action: str) -> None:
        if self._remaining() < seconds + RESERVE_SECONDS:
            raise OutOfTimeError(action)

    def _wait(self, attempt: int, action: str, failure: str) -> None:
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)
        seconds = self._jitter(longest / 2, longest)
        log("retry", action=action, failure=failure, attempt=attempt + 1, seconds=seconds)
        self._need(seconds, action)
        self._sleep(seconds)


def boto_client(service: str, region: str) -> Client:
    """Make a client that makes one attempt and does not hang."""
    settings = Config(retries={"total_max_attempts": 1}, connect_timeout=4, read_timeout=10)
    return boto3.client(service, region_name=region, config=settings)
