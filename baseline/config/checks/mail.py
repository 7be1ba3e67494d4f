"""E-mail addresses: whoever reads the root address of an account can take the account over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path as File

from baseline.config.finding import DOMAINS, Finding, Path, dotted
from baseline.config.forms import matches_address
from baseline.config.text import listed, show
from baseline.config.view import View

# Messages may go to a service provider, but to no public mailbox.
FOR_OTHERS_TOO = ("notifications", "billing", "workload")

PROVIDERS = File(__file__).parents[1] / "data" / "public_mail_providers.json"


@cache
def public_providers() -> frozenset[str]:
    """Give the mail domains where anybody can register an address."""
    return frozenset(json.loads(PROVIDERS.read_text(encoding="utf-8"))["domains"])


def domains_are_corporate(view: View) -> Iterator[Finding]:
    """No domain of the organization is a public mail provider."""
    for place, domain in view.items("organization", "email_domains"):
        if domain.lower() in public_providers():
            yield Finding(
                place,
                f"{show(domain)} is a public mail provider, where anybody can register an address; name domains of the company",
            )


def root_addresses_are_unique(view: View) -> Iterator[Finding]:
    """No two accounts share a root address: AWS accepts each only once."""
    first: dict[str, Path] = {}
    for account in view.accounts():
        address = view.text(*account, "email")
        if address is None:
            continue
        known = first.setdefault(address.lower(), account)
        if known != account:
            yield Finding(
                (*account, "email"),
                f"{show(address)} is the address of {dotted(known)} already; AWS accepts an address for one account only",
            )


def addresses_are_corporate(view: View) -> Iterator[Finding]:
    """Root addresses and contacts belong to the company; messages go to no public mailbox."""
    domains = [domain for _, domain in view.items("organization", "email_domains")]
    corporate = [domain.lower() for domain in domains if domain.lower() not in public_providers()]
    for place, address in (*_of_the_company(view), *_of_findings(view)):
        if not matches_address(address):
            continue
        domain = address.rpartition("@")[2].lower()
        if domain in public_providers() or (
            corporate and place[0] not in FOR_OTHERS_TOO and not _within(domain, corporate)
        ):
            yield Finding(
                place,
                f"{show(address)} is not in email_domains [{listed(domains)}]; use a corporate address that a team reads",
                rests_on=() if domain in public_providers() else DOMAINS,
            )


def _of_the_company(view: View) -> Iterator[tuple[Path, str]]:
    contacts = [("contacts", kind) for kind in view.keys("contacts")]
    for owner in (*view.accounts(), *contacts):
        if address := view.text(*owner, "email"):
            yield (*owner, "email"), address


def _of_findings(view: View) -> Iterator[tuple[Path, str]]:
    for severity in view.keys("notifications"):
        yield from view.items("notifications", severity)
    for team in view.keys("notifications", "routes"):
        yield from view.items("notifications", "routes", team, "addresses")
    yield from view.items("workload", "alarms")
    yield from view.items("billing", "recipients")


def _within(domain: str, corporate: list[str]) -> bool:
    return any(domain == known or domain.endswith(f".{known}") for known in corporate)
