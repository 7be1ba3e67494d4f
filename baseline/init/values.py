"""What an answer has to be, with the sentences of `baseline validate`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from baseline.config import checks, forms
from baseline.config.checks.mail import public_providers
from baseline.config.finding import Finding
from baseline.config.messages import HINTS
from baseline.config.regions import table
from baseline.config.text import listed, show, suggestion
from baseline.errors import BaselineError

Check = Callable[[str], str]

_ROOT_EMAIL_LENGTH = 64
MOST_DOLLARS = 1_000_000_000


def form(pattern: str) -> Check:
    """Give the check of a text that has one of the forms of ``baseline.config.forms``."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise BaselineError(f"{show(text)} {HINTS[pattern].removesuffix(', in quotes')}")
        return text

    return check


account_id = form(forms.ACCOUNT_ID_PATTERN)
organization_id = form(forms.ORGANIZATION_ID_PATTERN)
root_id = form(forms.ROOT_ID_PATTERN)
prefix = form(forms.PREFIX_PATTERN)
phone = form(forms.PHONE_PATTERN)


def domain(text: str) -> str:
    """Give a mail domain of the company.

    Raises:
        BaselineError: it is none, or one where anybody can register an address.
    """
    name = form(forms.DOMAIN_PATTERN)(text.lower())
    if name in public_providers():
        raise BaselineError(
            f"{show(name)} is a public mail provider, where anybody can register an address; "
            "name a domain of the company"
        )
    return name


def root_address(domains: Sequence[str]) -> Check:
    """Give the check of an account's root address, which is in one of the domains."""
    return _address(forms.ROOT_EMAIL_PATTERN, domains, longest=_ROOT_EMAIL_LENGTH)


def contact_address(domains: Sequence[str]) -> Check:
    """Give the check of a contact's address, which is in one of the domains."""
    return _address(forms.CONTACT_EMAIL_PATTERN, domains, longest=254)


def _address(pattern: str, domains: Sequence[str], *, longest: int) -> Check:
    def check(text: str) -> str:
        form(pattern)(text)
        if len(text) > longest:
            raise BaselineError(f"{show(text)} has more than {longest} characters")
        if domains and not is_corporate(text, domains):
            raise BaselineError(
                f"{show(text)} is not in the mail domains [{listed(domains)}]; use a corporate "
                "address that a team reads"
            )
        return text

    return check


def is_corporate(address: str, domains: Sequence[str]) -> bool:
    """Tell whether an address is in one of the domains, or below it, and in no public one."""
    name = address.rpartition("@")[2].lower()
    return name not in public_providers() and any(
        name == known or name.endswith(f".{known}") for known in domains
    )


def region(text: str) -> str:
    """Give a Region that exists.

    Raises:
        BaselineError: there is none of this name.
    """
    if text not in table():
        raise BaselineError(f"{show(text)} is not a Region; {suggestion(text, table())}")
    return text


def home_region(text: str) -> str:
    """Give a Region in which logs and findings can be collected.

    Raises:
        BaselineError: there is none of this name, or it lacks what the baseline makes there.
    """
    _refuse(checks.run({"home_region": region(text), "regions": [text]}))
    return text


def regions(home: str, names: Sequence[str]) -> tuple[str, ...]:
    """Give the governed Regions, the home Region among them, each once.

    Raises:
        BaselineError: one does not exist or lacks something, or the home Region is not governed.
    """
    named = tuple(dict.fromkeys(region(name) for name in names))
    _refuse(checks.run({"home_region": home or None, "regions": list(named)}))
    return named


def whole_number_or_none(text: str) -> str:
    """Give a positive number without a fraction, or ``none``.

    Raises:
        BaselineError: it is neither.
    """
    plain = text.replace("_", "").replace(",", "").lower()
    if plain in {"", "none"}:
        return "none"
    if not plain.isascii() or not plain.isdigit() or not 1 <= int(plain) <= MOST_DOLLARS:
        raise BaselineError(f"{show(text)} is not a number of dollars, such as 20000, nor none")
    return str(int(plain))


def recipient(text: str) -> str:
    """Give an address that may get messages: of anybody but a public mail provider.

    Raises:
        BaselineError: it is none.
    """
    form(forms.CONTACT_EMAIL_PATTERN)(text)
    if text.rpartition("@")[2].lower() in public_providers():
        raise BaselineError(
            f"{show(text)} is at a public mail provider; use a corporate address that a team reads"
        )
    return text


def member_of(known: Mapping[str, object]) -> Check:
    """Give the check of an ID that is one of the organization's accounts."""

    def check(text: str) -> str:
        if account_id(text) not in known:
            raise BaselineError(f"{show(text)} is no account of the organization")
        return text

    return check


def one_of(choices: Sequence[str]) -> Check:
    """Give the check of an answer that is one of a few words."""

    def check(text: str) -> str:
        if text not in choices:
            raise BaselineError(f"{show(text)} is no choice; {suggestion(text, choices)}")
        return text

    return check


def differing(known: dict[str, str], check: Check) -> Check:
    """Give a check that also refuses what another question had as its answer already."""

    def differs(text: str) -> str:
        value = check(text)
        if value.lower() in known:
            raise BaselineError(f"{show(value)} is that of {known[value.lower()]} already")
        return value

    return differs


def offered(home: str, names: Sequence[str], capabilities: dict[str, Any]) -> None:
    """Refuse capabilities that a Region does not offer.

    Raises:
        BaselineError: one of them lacks something there.
    """
    places = {"home_region": home, "regions": list(names)}
    before = checks.run(places)
    found = checks.run({**places, "capabilities": capabilities})
    _refuse([each for each in found if each not in before])


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise BaselineError("; ".join(dict.fromkeys(_sentence(each) for each in findings)))


def _sentence(finding: Finding) -> str:
    named = ".".join(str(part) for part in finding.path if isinstance(part, str))
    return finding.message if named in {"regions", "home_region"} else f"{named}: {finding.message}"
