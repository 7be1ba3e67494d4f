"""What a live organization proposes: its units, its accounts by role, and what has to be decided."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baseline.config import forms, quotas
from baseline.config.regions import table
from baseline.config.text import listed, shorten, show
from baseline.errors import BaselineError
from baseline.init import values
from baseline.init.answers import (
    CORE_ROLES,
    NEW_UNITS,
    UNIT_OF_ROLE,
    CoreAnswer,
    MemberAnswer,
    UnitAnswer,
    paths,
    with_units,
)

if TYPE_CHECKING:
    # Reading needs boto3; these functions need only what was read.
    from baseline.live.organization import LiveAccount, LiveOrganization, LiveUnit
    from baseline.live.reader import Reader

ACTIVE = "ACTIVE"
CONTROL_TOWER = "controltower.amazonaws.com"
SECURITY_SERVICES = ("guardduty.amazonaws.com", "securityhub.amazonaws.com")
POLICY_NAMES = 4

# Words in names of accounts, by role, the first that fits first.
WORDS: Mapping[str, tuple[str, ...]] = {
    "log_archive": ("log archive", "logarchive", "logging", "logs", "log"),
    "security": ("security tooling", "security", "audit"),
    "network": ("network", "networking", "connectivity", "transit"),
    "shared_services": (
        "shared services",
        "shared",
        "tooling",
        "deployment",
        "infrastructure",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """The account that probably has a role, and why."""

    account: LiveAccount
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The part of the answers that the organization gives once the roles are known."""

    accounts: dict[str, CoreAnswer]
    units: tuple[UnitAnswer, ...]
    members: tuple[MemberAnswer, ...]
    reserved_scps: int
    reserved_rcps: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LandingZone:
    """The Regions of a landing zone of Control Tower: its home, and those that it governs."""

    home: str
    governed: tuple[str, ...]


def landing_zone(reader: Reader, regions: Iterable[str]) -> LandingZone | None:
    """Give the landing zone of the organization; None where none of the Regions shows one.

    Args:
        reader: Reads the management account.
        regions: Regions that may be its home, which alone answers.
    """
    for region in dict.fromkeys(regions):
        rows = reader.every("controltower", "ListLandingZones", "landingZones", region)
        for row in rows or ():
            answer = reader.one(
                "controltower", "GetLandingZone", region, landingZoneIdentifier=row["arn"]
            )
            zone = (answer or {}).get("landingZone", {})
            named = (zone.get("manifest") or {}).get("governedRegions") or ()
            known = [str(name) for name in named if name in table()]
            return LandingZone(home=region, governed=tuple(dict.fromkeys((region, *known))))
    return None


def domains(live: LiveOrganization) -> tuple[str, ...]:
    """Give the mail domains of the root addresses, the most frequent first, without public ones."""
    names = Counter(
        account.email.rpartition("@")[2].lower() for account in _active(live) if account.email
    )
    return tuple(name for name, _ in names.most_common() if _is_domain(name))


def control_tower(live: LiveOrganization) -> str:
    """Give how Control Tower is probably used: it works in the organization, or it does not."""
    return "controls" if CONTROL_TOWER in (live.trusted_access or ()) else "none"


def guesses(live: LiveOrganization) -> dict[str, Guess]:
    """Give the accounts that probably have the roles, each once."""
    accounts = {account.id: account for account in _active(live)}
    found: dict[str, Guess] = {}
    if live.management_id in accounts:
        found["management"] = Guess(
            account=accounts.pop(live.management_id), why="owns the organization"
        )
    for service in SECURITY_SERVICES:
        for identity in live.delegated_administrators.get(service, ()):
            if identity in accounts and "security" not in found:
                found["security"] = Guess(
                    account=accounts.pop(identity), why=f"administers {service.split('.')[0]}"
                )
    for role, words in WORDS.items():
        if role not in found and (named := _named(accounts.values(), words)):
            found[role] = Guess(
                account=accounts.pop(named.id), why=f"guessed by its name {shorten(named.name)}"
            )
    return {role: found[role] for role in CORE_ROLES if role in found}


