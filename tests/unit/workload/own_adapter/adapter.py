"""A third party for tests: it makes tokens, accepts those that it made, and ends them."""

from __future__ import annotations

MADE: dict[str, str] = {}
"""Tokens that are good, by the idempotency key that they were asked with."""

CALLS: list[str] = []
FAILING: set[str] = set()


class RefusedError(Exception):
    """The third party does not take it."""


def _call(name: str, value: str | None) -> None:
    CALLS.append(name)
    if name in FAILING:
        raise RefusedError(f"{name} of {value} is refused")


def create(current: str | None, *, token: str) -> str:
    """Ask for a token, with the current one as proof."""
    _call("create", current)
    if current not in MADE.values():
        raise RefusedError(f"{current} is unknown")
    return MADE.setdefault(token, f"token-for-{token}")


def check(pending: str) -> None:
    """Use the token once."""
    _call("check", pending)
    if pending not in MADE.values():
        raise RefusedError(f"{pending} is unknown")


def revoke(previous: str) -> None:
    """End a token; an unknown one is ended already."""
    _call("revoke", previous)
    for key in [key for key, value in MADE.items() if value == previous]:
        del MADE[key]
