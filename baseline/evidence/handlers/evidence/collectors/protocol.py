"""What a collector is given and what it gives: parts of a package, each written by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

COLLECTED = "collected"
EMPTY = "empty"
DENIED = "denied"
NOT_ENABLED = "not enabled"
FAILED = "failed"
MISSING = (DENIED, NOT_ENABLED, FAILED)
"""States in which something that was asked for is not in the package."""


class NotEnabledError(Exception):
    """The source is there and says that what it would tell of is switched off."""


class RefusedError(Exception):
    """The source would give it to somebody who agreed to something first."""


class TimeIsUpError(Exception):
    """The run has to end before the source was read to its end."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a package.

    Attributes:
        path: where it stands in the package; without its ending where ``sniffed``.
        what: what it is, in a few words.
        write: writes it and gives the number of records; 0 means that there are none.
        sniffed: the ending follows from the first bytes.
    """

    path: str
    what: str
    write: Callable[[IO[bytes]], int]
    sniffed: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportPlace:
    """A bucket with reports that something else writes.

    Attributes:
        name: folder of the package.
        bucket: name of the bucket.
        prefix: start of the keys.
        copies: copy the reports; without it they are listed only.
    """

    name: str
    bucket: str
    prefix: str = ""
    copies: bool = True


def _unlimited() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Source:
    """The account and Region that are asked, and what for.

    Attributes:
        client: gives a client of a service in a Region; the home Region for an empty one.
        since: from when on what is told by time; what is told as it is now does not ask.
        aggregator: name of the aggregator of AWS Config.
        artifact: ``list``, or ``reports`` to fetch them too.
        accept_terms: fetch reports of AWS Artifact whose terms have to be accepted.
        report_places: buckets with reports.
        time_is_up: whether the run has to come to its end.
    """

    client: Callable[[str, str], Any]
    since: datetime
    aggregator: str = ""
    artifact: str = "list"
    accept_terms: bool = False
    report_places: tuple[ReportPlace, ...] = ()
    time_is_up: Callable[[], bool] = field(default=_unlimited)


Collector = Callable[[Source], Iterator[Part]]
"""Gives the parts of a source. What it raises itself is the outcome of the whole source."""