def places(
    live: LiveOrganization,
    accounts: Mapping[str, CoreAnswer],
    *,
    mail_domains: tuple[str, ...],
    prefix: str,
    tower: str,
) -> Places:
    """Give units, members and remarks, once it is known which accounts have the roles.

    Args:
        live: The organization.
        accounts: Core accounts by role, with ID and address.
        mail_domains: Domains that root addresses have to be in.
        prefix: Start of the baseline's own policies, which need no slots.
        tower: How Control Tower is used.
    """
    roles = {account.id: role for role, account in accounts.items()}
    crowded = {each.unit_path for each in _active(live) if each.id not in roles} - {None, ""}
    remarks: list[str] = [f"not read: {unknown}" for unknown in live.unknown]
    units = tuple(
        unit for each in live.units if (unit := _unit(each, crowded, remarks, bound=False))
    )
    known = set(paths(units))
    placed = {
        role: _placed(role, account, _account(live, account.id), known, remarks)
        for role, account in accounts.items()
    }
    remarks += _strangers(live, roles, accounts["security"].id)
    members = tuple(_members(live, roles, known, mail_domains, remarks))
    reserved = {kind: _slots(live, kind, prefix, remarks) for kind in ("SERVICE", "RESOURCE")}
    floor = quotas.CONTROL_TOWER_SCP_SLOTS if tower != "none" else 0
    return Places(
        accounts=placed,
        units=with_units(units, placed),
        members=members,
        reserved_scps=min(max(reserved["SERVICE"], floor), quotas.SCP_PER_TARGET - 1),
        reserved_rcps=min(reserved["RESOURCE"], quotas.RCP_PER_TARGET - 1),
        remarks=tuple(shorten(remark, 300) for remark in dict.fromkeys(remarks)),
    )


def _active(live: LiveOrganization) -> list[LiveAccount]:
    return [account for account in live.accounts if account.status == ACTIVE]


def _account(live: LiveOrganization, identity: str) -> LiveAccount | None:
    return next((each for each in live.accounts if each.id == identity), None)


def _is_domain(name: str) -> bool:
    try:
        values.domain(name)
    except BaselineError:
        return False
    return True


def _named(accounts: Iterable[LiveAccount], words: tuple[str, ...]) -> LiveAccount | None:
    """Give the one account in whose name a word stands; of several none, nobody should guess then."""
    rows = [(f" {_words(account.name)} ", account) for account in accounts]
    for word in words:
        fitting = [account for name, account in rows if f" {word} " in name]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[a-z0-9]+", spaced.lower()))


def _unit(
    unit: LiveUnit, crowded: set[str | None], remarks: list[str], *, bound: bool
) -> UnitAnswer | None:
    """Give a unit with a proposal for its guardrails, which bind nobody's workloads unasked."""
    if not re.fullmatch(forms.UNIT_NAME_PATTERN, unit.name):
        remarks.append(
            f"unit {show(unit.name)} ({unit.id}) is left out, with all in it: rename it to letters, "
            "digits, spaces and . _ - to adopt it"
        )
        return None
    usual = next((each for each in NEW_UNITS if each.name == unit.name), None)
    wanted = usual.guardrails if usual else (() if bound else ("foundation",))
    busy = any(path == unit.path or str(path).startswith(f"{unit.path}/") for path in crowded)
    below = tuple(
        each
        for child in unit.units
        if (each := _unit(child, crowded, remarks, bound=bound or bool(wanted)))
    )
    note = None
    if busy and wanted and not bound:
        note = f"decide: workloads run here; {listed(wanted)} once tried"
    return UnitAnswer(
        name=unit.name,
        id=unit.id,
        guardrails=() if busy or bound else wanted,
        units=below,
        note=note,
    )


