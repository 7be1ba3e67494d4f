"""Resolves names below ``localhost`` to the loopback interface, as RFC 6761 says of them.

Standard library only: Python imports it at its start, in functions of the embedded AWS too.
"""

import socket
from collections.abc import Callable
from functools import wraps
from typing import Any

_BELOW = ".localhost"


def install() -> None:
    """Teach this process those names, once."""
    if not hasattr(socket.getaddrinfo, "below_localhost"):
        socket.getaddrinfo = _resolving(socket.getaddrinfo)


def _resolving(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def resolve(host: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the socket module
        below = isinstance(host, str) and host.rstrip(".").lower().endswith(_BELOW)
        return original("localhost" if below else host, *given, **named)

    resolve.below_localhost = True  # type: ignore[attr-defined]
    return resolve


install()
