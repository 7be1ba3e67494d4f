"""The accounts: which exist, where they stand, and which baseline.yaml does not name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.config.accounts import CoreAccount, MemberAccount
from baseline.live.organization import LiveAccount
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look

READS = ("organizations:ListAccounts",)
_IN_USE = frozenset({"ACTIVE", "PENDING_ACTIVATION"})


def known(look: Look) -> Iterator[Finding]:
    """Compare the accounts of baseline.yaml with those of the organization."""
    if not look.organization.knows(*READS):
        return
    live = {row.id: row for row in look.organization.accounts}
    by_email = {row.email.lower(): row for row in live.values() if row.status in _IN_USE}
    found = [
        finding
        for name, account in look.configuration.all_accounts()
        for finding in _account(look, name, account, live, by_email)
    ]
    yield from found
    total = len(look.configuration.all_accounts())
    if not found:
        yield Finding(
            check="accounts.exists",
            verdict=Verdict.FINE,
            message=f"{total} accounts are where baseline.yaml says, or new",
        )


def _account(
    look: Look,
    name: str,
    account: CoreAccount | MemberAccount,
    live: dict[str, LiveAccount],
    by_email: dict[str, LiveAccount],
) -> Iterator[Finding]:
    section = "accounts" if isinstance(account, CoreAccount) else "members"
    if account.id is None:
        yield from _new(look, name, account.email, by_email)
        return
    there = live.get(account.id)
    if there is None:
        yield Finding(
            check="accounts.missing",
            verdict=Verdict.CONFLICT,
            place=name,
            message=f"account {account.id} is not in the organization; invite it or correct {section}.{name}.id",
        )
        return
    if there.status not in _IN_USE:
        yield Finding(
            check="accounts.closed",
            verdict=Verdict.CONFLICT,
            place=name,
            message=f"account {account.id} is {there.status.lower()}; name another one",
        )
        return
    yield from _email(look, section, name, account, there)
    yield from _unit(look, section, name, account, there)


def _new(look: Look, name: str, email: str, by_email: dict[str, LiveAccount]) -> Iterator[Finding]:
    """An account that would be created, though one has its address already."""
    there = by_email.get(email.lower())
    own = look.is_deployed(look.names.management, look.names.home_region, look.ours("organization"))
    if there is not None and not own:
        yield Finding(
            check="accounts.exists",
            verdict=Verdict.ADOPT,
            place=name,
            message=f"an account with the address {email} exists: {there.id}",
            configuration={"members": {name: {"id": there.id}}},
        )


def _email(
    look: Look,
    section: str,
    name: str,
    account: CoreAccount | MemberAccount,
    there: LiveAccount,
) -> Iterator[Finding]:
    if not there.email or there.email.lower() == account.email.lower():
        return
    allowed = _is_corporate(look, there.email)
    yield Finding(
        check="accounts.email",
        verdict=Verdict.ADOPT if allowed else Verdict.CONFLICT,
        place=name,
        message=f"the root address of {there.id} is {there.email}, baseline.yaml says {account.email}"
        + ("" if allowed else "; it is in none of organization.email_domains: change it in AWS"),
        configuration={section: {name: {"email": there.email}}} if allowed else {},
        commands=()
        if allowed
        else (
            f"aws account start-primary-email-update --account-id {there.id} --primary-email {account.email}",
        ),
    )


def _unit(
    look: Look,
    section: str,
    name: str,
    account: CoreAccount | MemberAccount,
    there: LiveAccount,
) -> Iterator[Finding]:
    """An account that stands elsewhere: guardrails would bind it in one place and not the other."""
    wanted = account.ou or ""
    if there.unit_path is None or there.unit_path == wanted or there.id == look.names.management:
        return
    if section == "accounts" and not there.unit_path:
        yield Finding(
            check="accounts.unit",
            verdict=Verdict.FINE,
            place=name,
            message=f"{there.id} stands in the root; the deployment moves it into {wanted}",
        )
        return
    paths = dict(look.configuration.walk_units())
    units = {unit.path: unit.id for unit in look.organization.walk_units()}
    here = there.unit_path or "the root"
    if section == "members" and not there.unit_path and wanted not in units:
        yield Finding(
            check="accounts.unit",
            verdict=Verdict.NOTE,
            place=name,
            message=f"{there.id} stands in {here}; move it into {wanted} when the stack organization has made "
            "that unit: no guardrail of the unit binds it before",
        )
        return
    move = _move(look, there, units, wanted)
    adopt: dict[str, Any] = (
        {section: {name: {"ou": there.unit_path}}} if there.unit_path in paths else {}
    )
    yield Finding(
        check="accounts.unit",
        verdict=Verdict.ADOPT if adopt else Verdict.CONFLICT,
        place=name,
        message=f"{there.id} stands in {here}, baseline.yaml says {wanted}"
        + ("" if adopt else "; move it, or describe that unit in organizational_units"),
        configuration=adopt,
        commands=move,
    )


def _move(look: Look, there: LiveAccount, units: dict[str, str], wanted: str) -> tuple[str, ...]:
    source = units.get(there.unit_path or "", look.organization.root_id)
    if source is None or wanted not in units:
        return ()
    return (
        (
            f"aws organizations move-account --account-id {there.id} --source-parent-id {source} "
            f"--destination-parent-id {units[wanted]}"
        ),
    )


def unnamed(look: Look) -> Iterator[Finding]:
    """Accounts that baseline.yaml does not name: StackSets and guardrails reach them all the same."""
    if not look.organization.knows(*READS):
        return
    named = {row.id for _, row in look.configuration.all_accounts()}
    paths = dict(look.configuration.walk_units())
    taken = set(look.configuration.members)
    emails = {row.email.lower() for _, row in look.configuration.all_accounts()}
    for row in look.organization.accounts:
        if row.id in named or row.status not in _IN_USE or row.email.lower() in emails:
            continue
        name = _member_name(row, taken)
        taken.add(name)
        fits = row.unit_path in paths and _is_corporate(look, row.email)
        where = "an unknown unit" if row.unit_path is None else row.unit_path or "the root"
        yield Finding(
            check="accounts.unnamed",
            verdict=Verdict.NOTE,
            place=row.id,
            message=f"{row.name} stands in {where} and baseline.yaml does not name it; StackSets reach it",
            configuration={
                "members": {name: {"id": row.id, "email": row.email, "ou": row.unit_path}}
            }
            if fits
            else {},
        )


def _member_name(row: LiveAccount, taken: set[str]) -> str:
    """Make a name for `members` from an account's name."""
    words = "".join(each if each.isalnum() and each.isascii() else " " for each in row.name.lower())
    name = "-".join(words.split())[:40].rstrip("-") or "account"
    if not name[0].isalpha():
        name = f"account-{name}"
    return name if name not in taken else f"{name}-{row.id}"


def _is_corporate(look: Look, email: str) -> bool:
    return email.lower().rpartition("@")[2] in look.configuration.organization.email_domains