def _placed(
    role: str,
    account: CoreAnswer,
    live: LiveAccount | None,
    known: set[str],
    remarks: list[str],
) -> CoreAnswer:
    """Give a core account with the unit that it stands in, or the one that it has to move to."""
    if role == "management":
        return account
    if live is not None and live.unit_path in known:
        return replace(account, ou=live.unit_path)
    unit = UNIT_OF_ROLE[role]
    where = "in the root" if live and live.unit_path == "" else "in no unit of this file"
    remarks.append(
        f"{role} ({account.id}) stands {where}: move it to {unit} before the guardrails are deployed"
    )
    return replace(account, ou=unit)


def _strangers(live: LiveOrganization, roles: Mapping[str, str], security: str) -> Iterator[str]:
    """Tell which services another account than the security account administers."""
    by_account: dict[str, list[str]] = {}
    for service, administrators in live.delegated_administrators.items():
        for identity in administrators:
            if identity != security:
                by_account.setdefault(identity, []).append(service.removesuffix(".amazonaws.com"))
    for identity, services in sorted(by_account.items()):
        role = roles.get(identity)
        who = f"{role} ({identity})" if role else identity
        yield (
            f"{who} administers {listed(sorted(services))}; the baseline names the security account "
            f"({security}) for its services: take the old delegation back, or make that account security"
        )


def _members(
    live: LiveOrganization,
    roles: Mapping[str, str],
    known: set[str],
    mail_domains: tuple[str, ...],
    remarks: list[str],
) -> Iterator[MemberAnswer]:
    taken = {role.replace("_", "-") for role in CORE_ROLES}
    for account in live.accounts:
        if account.id in roles:
            continue
        if problem := _problem(account, known, mail_domains):
            remarks.append(f"account {account.id} {show(account.name)} is left out: {problem}")
            continue
        name = _member_name(account, taken)
        taken.add(name)
        yield MemberAnswer(name=name, id=account.id, email=account.email, ou=str(account.unit_path))


def _problem(account: LiveAccount, known: set[str], mail_domains: tuple[str, ...]) -> str | None:
    """Give why an account cannot be a member; None where it can."""
    if account.status != ACTIVE:
        return f"it is {account.status.lower() or 'in an unknown state'}"
    if account.unit_path is None:
        return "its unit could not be read"
    if account.unit_path not in known:
        return (
            "it stands in the root, where no guardrail of a unit binds it; move it into a unit"
            if account.unit_path == ""
            else "its unit is left out"
        )
    try:
        values.root_address(mail_domains)(account.email)
    except BaselineError as error:
        return f"its root address {error}"
    return None


def _member_name(account: LiveAccount, taken: set[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", account.name.lower()).strip("-")
    if not name[:1].isalpha():
        name = f"account-{name}".strip("-")
    name = name[:45].rstrip("-")
    return f"{name[:37]}-{account.id}" if name in taken or len(name) < 2 else name  # noqa: PLR2004 - the pattern's least


def _slots(live: LiveOrganization, kind: str, prefix: str, remarks: list[str]) -> int:
    """Give the most policies of others at one root, unit or account, and name them."""
    rows = {
        target: [
            policy.name
            for policy in policies
            if policy.type == f"{kind}_CONTROL_POLICY"
            and not policy.aws_managed
            and not policy.name.startswith(f"{prefix}-")
        ]
        for target, policies in live.attached.items()
    }
    most = max((len(names) for names in rows.values()), default=0)
    if most:
        names = sorted({name for row in rows.values() for name in row})
        more = f" and {len(names) - POLICY_NAMES} more" if len(names) > POLICY_NAMES else ""
        remarks.append(
            f"{kind.lower()} control policies of others are attached, at most {most} at one place "
            f"({', '.join(shorten(name) for name in names[:POLICY_NAMES])}{more}): they keep their "
            "slots; look whether they stop the deployment"
        )
    return most
