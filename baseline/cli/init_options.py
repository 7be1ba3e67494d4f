"""The flags of `baseline init` that answer its questions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from baseline.init import questions
from baseline.init.answers import CONTACT_KINDS, CORE_ROLES


class Scope(StrEnum):
    """What is protected."""

    ORGANIZATION = "organization"
    STANDALONE = "standalone"


class Ci(StrEnum):
    """Who checks changes."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


def _answer(flag: str, text: str, panel: str, metavar: str | None = None) -> Any:  # noqa: ANN401 - typer's own type
    return typer.Option(flag, help=text, metavar=metavar, rich_help_panel=panel)


_ALL, _ORGANIZATION, _ONE = "Answers", "Answers about an organization", "Answers about one account"

ScopeOption = Annotated[
    Scope | None, _answer("--scope", "What is protected: an organization, or one account.", _ALL)
]
CiOption = Annotated[Ci | None, _answer("--ci", "Who checks changes. github by default.", _ALL)]
Branch = Annotated[str, _answer("--branch", "Branch that changes go to.", _ALL)]
Prefix = Annotated[
    str | None, _answer("--prefix", "Start of every physical name. secbase by default.", _ALL)
]
EmailDomain = Annotated[
    list[str] | None,
    _answer("--email-domain", "Mail domain of the company; repeat for more.", _ALL),
]
HomeRegion = Annotated[
    str | None, _answer("--home-region", "Region of logs, keys and findings.", _ALL)
]
Region = Annotated[
    list[str] | None,
    _answer("--region", "Governed Region; repeat for more. The home Region by default.", _ALL),
]
Contact = Annotated[
    list[str] | None,
    _answer(
        "--contact",
        f"Alternate contact of each kind: {', '.join(CONTACT_KINDS)}.",
        _ALL,
        "KIND=ADDRESS",
    ),
]
Phone = Annotated[str | None, _answer("--phone", "Telephone number of the contacts.", _ALL)]
Findings = Annotated[
    list[str] | None,
    _answer(
        "--findings", "Who gets findings; repeat for more. The security contact by default.", _ALL
    ),
]
Lock = Annotated[
    str | None, _answer("--lock", "COMPLIANCE or GOVERNANCE. COMPLIANCE by default.", _ALL)
]
MonthlyDollars = Annotated[
    str | None, _answer("--monthly-dollars", "Monthly budget in US dollars. None by default.", _ALL)
]
OrganizationId = Annotated[
    str | None, _answer("--organization-id", "ID of the organization.", _ORGANIZATION)
]
RootId = Annotated[str | None, _answer("--root-id", "ID of its root.", _ORGANIZATION)]
ControlTower = Annotated[
    str | None,
    _answer("--control-tower", "none, controls or landing-zone. none by default.", _ORGANIZATION),
]
Account = Annotated[
    list[str] | None,
    _answer(
        "--account", f"ID of each core account: {', '.join(CORE_ROLES)}.", _ORGANIZATION, "ROLE=ID"
    ),
]
AccountEmail = Annotated[
    list[str] | None,
    _answer("--account-email", "Root address of each core account.", _ORGANIZATION, "ROLE=ADDRESS"),
]
Endpoints = Annotated[
    str | None,
    _answer("--endpoints", "Interface endpoints: yes or no. yes by default.", _ORGANIZATION),
]
Extras = Annotated[
    list[str] | None,
    _answer(
        "--with",
        f"Billed by what it looks at: {', '.join(questions.EXTRAS.choices)}; repeat for more.",
        _ORGANIZATION,
    ),
]
AccountId = Annotated[str | None, _answer("--account-id", "ID of the account.", _ONE)]
RootEmail = Annotated[str | None, _answer("--root-email", "Its root address.", _ONE)]
Network = Annotated[str | None, _answer("--network", "A VPC: yes or no. no by default.", _ONE)]
