"""AWS that misbehaves: throttled, denied, silent, lagging behind, or a function that is killed.

Stands between boto3's clients and whatever answers them in a test (moto, an organization in memory).
A good run is recorded first; then each of its calls fails in turn, so that a call that somebody adds
tomorrow is covered without anybody thinking of it.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.response import StreamingBody

Answer = dict[str, Any]
READS = (
    "Assume",
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Query",
    "Scan",
    "Search",
    "Select",
)
FOREVER = -1


class Killed(BaseException):
    """The process ended here: Lambda's time limit, or its machine. No handler catches it."""


@dataclass(frozen=True)
class Call:
    """One call of a run.

    Attributes:
        number: its place in the run, from 0.
        service: name of the boto3 client.
        operation: name of the API operation.
        region: of the client.
        parameters: as the handler gave them.
    """

    number: int
    service: str
    operation: str
    region: str
    parameters: Answer

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def is_read(self) -> bool:
        return self.operation.startswith(READS)

    def __str__(self) -> str:
        return f"call {self.number}, {self.name} in {self.region}"


Where = int | str | Callable[[Call], bool]
"""A call's number, an operation (``PutItem`` or ``dynamodb:PutItem``), or what tells it."""


@dataclass(frozen=True)
class Fault:
    """What happens to a call.

    Attributes:
        name: for the message of a test that fails.
        code: error code that AWS answers with; nothing is carried out then.
        message: of the answer.
        status: HTTP status of the answer.
        lost: no answer; carried out before (``after``) or not at all.
        killed: the process ends; before or after the call was carried out.
        after: the call is carried out first.
    """

    name: str
    code: str = ""
    message: str = "injected"
    status: int = 400
    lost: bool = False
    killed: bool = False
    after: bool = False


THROTTLED = Fault("throttled", "ThrottlingException", "Rate exceeded")
TOO_MANY = Fault("too many requests", "TooManyRequestsException", "Too many", 429)
LIMITED = Fault("limit exceeded", "RequestLimitExceeded", "Request limit exceeded.", 503)
DENIED = Fault("denied", "AccessDeniedException", "is not authorized to perform", 403)
CONCURRENT = Fault("concurrent", "ConcurrentModificationException", "Another change is under way")
UNAVAILABLE = Fault("unavailable", "ServiceUnavailable", "Come back later", 503)
INTERNAL = Fault("internal", "InternalServerException", "We encountered an error", 500)
UNREACHED = Fault("not reached", lost=True)
UNANSWERED = Fault("carried out, answer lost", lost=True, after=True)
KILLED_BEFORE = Fault("killed before", killed=True)
KILLED_AFTER = Fault("killed after", killed=True, after=True)

PASSING = (THROTTLED, TOO_MANY, LIMITED, UNAVAILABLE, INTERNAL, UNREACHED, UNANSWERED)
"""What goes away by itself."""
KILLS = (KILLED_BEFORE, KILLED_AFTER)
EVERY = (*PASSING, DENIED, CONCURRENT, *KILLS)


@dataclass
class _Rule:
    where: Where
    fault: Fault
    left: int

    def takes(self, call: Call) -> bool:
        if not self.left or not _is(call, self.where):
            return False
        self.left -= 1
        return True


@dataclass
class _Storm:
    where: Where
    left: int
    status: int
    code: str
    retry_after: str


