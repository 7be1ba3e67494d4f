"""Whether the forensic account is one account, and out of reach of those it investigates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.config.view import View

FORENSICS: Path = ("response", "forensics")


def account_is_known(view: View) -> Iterator[Finding]:
    """The account is named once, by its ID or its unit, and is not the management account."""
    if not isinstance(view.get(FORENSICS), Mapping):
        return
    account, unit = view.text(*FORENSICS, "account"), view.text(*FORENSICS, "unit")
    if (account is None) is (unit is None):
        yield Finding(FORENSICS, "names account and unit or neither; name one of them")
        return
    if account is not None:
        yield from _account(view, account)
    else:
        yield from _unit(view, str(unit))


def _account(view: View, account: str) -> Iterator[Finding]:
    place: Path = (*FORENSICS, "account")
    known = {view.text(*each, "id") for each in view.accounts()}
    if account not in known:
        yield Finding(
            place,
            f"{show(account)} is the id of no account of this file; disks leave the organization otherwise",
        )
    if account == view.text("accounts", "management", "id"):
        yield Finding(
            place,
            f"{show(account)} is the management account, which no guardrail binds; name another one",
        )


def _unit(view: View, unit: str) -> Iterator[Finding]:
    place: Path = (*FORENSICS, "unit")
    inside = [each for each in view.accounts() if view.text(*each, "ou") == unit]
    if len(inside) != 1:
        yield Finding(
            place,
            f"{show(unit)} has {len(inside)} accounts in this file; the forensic account stands in a unit alone",
        )
    elif view.text(*inside[0], "id") is None:
        yield Finding(
            place,
            f"{show(unit)} has {show(str(inside[0][-1]))}, which has no id yet; write it after the account is created",
        )
