"""Rules for findings, from a configuration: what is suppressed, opened again, raised, and whose it is.

A rule is data here; :class:`AutomationRules` and :class:`UnifiedSecurityHub` write it for the two
products.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from baseline.config import Configuration
from baseline.config.security_hub import AcceptedFinding, RaisedFindings
from baseline.errors import BaselineError

RAISED_FIELD = "SecurityBaselineRaised"
"""User-defined field of a finding: the severity label that it was raised from, once."""

NEXT = {"LOW": "MEDIUM", "MEDIUM": "HIGH", "HIGH": "CRITICAL"}
"""Severity labels to the next higher one, from the lowest."""

AUTHOR = "security-baseline"
ALWAYS_FROM, ALWAYS_TO = "2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z"
# A finding is somebody's in its first days; later its note is an analyst's.
OWNER_DAYS = 1
NOTE_LENGTH = 512
OPEN = ("NEW", "NOTIFIED")
# Place of a rule among all: what is suppressed is not looked at further.
ORDERS = {"suppress": 100, "reopen": 200, "raise": 300, "owner": 500}

Kind = Literal["suppress", "reopen", "raise", "owner"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text that a field has, or has not: ``EQUALS``, ``PREFIX``, ``NOT_EQUALS``."""

    comparison: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A pair that a field with keys has, or has not: ``EQUALS``, ``NOT_EQUALS``."""

    comparison: str
    key: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """When it was: between two times, or in the last days."""

    start: str | None = None
    end: str | None = None
    days: int | None = None


Criteria = Mapping[str, Sequence[Text | Pair | Period]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRule:
    """One rule. Its fields have the names that ``CfnAutomationRule`` gives them.

    Attributes:
        name: its name, unique among the rules.
        kind: what it does.
        order: its place; the lower the sooner.
        description: why it is there.
        criteria: what a finding has to be; all fields have to hold.
        note: what is noted on the finding; nothing by default.
        status: workflow status that it gets; as it is by default.
        severity: severity label that it gets; as it is by default.
        fields: user-defined fields that it gets; none by default.
        terminal: no later rule looks at the finding; False by default.
    """

    name: str
    kind: Kind
    order: int
    description: str
    criteria: Criteria
    note: str | None = None
    status: str | None = None
    severity: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    terminal: bool = False


def rules_of(configuration: Configuration) -> list[FindingRule]:
    """Give all rules of a configuration, in their order.

    Raises:
        BaselineError: a rule would hold for every finding.
    """
    settings = configuration.capabilities.security_hub
    notifications = configuration.notifications
    rules = [
        *suppressions(settings.accepted),
        *raises(settings.raised, accounts_of(configuration)),
        *owners(notifications.routes, notifications.owner_tag),
    ]
    return sorted(rules, key=lambda rule: rule.order)


def suppressions(accepted: Mapping[str, AcceptedFinding]) -> Iterator[FindingRule]:
    """Give the rules that suppress what is accepted until its day, and open it again after it."""
    for number, (name, finding) in enumerate(sorted(accepted.items())):
        last = date.fromisoformat(finding.until)
        start = f"Accepted as {name}:"
        yield FindingRule(
            name=f"accepted-{name}",
            kind="suppress",
            order=ORDERS["suppress"] + number,
            description=f"Accepted until {finding.until}: {finding.reason}",
            criteria=_narrow(
                name,
                {
                    "compliance_security_control_id": _texts("EQUALS", finding.controls),
                    "type": _texts("PREFIX", finding.types),
                    "title": _texts("PREFIX", finding.titles),
                    "resource_id": _texts("EQUALS", finding.resources),
                    "aws_account_id": _texts("EQUALS", finding.accounts),
                    "resource_tags": _pairs(finding.tags),
                },
            )
            | {
                "workflow_status": _texts("EQUALS", OPEN),
                "updated_at": [Period(start=ALWAYS_FROM, end=f"{last}T23:59:59Z")],
            },
            note=f"{start} {finding.reason} Until {finding.until}."[:NOTE_LENGTH],
            status="SUPPRESSED",
            terminal=True,
        )
        yield FindingRule(
            name=f"accepted-{name}-over",
            kind="reopen",
            order=ORDERS["reopen"] + number,
            description=f"No longer accepted after {finding.until}: {finding.reason}",
            criteria={
                "workflow_status": _texts("EQUALS", ["SUPPRESSED"]),
                "note_text": _texts("PREFIX", [start]),
                "updated_at": [
                    Period(start=f"{last + timedelta(days=1)}T00:00:00Z", end=ALWAYS_TO)
                ],
            },
            note=f"No longer accepted as {name} since {finding.until}; decide again.",
            status="NEW",
        )


def raises(
    raised: Mapping[str, RaisedFindings], accounts: Mapping[str, Sequence[str]]
) -> Iterator[FindingRule]:
    """Give the rules that raise severities, each finding once, and have it told anew.

    Args:
        raised: what is raised.
        accounts: IDs of the accounts of each of them. One that names accounts of which none has
            an ID has no rules: they would hold for all accounts.
    """
    for number, (name, wanted) in enumerate(sorted(raised.items())):
        if (wanted.units or wanted.accounts) and not accounts.get(name):
            continue
        where = _narrow(
            name,
            {
                "aws_account_id": _texts("EQUALS", accounts.get(name, ())),
                "resource_tags": _pairs(wanted.tags),
                "resource_type": _texts("EQUALS", wanted.resource_types),
                "type": _texts("PREFIX", wanted.types),
                "compliance_security_control_id": _texts("EQUALS", wanted.controls),
            },
        )
        labels = [label for label in NEXT if label.lower() in wanted.severities]
        # From the highest: what was raised is not raised again by the next rule.
        for place, label in enumerate(reversed(labels)):
            yield FindingRule(
                name=f"raised-{name}-{label.lower()}",
                kind="raise",
                order=ORDERS["raise"] + number * len(NEXT) + place,
                description=f"Findings of {name} count more: {label} is {NEXT[label]}",
                criteria={
                    **where,
                    "severity_label": _texts("EQUALS", [label]),
                    "workflow_status": _texts("EQUALS", OPEN),
                    "record_state": _texts("EQUALS", ["ACTIVE"]),
                    "user_defined_fields": [
                        Pair(comparison="NOT_EQUALS", key=RAISED_FIELD, value=each) for each in NEXT
                    ],
                },
                severity=NEXT[label],
                status="NEW",
                fields={RAISED_FIELD: label},
            )


def owners(teams: Iterable[str], tag: str | None) -> Iterator[FindingRule]:
    """Give the rules that note whose a finding is, by a tag of the resource; none without a tag."""
    if tag is None:
        return
    for number, team in enumerate(sorted(teams)):
        yield FindingRule(
            name=f"owner-{team}",
            kind="owner",
            order=ORDERS["owner"] + number,
            description=f"Findings about resources whose tag {tag} is {team}",
            criteria={
                "resource_tags": _pairs({tag: team}),
                "workflow_status": _texts("EQUALS", ["NEW"]),
                "created_at": [Period(days=OWNER_DAYS)],
            },
            note=f"Owner: {team}",
        )


def accounts_of(configuration: Configuration) -> dict[str, list[str]]:
    """Give the IDs of the accounts whose findings are raised, by name; known ones only."""
    raised = configuration.capabilities.security_hub.raised
    return {name: _accounts(configuration, wanted, known=True) for name, wanted in raised.items()}


def unknown_accounts(configuration: Configuration) -> list[str]:
    """Give the names of accounts whose findings would be raised if their ID were known."""
    raised = configuration.capabilities.security_hub.raised
    found = (_accounts(configuration, wanted, known=False) for wanted in raised.values())
    return sorted({name for names in found for name in names})


def _accounts(configuration: Configuration, wanted: RaisedFindings, *, known: bool) -> list[str]:
    meant = [
        (name, account)
        for name, account in configuration.all_accounts()
        if name in wanted.accounts
        or any(f"{account.ou or ''}/".startswith(f"{unit}/") for unit in wanted.units)
    ]
    if known:
        return sorted(account.id for _, account in meant if account.id)
    return [name for name, account in meant if not account.id]


def _narrow(
    name: str, criteria: Mapping[str, Sequence[Text | Pair]]
) -> dict[str, Sequence[Text | Pair | Period]]:
    used: dict[str, Sequence[Text | Pair | Period]] = {
        key: filters for key, filters in criteria.items() if filters
    }
    if not used:
        raise BaselineError(f"rule {name!r} names nothing and would hold for every finding")
    return used


def _texts(comparison: str, values: Iterable[str]) -> list[Text]:
    return [Text(comparison=comparison, value=value) for value in values]


def _pairs(tags: Mapping[str, str]) -> list[Pair]:
    return [Pair(comparison="EQUALS", key=key, value=value) for key, value in sorted(tags.items())]
