"""What somebody accepted until a day: every section of the configuration with an end, and scan suppressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from baseline.config.finding import Path, dotted
from baseline.config.section import Section
from baseline.delivery.scans.suppressions import Suppression
from baseline.report.model import Accepted
from baseline.report.walking import sections

# `until` is the last day that counts, `expires` the first one that does not.
LAST, FIRST_AFTER = "until", "expires"

KINDS = {
    "access_analyzer": "access accepted",
    "guardduty": "GuardDuty suppression",
    "inspector": "Inspector suppression",
    "macie": "data accepted",
    "security_hub": "Security Hub finding accepted",
}


def accepted_of(
    configuration: Section, suppressions: Iterable[Suppression], date: dt.date
) -> tuple[Accepted, ...]:
    """Give everything with an end, what ends first before the rest.

    Args:
        configuration: what is looked through, at any depth.
        suppressions: accepted findings of scans.
        date: the day from which days are counted.
    """
    found = [*_configured(configuration, date), *(_scanned(row, date) for row in suppressions)]
    return tuple(sorted(found, key=lambda row: (row.last_day, row.kind, row.name, row.where)))


def _configured(configuration: Section, date: dt.date) -> Iterator[Accepted]:
    for path, section in sections(configuration):
        fields = type(section).model_fields
        if "reason" not in fields or not {LAST, FIRST_AFTER} & fields.keys():
            continue
        last = _last_day(section)
        yield Accepted(
            kind=_kind(path),
            name=str(path[-1]),
            where=dotted(path),
            scope=_scope(section),
            reason=str(getattr(section, "reason")),  # noqa: B009 - of whichever class it is
            owner="",
            last_day=last.isoformat(),
            days_left=(last - date).days,
        )


def _last_day(section: Section) -> dt.date:
    until = getattr(section, LAST, None)
    if until is not None:
        return dt.date.fromisoformat(str(until))
    expires: dt.date = getattr(section, FIRST_AFTER)
    return expires - dt.timedelta(days=1)


def _kind(path: Path) -> str:
    return next((KINDS[str(part)] for part in path if part in KINDS), "accepted")


def _scope(section: Section) -> str:
    """Say what it covers, from whatever the section names beside reason and end."""
    values = section.model_dump(mode="json", exclude_defaults=True)
    return "; ".join(
        f"{key}: {_flat(value)}"
        for key, value in values.items()
        if key not in {"reason", LAST, FIRST_AFTER}
    )


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(item)}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _scanned(row: Suppression, date: dt.date) -> Accepted:
    return Accepted(
        kind="scan suppression",
        name=f"{row.tool} {row.rule}",
        where=f"{row.file}:{row.line}",
        scope=row.path or f"fingerprint {row.fingerprint}",
        reason=row.reason,
        owner=row.owner,
        last_day=row.expires.isoformat(),
        days_left=(row.expires - date).days,
    )
