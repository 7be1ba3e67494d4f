"""One endpoint for two emulators: who owns a call, who made it, and whether it is allowed."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from baseline.local import identity_center, internal, moto_app, principals, stack_waits, wire
from baseline.local.backends import organizations, registry
from baseline.local.requests import ApiRequest, Denial
from baseline.local.wire import Call, Response, ServiceError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Check = Callable[[ApiRequest], Denial | None]

# ministack lacks these services or has only a few of their operations.
MOTO_SERVICES = frozenset(
    {
        "budgets",
        "config",
        "guardduty",
        "identitystore",
        "macie2",
        "network-firewall",
        "organizations",
        "ram",
        "s3control",
        "securityhub",
        "shield",
        "sso",
        "wafv2",
    }
)
MOTO_OPERATIONS = frozenset(
    {
        ("monitoring", "DeleteAlarms"),
        ("monitoring", "DescribeAlarms"),
        ("monitoring", "DescribeAlarmsForMetric"),
        ("monitoring", "DisableAlarmActions"),
        ("monitoring", "EnableAlarmActions"),
        ("monitoring", "PutMetricAlarm"),
        ("monitoring", "SetAlarmState"),
        ("ssm", "CreateDocument"),
        ("ssm", "DescribeDocument"),
        ("ssm", "GetDocument"),
        ("ssm", "UpdateDocument"),
        ("ssm", "UpdateDocumentDefaultVersion"),
        ("ssm", "DeleteDocument"),
        ("ssm", "ListDocuments"),
    }
)
# Services in which a delegated administrator works on what belongs to the management account.
_ACTING: dict[str, Callable[[ApiRequest], str]] = {
    "identitystore": identity_center.acting_account,
    "organizations": organizations.acting_account,
    "sso": identity_center.acting_account,
}
# Their answers hold what users stored, which may read like an error; and they know all operations.
_NO_FALLBACK = frozenset({"s3", "lambda"})
_UNKNOWN = re.compile(
    rb"InvalidAction|UnknownOperation|Unknown \w+ action|Unknown action|not implemented"
    rb"|Unsupported operation",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A signed HTTP request with its whole body."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    access_key: str
    region: str
    service: str


class Router:
    """The ASGI application of the one endpoint.

    Args:
        emulator: ministack's ASGI application.
        check: Decides on a call before it is dispatched; None lets it pass.
    """

    def __init__(self, emulator: AsgiApp, check: Check) -> None:
        self._emulator = emulator
        self._check = check
        self.calls: Counter[tuple[str, str, str, str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI event; everything without a SigV4 signature goes to ministack."""
        signature = _signature(scope) if scope["type"] == "http" else None
        if signature is None:
            await self._emulator(scope, receive, send)
            return
        incoming = await _read(scope, receive, signature)
        # Neither this nor the check waits for anything, and a thread for each costs more than they do.
        call = wire.read(
            incoming.service, incoming.method, incoming.url, incoming.headers, incoming.body
        )
        principal = principals.identify(incoming.access_key)
        request = _request(incoming, call, principal)
        handler, response = await self._respond(scope, incoming, call, request)
        self.calls[(request.account, call.service, call.operation, handler, response.status)] += 1
        await _send(send, response)

    async def _respond(
        self, scope: Scope, incoming: Incoming, call: Call, request: ApiRequest
    ) -> tuple[str, Response]:
        if incoming.headers.get(internal.HEADER) != internal.SECRET:
            denial = self._check(request)
            if denial is not None:
                return "guardrail", wire.access_denied(call, denial.message)
        handler, response = await self._dispatch(scope, incoming, call, request)
        follower = registry.follower_of(call.service, call.operation)
        if follower is not None and response.status < 300:  # noqa: PLR2004 - HTTP success
            await asyncio.to_thread(follower, request)
        return handler, response

    async def _dispatch(
        self, scope: Scope, incoming: Incoming, call: Call, request: ApiRequest
    ) -> tuple[str, Response]:
        answer = registry.answer_to(request)
        if answer is not None:
            return "baseline", await asyncio.to_thread(_answer, answer, call, request)
        if call.service in MOTO_SERVICES or (call.service, call.operation) in MOTO_OPERATIONS:
            return "moto", await _moto(incoming, call, request)
        await stack_waits.until_it_ends(request)
        response = await self._ministack(scope, incoming, request)
        if _is_unknown(call.service, response):
            fallback = await _moto(incoming, call, request)
            if fallback.status < 500:  # noqa: PLR2004 - HTTP server error
                return "moto (fall-back)", fallback
        return "ministack", response

    async def _ministack(self, scope: Scope, incoming: Incoming, request: ApiRequest) -> Response:
        started: Message = {}
        chunks: list[bytes] = []
        done = asyncio.Event()
        pending = [{"type": "http.request", "body": incoming.body, "more_body": False}]

        async def receive() -> Message:
            if pending:
                return pending.pop()
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._emulator(_with_account_key(scope, incoming, request), receive, send)
        done.set()
        return Response(
            status=started.get("status", 500),
            headers=list(started.get("headers", [])),
            body=b"".join(chunks),
        )