@dataclass
class Injector:
    """Records the calls of all clients and lets some fail.

    Attributes:
        calls: made, in their order.
        carried_out: calls that AWS carried out, answered or not.
        attempts: requests that were sent, repetitions of botocore included (moto only).
        slept: seconds, one entry for each wait.
        seconds_per_call: what a call takes off the time that ``context`` gives.
    """

    calls: list[Call] = field(default_factory=list)
    carried_out: list[Call] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    seconds_per_call: float = 0.0
    limit_seconds: float = 900.0
    dead: bool = False
    _rules: list[_Rule] = field(default_factory=list)
    _storms: list[_Storm] = field(default_factory=list)
    _lag: int = 0
    _seen: dict[str, tuple[int, Answer | ClientError]] = field(default_factory=dict)
    _stale: dict[str, int] = field(default_factory=dict)
    _writes: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def fail(self, where: Where, fault: Fault, *, times: int = 1) -> None:
        """Let calls fail; ``times=FOREVER`` lets them fail until ``heal``."""
        self._rules.append(_Rule(where, fault, times))

    def storm(
        self,
        where: Where,
        attempts: int,
        *,
        code: str = "ThrottlingException",
        status: int = 429,
        retry_after: int | None = None,
    ) -> None:
        """Throttle requests below botocore's own repetitions; for what moto answers."""
        after = "" if retry_after is None else str(retry_after)
        self._storms.append(_Storm(where, attempts, status, code, after))

    def lag(self, reads: int) -> None:
        """After a write, answer the next reads of what was read before as it was then."""
        self._lag = reads

    def heal(self) -> None:
        """Let everything succeed again; the process lives, reads are up to date."""
        self._rules.clear()
        self._storms.clear()
        self._stale.clear()
        self._seen.clear()
        self._lag = 0
        self.dead = False

    def clear(self) -> None:
        """Heal, and forget what was called."""
        self.heal()
        for kept in (self.calls, self.carried_out, self.attempts, self.slept):
            kept.clear()

    def writes(self) -> list[Call]:
        """Give what was carried out and changes something."""
        return [call for call in self.carried_out if not call.is_read]

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self.slept.append(seconds)

    def remaining(self) -> float:
        """Give the seconds that the function has left."""
        return self.limit_seconds - sum(self.slept) - self.seconds_per_call * len(self.calls)

    def get_remaining_time_in_millis(self) -> int:
        """Stand in for Lambda's context."""
        return int(self.remaining() * 1000)

    def answer(self, make: Callable[[], Answer], client: Any, operation: str, given: Answer) -> Any:
        """Answer a call: as AWS does, or as it was told to."""
        with self._lock:
            if self.dead:
                raise Killed
            call = Call(
                len(self.calls),
                client.meta.service_model.service_name,
                operation,
                client.meta.region_name,
                _kept(given),
            )
            self.calls.append(call)
            fault = next((rule.fault for rule in self._rules if rule.takes(call)), None)
        if fault is None:
            return self._carry_out(call, make, _caller(client))
        if fault.after:
            self._carry_out(call, make, _caller(client))
        if fault.killed:
            self.dead = True
            raise Killed
        if fault.lost:
            raise _silence(fault, client)
        raise error(client, operation, fault)

    def attempt(self, send: Callable[[], Any], operation: Any, region: str) -> Any:
        """Answer one request of a call."""
        service = operation.service_model.service_name
        call = Call(-1, service, operation.name, region, {})
        with self._lock:
            self.attempts.append(call.name)
            storm = next(
                (each for each in self._storms if each.left and _is(call, each.where)), None
            )
            if storm is None:
                return send()
            storm.left -= 1
        return _throttled(storm), None

    def _carry_out(self, call: Call, make: Callable[[], Answer], caller: str) -> Answer:
        if not call.is_read:
            with self._lock:
                self.carried_out.append(call)
                self._writes += 1
            return make()
        key = repr((caller, call.name, call.region, sorted(call.parameters.items())))
        with self._lock:
            known = self._seen.get(key)
            if known and self._lag and known[0] < self._writes:
                if self._stale.setdefault(key, self._lag) > 0:
                    self._stale[key] -= 1
                    return _again(known[1])
                self._stale.pop(key)
        found: Answer | ClientError
        try:
            found = make()
        except ClientError as refused:
            found = refused
        with self._lock:
            self.carried_out.append(call)
            if not _streams(found):
                self._seen[key] = (self._writes, _copied(found))
        return _again(found, copied=False)


def install(monkeypatch: pytest.MonkeyPatch) -> Injector:
    """Put an injector between all clients and what answers them now; waits take no time."""
    injector = Injector()
    call, send = BaseClient._make_api_call, Endpoint._do_get_response

    def make_api_call(client: Any, operation: str, given: Answer) -> Any:
        return injector.answer(lambda: call(client, operation, given), client, operation, given)

    def do_get_response(endpoint: Any, request: Any, operation: Any, context: Any) -> Any:
        region = (context.get("signing") or {}).get("region") or context.get("client_region", "")
        return injector.attempt(
            lambda: send(endpoint, request, operation, context), operation, region
        )

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    monkeypatch.setattr(Endpoint, "_do_get_response", do_get_response)
    monkeypatch.setattr("time.sleep", injector.sleep)
    return injector


def error(client: Any, operation: str, fault: Fault) -> ClientError:
    """Make the exception that a client raises for an error, of the service's own class."""
    answer = {
        "Error": {"Code": fault.code, "Message": fault.message},
        "ResponseMetadata": {"HTTPStatusCode": fault.status, "RequestId": "injected"},
    }
    made: ClientError = client.exceptions.from_code(fault.code)(answer, operation)
    return made


def _is(call: Call, where: Where) -> bool:
    if callable(where):
        return where(call)
    if isinstance(where, int):
        return call.number == where
    return where in {call.operation, call.name}


def _silence(fault: Fault, client: Any) -> Exception:
    url = str(client.meta.endpoint_url)
    kind: type[Exception] = ReadTimeoutError if fault.after else ConnectTimeoutError
    return kind(endpoint_url=url, error="injected")


def _caller(client: Any) -> str:
    """Tell the accounts of a test from one another: by the key that signs."""
    return str(getattr(client._request_signer._credentials, "access_key", ""))


def _throttled(storm: _Storm) -> tuple[AWSResponse, Answer]:
    headers = {"Retry-After": storm.retry_after} if storm.retry_after else {}
    metadata = {"HTTPStatusCode": storm.status, "HTTPHeaders": headers, "RequestId": "injected"}
    parsed = {
        "Error": {"Code": storm.code, "Message": "Rate exceeded"},
        "ResponseMetadata": metadata,
    }
    response = AWSResponse("https://injected", storm.status, headers, None)
    response._content = b"{}"
    return response, parsed


def _kept(given: Answer) -> Answer:
    """Copy what can be copied: bodies are files at times."""
    return {
        name: value if hasattr(value, "read") else copy.deepcopy(value)
        for name, value in given.items()
    }


def _streams(found: Answer | ClientError) -> bool:
    return isinstance(found, dict) and any(
        isinstance(value, StreamingBody) for value in found.values()
    )


def _copied(found: Answer | ClientError) -> Answer | ClientError:
    return found if isinstance(found, ClientError) else copy.deepcopy(found)


def _again(found: Answer | ClientError, *, copied: bool = True) -> Answer:
    if isinstance(found, ClientError):
        raise found
    return copy.deepcopy(found) if copied else found
