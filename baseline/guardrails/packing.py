"""Packs the guardrails of one target into few policies, so that a change touches one of them.

The policies of a target are the leaves of a binary tree: all guardrails stand in one policy as long
as they fit; a policy that overflows is split in two by the next bit of a hash of each guardrail's
name. Where a guardrail stands so depends on its name and on its neighbours' size only, never on the
order of the configuration: one more guardrail changes the one policy that it joins, or splits it.
Where a target has not enough slots for that, the guardrails are packed as tightly as they go.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, cast

from pydantic import JsonValue as Json

from baseline.config import quotas
from baseline.errors import BaselineError
from baseline.guardrails.documents import VERSION
from baseline.guardrails.model import PolicyType
from baseline.guardrails.rendering import Rendered

DESCRIPTION_LENGTH = 512
"""Longest description of an organization policy. Source: Organizations API, CreatePolicy."""


PLACE_LENGTH = 80
"""Longest path in a policy's name, so that the name stays within the 128 characters it may have."""


_SALT = "3124"
"""Chosen so that the guardrails of the catalog fall evenly; another one repacks every unit."""


class Slots(NamedTuple):
    """Policies per target that somebody else attaches (Control Tower, another team)."""

    scp: int = 0
    rcp: int = 0


class Quota(NamedTuple):
    """What one target may hold: characters in a policy, policies, and those reserved for others."""

    size: int
    policies: int
    reserved: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class PackedPolicy:
    """One policy.

    Attributes:
        name: ``<prefix>-<type>-<target>-<number>``.
        type: Policy type.
        number: From 1 within target and type, with gaps: a split keeps the other numbers.
        guardrails: What is in it, in order.
        content: The document, as an object.
    """

    name: str
    type: PolicyType
    number: int
    guardrails: tuple[Rendered, ...]
    content: dict[str, Json]

    @property
    def description(self) -> str:
        """Give the names of the guardrails in it, as far as a description may be long."""
        text = "Guardrails: " + ", ".join(row.guardrail.id for row in self.guardrails)
        if len(text) <= DESCRIPTION_LENGTH:
            return text
        return text[: DESCRIPTION_LENGTH - 1] + "…"

    @property
    def size(self) -> int:
        """Give the size that counts against the quota, in characters."""
        return len(minified(self.content))


def minified(content: object) -> str:
    """Give a document as it is submitted: without white space, which AWS would count."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def quota_of(kind: PolicyType, reserved: Slots) -> Quota:
    """Give what is left at a target: AWS's own full-access policy takes one slot."""
    if kind is PolicyType.SCP:
        return Quota(quotas.SCP_SIZE, quotas.SCP_PER_TARGET - 1 - reserved.scp, reserved.scp)
    if kind is PolicyType.RCP:
        return Quota(quotas.RCP_SIZE, quotas.RCP_PER_TARGET - 1 - reserved.rcp, reserved.rcp)
    if kind is PolicyType.AI_OPT_OUT:
        return Quota(quotas.AI_OPT_OUT_POLICY_SIZE, quotas.AI_OPT_OUT_POLICIES_PER_TARGET)
    return Quota(quotas.DECLARATIVE_POLICY_SIZE, quotas.DECLARATIVE_POLICIES_PER_TARGET)


def pack(
    target: str, guardrails: Iterable[Rendered], *, prefix: str, reserved: Slots
) -> tuple[PackedPolicy, ...]:
    """Pack the guardrails of a target.

    Args:
        target: Path of the unit, or ``root``.
        guardrails: Rendered, in any order.
        prefix: Start of the policies' names.
        reserved: Slots that somebody else uses.

    Raises:
        BaselineError: Two statements share a Sid, a guardrail is larger than a policy may be, or
            more policies are needed than the target may hold.
    """
    by_type: dict[PolicyType, list[Rendered]] = {}
    for rendered in guardrails:
        by_type.setdefault(rendered.type, []).append(rendered)
    packed: list[PackedPolicy] = []
    problems: list[str] = []
    for kind in sorted(by_type):
        quota = quota_of(kind, reserved)
        found = _problems(target, by_type[kind], quota)
        problems += found
        bins = {} if found else _bins(by_type[kind], quota)
        if len(bins) > quota.policies:
            problems.append(_too_many(target, bins, quota))
        packed += [_policy(prefix, target, number, bins[number]) for number in sorted(bins)]
    if problems:
        raise BaselineError("\n".join(problems))
    return tuple(packed)


