"""moto's server, called in this process: no second port, the caller's account in a header."""

import functools
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder, run_wsgi_app

from baseline.local import emulators
from baseline.local.wire import Response

ACCOUNT_HEADER = "x-moto-account-id"
_HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "expect"})


def forward(
    *, method: str, url: str, headers: dict[str, str], body: bytes, account: str
) -> Response:
    """Let moto answer a request in the name of an account.

    Args:
        method: HTTP method.
        url: Full URL as it arrived.
        headers: Request headers, names in lower case.
        body: Whole body.
        account: Account ID of the caller.
    """
    parts = urlsplit(url)
    kept = {name: value for name, value in headers.items() if name not in _HOP_BY_HOP}
    environ = EnvironBuilder(
        path=parts.path,
        base_url=f"{parts.scheme}://{parts.netloc}",
        query_string=parts.query,
        method=method,
        headers=[*kept.items(), (ACCOUNT_HEADER, account)],
        data=body,
    ).get_environ()
    environ["RAW_URI"] = parts.path
    content, status, answered = run_wsgi_app(_application(), environ, buffered=True)
    data = b"".join(content)
    pairs = [
        (name.lower().encode(), value.encode())
        for name, value in answered
        if name.lower() not in _HOP_BY_HOP
    ]
    pairs.append((b"content-length", str(len(data)).encode()))
    return Response(status=int(status.split(" ", 1)[0]), headers=pairs, body=data)


@functools.cache
def _application() -> Any:  # noqa: ANN401 - moto publishes no types
    _look_once()
    server = emulators.module("moto.moto_server.werkzeug_app")
    return server.DomainDispatcherApplication(server.create_backend_app)


def _look_once() -> None:
    """Let moto look up its services and their operations once: it does so at each request, which costs half of it."""
    backends = emulators.module("moto.backends")
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses = emulators.module("moto.core.responses")
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
