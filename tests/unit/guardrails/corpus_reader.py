"""Reads the acceptance corpus: requests with the answer that the example organization must give.

One line states ``-`` (denied) or ``+`` (allowed), accounts, principals, actions, a resource and
settings ``key=value``; a comma makes several requests of a line, a bar several values of a key.
``~service:rest`` is an ARN in the caller's Region and account, ``region=`` the endpoint,
``owner=`` the account of the resource, every other key a condition key.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from baseline.guardrails.request import Request

FOLDER = Path(__file__).parent / "corpus"

ACCOUNTS = {
    "management": "111111111111",
    "log": "222222222222",
    "security": "333333333333",
    "network": "444444444444",
    "prod": "555555555555",
    "test": "666666666666",
    "sandbox": "777777777777",
    "suspended": "888888888888",
    "shared": "999999999999",
    "outside": "121212121212",
    "elb-ireland": "156460612806",
    "elb-frankfurt": "054676820928",
}
UNITS = {
    "log": "Security",
    "security": "Security",
    "network": "Infrastructure",
    "shared": "Infrastructure",
    "prod": "Workloads/Production",
    "test": "Workloads/Test",
    "sandbox": "Sandbox",
    "suspended": "Suspended",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request, the answer it must get, and where it stands."""

    where: str
    verdict: str
    request: Request


def rows() -> Iterator[Row]:
    """Give every request of the corpus."""
    for path in sorted(FOLDER.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line and not line.startswith("#"):
                yield from _rows(line, f"{path.name}:{number}")


def _rows(line: str, where: str) -> Iterator[Row]:
    """Give the requests of one line."""
    sign, accounts, principals, actions, resource, *rest = line.split()
    settings = dict(pair.split("=", 1) for pair in rest)
    regions = settings.pop("region", "eu-west-1").split(",")
    owners = settings.pop("owner", "").split(",")
    context = {key: value.split("|") if value else [] for key, value in settings.items()}
    every = (regions, owners, accounts.split(","), principals.split(","), actions.split(","))
    for region, owner, account, principal, action in itertools.product(*every):
        yield Row(
            where=where,
            verdict={"-": "denied", "+": "allowed"}[sign],
            request=Request(
                principal_arn=_principal(account, principal),
                action=action,
                resource=_arn(resource, region, ACCOUNTS.get(account, "")),
                account=ACCOUNTS.get(owner, ""),
                region=region,
                context=context,
            ),
        )


def _principal(account: str, name: str) -> str:
    """Give a principal's ARN; services and strangers stand for themselves."""
    return f"arn:aws:iam::{ACCOUNTS[account]}:{name}" if account in ACCOUNTS else name


def _arn(text: str, region: str, account: str) -> str:
    """Give a resource's ARN from its short form."""
    if text == "*":
        return text
    if text.startswith("~"):
        service, _, rest = text[1:].partition(":")
        return f"arn:aws:{service}:{region}:{account}:{rest}"
    return "arn:aws:" + text.format(a=account, **ACCOUNTS)