def _bins(rows: Sequence[Rendered], quota: Quota) -> dict[int, list[Rendered]]:
    """Distribute the guardrails of one type; the number of a policy to what is in it."""
    if not rows[0].type.decides:
        return {number: [row] for number, row in enumerate(rows, 1)}
    in_order = sorted(rows, key=lambda row: row.guardrail.id)
    bins = _split(in_order, quota.size)
    return bins if len(bins) <= quota.policies else _tight(in_order, quota.size)


def _split(
    rows: list[Rendered], size: int, depth: int = 0, number: int = 1
) -> dict[int, list[Rendered]]:
    """Halve the guardrails by the bits of their hash until each part fits into a policy.

    The half with bit 0 keeps the policy's number, so that a split changes one policy and adds one.
    """
    if _fits(rows, size):
        return {number: rows} if rows else {}
    halves: tuple[list[Rendered], list[Rendered]] = ([], [])
    for row in rows:
        halves[_hash(row) >> depth & 1].append(row)
    return {
        **_split(halves[0], size, depth + 1, number),
        **_split(halves[1], size, depth + 1, number + 2**depth),
    }


def _tight(rows: Iterable[Rendered], size: int) -> dict[int, list[Rendered]]:
    """Put the guardrails, the largest first, each into the first policy with room."""
    bins: list[list[Rendered]] = []
    for row in sorted(rows, key=lambda row: -len(minified(_content([row])))):
        chosen = next((one for one in bins if _fits([*one, row], size)), None)
        if chosen is None:
            bins.append(chosen := [])
        chosen.append(row)
    return dict(enumerate(bins, 1))


def _fits(rows: Sequence[Rendered], size: int) -> bool:
    """Tell whether guardrails fit into one policy."""
    return not rows or len(minified(_content(rows))) <= size


@cache
def _hash_of(name: str) -> int:
    """Give the bits by which a guardrail finds its policy."""
    return int.from_bytes(hashlib.sha256(f"{_SALT}{name}".encode()).digest(), "big")


def _hash(row: Rendered) -> int:
    return _hash_of(row.guardrail.id)


def _problems(target: str, rows: Sequence[Rendered], quota: Quota) -> list[str]:
    """Give what no distribution can help: a guardrail that is too large, a Sid that is there twice."""
    found = [
        f"guardrail {row.guardrail.id} at {target} has {size} characters, a {row.type.value} may "
        f"have {quota.size}; split it into two guardrails"
        for row in rows
        if (size := len(minified(_content([row])))) > quota.size
    ]
    return found + _repeated_sids(target, rows)


def _too_many(target: str, bins: Mapping[int, Sequence[Rendered]], quota: Quota) -> str:
    """Say which guardrail does not fit any more, where it can go and which slots are reserved."""
    row = bins[max(bins)][-1]
    parent = target.rpartition("/")[0]
    where = f"to {parent}" if parent else "to the units below it"
    return (
        f"{target} has room for {quota.policies} more policies of type {row.type.value} (AWS's own "
        f"and reserved slots taken off), {len(bins)} are needed and guardrail {row.guardrail.id} "
        f"does not fit; move it {where}, or lower guardrails.reserved_{row.type.short}_slots "
        f"({quota.reserved} now)"
    )


def _repeated_sids(target: str, rows: Sequence[Rendered]) -> list[str]:
    """Refuse two statements with one Sid: a denial could not be traced to its guardrail."""
    owners: dict[str, str] = {}
    found = []
    for row in rows:
        for sid in row.sids:
            if sid in owners:
                found.append(
                    f"{target}: guardrails {owners[sid]} and {row.guardrail.id} both have a "
                    f"statement {sid}; rename one"
                )
            owners[sid] = row.guardrail.id
    return found


def _content(rows: Sequence[Rendered]) -> dict[str, Json]:
    """Give the document that holds some guardrails."""
    if rows[0].content is not None:
        return dict(rows[0].content)
    statements = [statement for row in rows for statement in row.statements]
    return {"Version": VERSION, "Statement": cast("Json", statements)}


def _policy(prefix: str, target: str, number: int, rows: list[Rendered]) -> PackedPolicy:
    """Make the policy of one bin."""
    kind = rows[0].type
    return PackedPolicy(
        name=f"{prefix}-{kind.short}-{_place(target)}-{number}",
        type=kind,
        number=number,
        guardrails=tuple(rows),
        content=_content(rows),
    )


def _place(target: str) -> str:
    """Give a target's path as policy names show it; a long one is cut and marked by its hash."""
    place = re.sub(r"[^a-z0-9]+", "-", target.lower()).strip("-")
    if len(place) <= PLACE_LENGTH:
        return place
    digest = hashlib.sha256(target.encode()).hexdigest()[:8]
    return f"{place[: PLACE_LENGTH - len(digest) - 1]}-{digest}"
