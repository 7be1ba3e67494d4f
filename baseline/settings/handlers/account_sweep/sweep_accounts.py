"""Which accounts a run visits, and which it leaves out and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

ACTIVE = "ACTIVE"
ACCOUNT_ID = re.compile(r"\d{12}")
# Parts of an Organizations event that name the account it is about; the rest names the caller.
ABOUT = ("requestParameters", "responseElements", "serviceEventDetails")

Account = dict[str, Any]


class InputError(Exception):
    """The input of the execution is not what the state machine takes."""


@dataclass(frozen=True)
class Request:
    """What a run was asked to do.

    Attributes:
        dry_run: report only.
        accounts: IDs to visit; None for all.
        options: what the handler is told besides.
        trigger: who asked.
    """

    dry_run: bool
    accounts: frozenset[str] | None
    options: dict[str, Any]
    trigger: str


def parse(given: dict[str, Any], *, dry_run: bool) -> Request:
    """Read the input of an execution.

    Args:
        given: the input.
        dry_run: what holds when it does not say.

    Raises:
        InputError: a value has another type, or an ID has not 12 digits.
    """
    wanted_dry = given.get("dry_run", dry_run)
    if not isinstance(wanted_dry, bool):
        raise InputError(f"dry_run is {wanted_dry!r}; give true or false")
    options = given.get("options", {})
    if not isinstance(options, dict):
        raise InputError(f"options is {options!r}; give an object")
    return Request(
        dry_run=wanted_dry,
        accounts=_accounts(given),
        options=options,
        trigger=str(given.get("trigger", "person")),
    )


def _accounts(given: dict[str, Any]) -> frozenset[str] | None:
    if given.get("accounts"):
        wanted = given["accounts"]
        if not isinstance(wanted, list):
            raise InputError(f"accounts is {wanted!r}; give a list of account IDs")
        for account in wanted:
            if not isinstance(account, str) or not ACCOUNT_ID.fullmatch(account):
                raise InputError(f"account {account!r} is no account ID; give 12 digits in quotes")
        return frozenset(wanted)
    if "event" in given:
        return _named(given["event"])
    return None


def _named(event: object) -> frozenset[str] | None:
    """Give the accounts that an Organizations event is about; None when it names none."""
    if not isinstance(event, dict):
        raise InputError(f"event is {event!r}; give an object")
    found = {
        value
        for part in ABOUT
        for key, value in _leaves(event.get(part))
        if key.lower() == "accountid" and ACCOUNT_ID.fullmatch(value)
    }
    return frozenset(found) or None


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, key)
    elif isinstance(value, str):
        yield key, value


def state_of(account: dict[str, Any]) -> str:
    """Give an account's state; older SDKs only know the field Status, which AWS replaced."""
    return str(account.get("State") or account.get("Status"))


def select(
    found: Iterable[dict[str, Any]],
    request: Request,
    *,
    management: str,
    excluded: frozenset[str],
) -> tuple[list[Account], list[Account]]:
    """Divide the accounts of an organization into those to visit and those left out.

    Args:
        found: as ``organizations:ListAccounts`` gives them.
        request: what the run was asked to do.
        management: ID of the management account.
        excluded: IDs that are never visited.

    Returns:
        Both lists, sorted by ID; who is left out has a ``reason``.
    """
    visited, left_out = [], []
    missing = set(request.accounts or ())
    for account in found:
        identifier = account["Id"]
        missing.discard(identifier)
        if request.accounts is not None and identifier not in request.accounts:
            continue
        entry: Account = {"id": identifier, "name": account.get("Name", "")}
        state = state_of(account)
        if identifier in excluded:
            left_out.append(entry | {"reason": "excluded by configuration"})
        elif state != ACTIVE:
            left_out.append(entry | {"reason": f"the account is {state}"})
        else:
            visited.append(entry | {"management": identifier == management})
    left_out += [{"id": each, "name": "", "reason": "not in the organization"} for each in missing]
    return _sorted(visited), _sorted(left_out)


def _sorted(accounts: list[Account]) -> list[Account]:
    return sorted(accounts, key=lambda account: str(account["id"]))
