"""State of our own answers: one dictionary per kind, account and Region."""

from collections import defaultdict
from typing import Any

_STATE: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(dict)


def regional(kind: str, account: str, region: str) -> dict[str, Any]:
    """Give the mutable records of a kind in an account and Region, created on first use."""
    return _STATE[(kind, account, region)]


def account_wide(kind: str, account: str) -> dict[str, Any]:
    """Give the mutable records of a kind in an account, the same in all Regions."""
    return _STATE[(kind, account, "")]


def everywhere(kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the records of a kind by account and Region."""
    return {(account, region): v for (name, account, region), v in _STATE.items() if name == kind}
