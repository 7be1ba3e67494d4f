"""Packs the guardrails of one target into as few policies as the quotas allow.

Each guardrail goes, in order and whole, into the first policy with room for it. So the result is
the same every time, and one more guardrail at the end changes one policy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


class Slots(NamedTuple):
    """Policies per target that somebody else attaches (Control Tower, another team)."""

    scp: int = 0
    rcp: int = 0


class Quota(NamedTuple):
    """What one target may hold: the size of a policy in characters, and how many policies."""

    size: int
    policies: int


@dataclass(frozen=True, kw_only=True, eq=False)
class PackedPolicy:
    """One policy.

    Attributes:
        name: ``<prefix>-<type>-<target>-<number>``.
        type: Policy type.
        number: Counted from 1 within target and type.
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
        return Quota(quotas.SCP_SIZE, quotas.SCP_PER_TARGET - 1 - reserved.scp)
    if kind is PolicyType.RCP:
        return Quota(quotas.RCP_SIZE, quotas.RCP_PER_TARGET - 1 - reserved.rcp)
    if kind is PolicyType.AI_OPT_OUT:
        return Quota(quotas.AI_OPT_OUT_POLICY_SIZE, quotas.AI_OPT_OUT_POLICIES_PER_TARGET)
    return Quota(quotas.DECLARATIVE_POLICY_SIZE, quotas.DECLARATIVE_POLICIES_PER_TARGET)


def pack(
    target: str, guardrails: Iterable[Rendered], *, prefix: str, reserved: Slots
) -> tuple[PackedPolicy, ...]:
    """Pack the guardrails of a target.

    Args:
        target: Path of the unit, or ``root``.
        guardrails: Rendered, in the configuration's order.
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
    for kind in sorted(by_type):
        bins = _bins(target, by_type[kind], quota_of(kind, reserved))
        packed += [_policy(prefix, target, number, rows) for number, rows in enumerate(bins, 1)]
    return tuple(packed)


def _bins(target: str, rows: Sequence[Rendered], quota: Quota) -> list[list[Rendered]]:
    """Distribute the guardrails of one type: each into the first bin with room."""
    _check_sids(target, rows)
    bins: list[list[Rendered]] = []
    for row in rows:
        size = len(minified(_content([row])))
        if size > quota.size:
            raise BaselineError(
                f"guardrail {row.guardrail.id} at {target} has {size} characters, a "
                f"{row.type.value} may have {quota.size}; split it into two guardrails"
            )
        room = (one for one in bins if len(minified(_content([*one, row]))) <= quota.size)
        chosen = next(room, None) if row.type.decides else None
        if chosen is None:
            bins.append(chosen := [])
        chosen.append(row)
        if len(bins) > quota.policies:
            raise BaselineError(_too_many(target, row, quota))
    return bins


def _too_many(target: str, row: Rendered, quota: Quota) -> str:
    """Say which guardrail does not fit any more and where it can go."""
    parent = target.rpartition("/")[0]
    where = f"to {parent}" if parent else "to the units below it"
    return (
        f"{target} has room for {quota.policies} more policies of type {row.type.value} (AWS's own "
        f"and reserved slots taken off) and guardrail {row.guardrail.id} does not fit; move it "
        f"{where}, or lower the reserved slots"
    )


def _check_sids(target: str, rows: Sequence[Rendered]) -> None:
    """Refuse two statements with one Sid: a denial could not be traced to its guardrail."""
    owners: dict[str, str] = {}
    for row in rows:
        for sid in row.sids:
            if sid in owners:
                raise BaselineError(
                    f"{target}: guardrails {owners[sid]} and {row.guardrail.id} both have a "
                    f"statement {sid}; rename one"
                )
            owners[sid] = row.guardrail.id


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
