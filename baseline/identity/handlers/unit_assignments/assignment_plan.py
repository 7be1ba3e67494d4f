"""What an account should have, and what is left to do about it: no calls, only decisions."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

Unit = tuple[str, str]
"""ID and name of an organizational unit."""


@dataclass(frozen=True, order=True)
class Assignment:
    """A group that has a permission set in one account."""

    permission_set: str
    group: str


@dataclass(frozen=True)
class Entry:
    """A group and permission set of the configuration, and where it reaches.

    Attributes:
        assignment: ARN of the permission set and ID of the group.
        title: both by their names, for the report.
        units: each a way from the root, whose steps are ``id:ou-...`` or ``name:Production``.
        accounts: account IDs.
    """

    assignment: Assignment
    title: str
    units: tuple[tuple[str, ...], ...]
    accounts: frozenset[str]

    def reaches(self, account: str, chain: Sequence[Unit]) -> bool:
        """Tell whether an account in the units of ``chain``, the root's first, is reached."""
        return account in self.accounts or any(_leads(way, chain) for way in self.units)


@dataclass(frozen=True)
class Plan:
    """What is to be done in one account."""

    create: tuple[Assignment, ...]
    remove: tuple[Assignment, ...]
    keep: tuple[Assignment, ...]
    """Made by this job and asked for no more, but nobody said that it may remove them."""
    forget: tuple[Assignment, ...]
    """Recorded as made by this job, asked for no more, and gone already."""


def parse(documents: Iterable[str]) -> list[Entry]:
    """Read the entries from the texts of the parameters."""
    return [
        Entry(
            assignment=Assignment(row["permission_set"], document["group"]),
            title=f"{row['name']} for {document['name']}",
            units=tuple(tuple(way) for way in row["units"]),
            accounts=frozenset(row["accounts"]),
        )
        for document in map(json.loads, documents)
        for row in document["assignments"]
    ]


def wanted(entries: Iterable[Entry], account: str, chain: Sequence[Unit]) -> set[Assignment]:
    """Give the assignments that an account should have."""
    return {entry.assignment for entry in entries if entry.reaches(account, chain)}


def plan(
    *,
    wanted: Collection[Assignment],
    found: Collection[Assignment],
    made: Collection[Assignment],
    remove: bool,
) -> Plan:
    """Compare what should be with what is.

    Args:
        wanted: what the configuration asks for.
        found: what the account has, whoever made it.
        made: what this job has recorded as its own.
        remove: take away what is its own and asked for no more.
    """
    stale = set(made) - set(wanted)
    present = stale & set(found)
    return Plan(
        create=tuple(sorted(set(wanted) - set(found))),
        remove=tuple(sorted(present)) if remove else (),
        keep=() if remove else tuple(sorted(present)),
        forget=tuple(sorted(stale - present)),
    )


def _leads(way: Sequence[str], chain: Sequence[Unit]) -> bool:
    if not way or len(way) > len(chain):
        return False
    return all(
        step in (f"id:{identifier}", f"name:{name}")
        for step, (identifier, name) in zip(way, chain, strict=False)
    )
