"""Services that the security account administers: offered where they run, accepted until a day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from baseline.config.access_analyzer import DATE_PATTERN
from baseline.config.finding import Finding, Path
from baseline.config.regions import ADMINISTERED, MACIE_DATA, table
from baseline.config.text import listed, show
from baseline.config.view import View

ANALYZER: Path = ("capabilities", "access_analyzer")
UNUSED: Path = (*ANALYZER, "unused_access")
INTERNAL: Path = (*ANALYZER, "internal_access")
MACIE: Path = ("capabilities", "macie")
SECURITY_HUB: Path = ("capabilities", "security_hub")
# Whatever somebody accepted, and the keys of which one has to say what it is about.
ACCEPTED: Mapping[Path, tuple[str, ...]] = {
    (*ANALYZER, "accepted"): ("principals", "federated"),
    (*UNUSED, "accepted"): ("resources", "accounts"),
    (*MACIE, "accepted"): ("buckets", "accounts"),
    (*SECURITY_HUB, "accepted"): ("resources", "accounts", "tags"),
}
OFF_BY_DEFAULT = frozenset({"detective", "macie"})


def are_offered(view: View) -> Iterator[Finding]:
    """CloudFormation, and with it the service, is in every governed Region."""
    for path, name in view.items("regions"):
        region = table().get(name)
        for service, kinds in ADMINISTERED.items():
            lacking = [kind for kind in kinds if region is not None and kind in region.missing]
            if lacking and _is_on(view, service):
                yield Finding(
                    path,
                    f"{service} is not available in {show(name)} (CloudFormation has no "
                    f"{listed(lacking)}); leave the Region out, or switch capabilities.{service} off",
                )
        offered = region is not None and region.missing.isdisjoint(ADMINISTERED["macie"])
        for section, kind in MACIE_DATA.items() if offered else ():
            used = _is_on(view, "macie") and view.keys(*MACIE, section)
            if used and region is not None and kind in region.missing:
                yield Finding(
                    path,
                    f"CloudFormation has no {kind} in {show(name)}; leave the Region out, or "
                    f"remove capabilities.macie.{section}",
                )


def acceptances_are_current(view: View) -> Iterator[Finding]:
    """What somebody accepted has a day, and that day is not over."""
    for place in ACCEPTED:
        for name in view.keys(*place):
            path = (*place, name, "until")
            until = view.text(*path)
            if until is None or not re.fullmatch(DATE_PATTERN, until):
                continue  # its form is a finding already
            day = _day(until)
            if day is None:
                yield Finding(path, f"{show(until)} is not a day of the calendar")
            elif day < _today():
                yield Finding(
                    path,
                    f"{show(until)} is over; look at the findings again, then write a new day or remove {show(name)}",
                )


def acceptances_say_what(view: View) -> Iterator[Finding]:
    """An acceptance names what it is about: none hides everything, none hides what is public."""
    for place, keys in ACCEPTED.items():
        for name in view.keys(*place):
            path: Path = (*place, name)
            if view.get((*path, "public")) is True:
                if not view.get((*path, "resources")):
                    yield Finding(
                        (*path, "public"),
                        "accepts access for everybody and names no resource; write the ARNs into resources",
                    )
            elif not any(view.get((*path, key)) for key in keys):
                yield Finding(
                    path,
                    f"names neither {' nor '.join(keys)}, so it would hide every finding; name some",
                )


def analyzers_have_something_to_do(view: View) -> Iterator[Finding]:
    """Internal access is analyzed for named resources, unused access not for the analyzer's owner."""
    if view.get((*INTERNAL, "enabled")) is True:
        named = {key: view.get((*INTERNAL, key)) for key in ("resources", "resource_types")}
        if not any(named.values()):
            yield Finding(
                INTERNAL, "is on and names no critical resource; write resources or resource_types"
            )
        if named["resource_types"] and not view.get((*INTERNAL, "accounts")):
            yield Finding(
                (*INTERNAL, "resource_types"),
                "would monitor, and bill, every such resource of the organization; write the IDs of the accounts into accounts",
            )
    security = view.text("accounts", "security", "id")
    for path, account in view.items(*UNUSED, "excluded_accounts"):
        if account == security:
            yield Finding(
                path,
                f"{show(account)} is the security account, which owns the analyzer and cannot be excluded",
            )


def expressions_are_readable(view: View) -> Iterator[Finding]:
    """Every regular expression of Macie is one."""
    for section in ("allow_lists", "custom_identifiers"):
        for name in view.keys(*MACIE, section):
            path: Path = (*MACIE, section, name, "regex")
            expression = view.text(*path)
            try:
                re.compile(expression or "")
            except re.error as error:
                yield Finding(path, f"{show(expression)} is not a regular expression: {error.msg}")


def _is_on(view: View, service: str) -> bool:
    switch = view.get(("capabilities", service, "enabled"))
    return switch is True if service in OFF_BY_DEFAULT else switch is not False


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today() -> date:
    return datetime.now(UTC).date()
