"""Who answers a call, in whose name, and what a refusal does."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from baseline.local import internal, moto_app, principals
from baseline.local.backends import registry
from baseline.local.requests import ApiRequest, Denial
from baseline.local.router import Router
from baseline.local.wire import Response

ACCOUNT = "222222222222"
DENIAL = Denial(
    action="iam:CreateUser",
    policy_id="p-12345678",
    policy_name="no-users",
    policy_type="SERVICE_CONTROL_POLICY",
    message="explicit deny in p-12345678",
)


class Emulator:
    """Stands for ministack: remembers what it was asked and gives a prepared answer."""

    def __init__(self, status: int = 200, body: bytes = b"from ministack") -> None:
        self.status, self.body = status, body
        self.scopes: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await receive()
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def forward(**arguments: Any) -> Response:
        calls.append(arguments)
        return Response(status=200, headers=[], body=b"from moto")

    monkeypatch.setattr(moto_app, "forward", forward)
    return calls


@pytest.fixture
def answer() -> Iterator[list[ApiRequest]]:
    seen: list[ApiRequest] = []

    @registry.answers("ram", "EnableSharingWithAwsOrganization")
    def own(request: ApiRequest) -> dict[str, Any]:
        seen.append(request)
        return {"returnValue": True}

    yield seen
    registry._ANSWERS.pop(("ram", "EnableSharingWithAwsOrganization"))


def ask(
    router: Router,
    service: str,
    *,
    body: bytes = b"",
    key: str = ACCOUNT,
    path: str = "/",
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    scope = f"{key}/20261122/eu-west-1/{service}/aws4_request"
    given = {
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "content-type": "application/x-www-form-urlencoded",
        **(headers or {}),
    }
    event = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(router(event, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def allow(_: ApiRequest) -> Denial | None:
    return None


def test_services_go_to_their_owner(moto: list[dict[str, Any]]) -> None:
    emulator = Emulator()
    router = Router(emulator, allow)
    assert ask(router, "iam", body=b"Action=ListUsers") == (200, b"from ministack")
    assert ask(router, "guardduty", path="/detector") == (200, b"from moto")
    assert moto[0]["account"] == ACCOUNT


def test_what_ministack_does_not_know_is_asked_of_moto(moto: list[dict[str, Any]]) -> None:
    router = Router(Emulator(400, b"<Code>InvalidAction</Code>"), allow)
    assert ask(router, "ec2", body=b"Action=DescribeVpcs") == (200, b"from moto")
    assert len(moto) == 1


def test_an_ordinary_error_of_ministack_is_kept(moto: list[dict[str, Any]]) -> None:
    router = Router(Emulator(404, b"NoSuchEntity"), allow)
    assert ask(router, "iam", body=b"Action=GetUser") == (404, b"NoSuchEntity")
    assert not moto


def test_own_answers_come_first(answer: list[ApiRequest], moto: list[dict[str, Any]]) -> None:
    router = Router(Emulator(), allow)
    headers = {"content-type": "application/json"}
    path = "/enablesharingwithawsorganization"
    status, body = ask(router, "ram", path=path, headers=headers)
    assert (status, body) == (200, b'{"returnValue": true}')
    assert answer[0].account == ACCOUNT
    assert not moto


@pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")
def test_a_denied_call_reaches_nobody() -> None:
    emulator = Emulator()
    router = Router(emulator, lambda _: DENIAL)
    status, body = ask(router, "iam", body=b"Action=CreateUser&UserName=x")
    assert status == 403
    assert b"explicit deny in p-12345678" in body
    assert not emulator.scopes
    assert list(router.calls) == [(ACCOUNT, "iam", "CreateUser", "guardrail", 403)]


def test_calls_of_cloudformation_pass_only_with_the_secret_of_this_process() -> None:
    router = Router(Emulator(), lambda _: DENIAL)
    secret = {internal.HEADER: internal.SECRET}
    assert ask(router, "s3", path="/bucket", headers=secret)[0] == 200
    guessed = {internal.HEADER: "guessed"}
    assert ask(router, "s3", path="/bucket", headers=guessed)[0] == 403


def test_root_is_known_and_acts_in_its_account() -> None:
    seen: list[ApiRequest] = []

    def check(request: ApiRequest) -> Denial | None:
        seen.append(request)
        return None

    emulator = Emulator()
    ask(Router(emulator, check), "iam", body=b"Action=ListUsers", key=f"ROOT{ACCOUNT}")
    assert seen[0].is_root
    assert seen[0].principal_arn == f"arn:aws:iam::{ACCOUNT}:root"
    header = dict(emulator.scopes[0]["headers"])[b"authorization"]
    assert f"Credential={ACCOUNT}/".encode() in header


def test_an_account_key_is_an_administrator_and_not_root() -> None:
    principal = principals.identify(ACCOUNT)
    assert principal.arn == f"arn:aws:iam::{ACCOUNT}:role/LocalAdministrator"
    assert principal.caller_arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/")


def test_stack_sets_act_as_their_own_role() -> None:
    seen: list[ApiRequest] = []

    def check(request: ApiRequest) -> Denial | None:
        seen.append(request)
        return None

    emulator = Emulator()
    ask(Router(emulator, check), "iam", body=b"Action=ListUsers", key=f"STACKSETS{ACCOUNT}")
    assert not seen[0].is_root
    role, _, name = seen[0].principal_arn.rpartition("/")
    assert role == f"arn:aws:iam::{ACCOUNT}:role"
    assert name.startswith("stacksets-exec-")
    header = dict(emulator.scopes[0]["headers"])[b"authorization"]
    assert f"Credential={ACCOUNT}/".encode() in header


def test_a_user_acts_as_itself() -> None:
    principal = principals.identify(f"USER{ACCOUNT}break-glass-1")
    assert principal.arn == f"arn:aws:iam::{ACCOUNT}:user/break-glass-1"
    assert (principal.account, principal.access_key) == (ACCOUNT, ACCOUNT)


def test_unsigned_requests_go_to_ministack_unread() -> None:
    emulator = Emulator()
    event = {"type": "http", "method": "GET", "path": "/_ministack/health", "headers": []}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: Any) -> None:
        return

    asyncio.run(Router(emulator, lambda _: DENIAL)(event, receive, send))
    assert emulator.scopes == [event]


@pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")
def test_presigned_requests_are_asked_about_too() -> None:
    emulator = Emulator()
    seen: list[ApiRequest] = []

    def check(request: ApiRequest) -> Denial | None:
        seen.append(request)
        return DENIAL

    scope = f"{ACCOUNT}%2F20261122%2Feu-west-1%2Fs3%2Faws4_request"
    event = {
        "type": "http",
        "method": "GET",
        "path": "/logs/key",
        "query_string": f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}".encode(),
        "headers": [],
    }
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    asyncio.run(Router(emulator, check)(event, receive, send))
    assert statuses[0] == 403
    assert (seen[0].account, seen[0].operation) == (ACCOUNT, "GetObject")
    assert not emulator.scopes