def _signature(scope: Scope) -> tuple[str, str, str] | None:
    """Give access key, Region and service of a request signed in its header or its query."""
    header = next((v for k, v in scope["headers"] if k.lower() == b"authorization"), b"")
    query = unquote(scope.get("query_string", b"").decode("latin-1"))
    match = _SCOPE.search(header.decode("latin-1")) or _SCOPE.search(query)
    return (match.group(1), match.group(2), match.group(3)) if match else None


async def _read(scope: Scope, receive: Receive, signature: tuple[str, str, str]) -> Incoming:
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = bool(message.get("more_body"))
    access_key, region, service = signature
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope.get("query_string", b"").decode("latin-1")
    return Incoming(
        method=scope["method"],
        url=f"http://{headers.get('host', 'localhost')}{path}{'?' + query if query else ''}",
        headers=headers,
        body=b"".join(chunks),
        access_key=access_key,
        region=region,
        service=service,
    )


def _request(incoming: Incoming, call: Call, principal: principals.Principal) -> ApiRequest:
    return ApiRequest(
        account=principal.account,
        region=incoming.region,
        service=call.service,
        operation=call.operation,
        parameters=call.parameters,
        principal_arn=principal.arn,
        caller_arn=principal.caller_arn,
        session_tags=principal.tags,
        root_task=principal.root_task,
        headers=incoming.headers,
    )


def _answer(answer: registry.Answer, call: Call, request: ApiRequest) -> Response:
    try:
        return wire.write(call, answer(request))
    except ServiceError as error:
        return wire.write(call, error)


async def _moto(incoming: Incoming, call: Call, request: ApiRequest) -> Response:
    account = request.account
    if acting := _ACTING.get(call.service):
        try:
            account = acting(request)
        except ServiceError as error:
            return wire.write(call, error)
    return await asyncio.to_thread(
        moto_app.forward,
        method=incoming.method,
        url=incoming.url,
        headers=incoming.headers,
        body=incoming.body,
        account=account,
    )


def _with_account_key(scope: Scope, incoming: Incoming, request: ApiRequest) -> Scope:
    """Replace the access key of a root user, IAM user or StackSets by the account key that ministack knows."""
    if not incoming.access_key.startswith(principals.KEY_PREFIXES):
        return scope
    old, new = incoming.access_key.encode(), request.account.encode()
    headers = [
        (k, v.replace(b"Credential=" + old, b"Credential=" + new)) for k, v in scope["headers"]
    ]
    return {**scope, "headers": headers}


def _is_unknown(service: str, response: Response) -> bool:
    failed = response.status >= 400  # noqa: PLR2004 - HTTP error
    return failed and service not in _NO_FALLBACK and bool(_UNKNOWN.search(response.body[:2000]))


async def _send(send: Send, response: Response) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": response.headers,
        }
    )
    await send({"type": "http.response.body", "body": response.body})
