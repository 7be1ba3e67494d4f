"""The tag with which a team keeps a port open until a day, on the rule or on its security group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

Tags = Iterable[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """What the tags say.

    Attributes:
        until: end of the exemption, none where there is none that counts.
        refused: why a tag that is there does not count; empty where none is refused.
    """

    until: datetime | None = None
    refused: str = ""


def exemption(tags: Tags, *, key: str, days: int, now: datetime) -> Exemption:
    """Read the exemption of a rule from its tags and those of its security group.

    Args:
        tags: of the rule first, then of the group; the first one with the key decides.
        key: the tag's key; its value is a day such as ``2026-12-24``, the last one that is exempt.
        days: how many days from now an exemption may last; 0 for none.
        now: the time, with time zone.
    """
    value = next((tag["Value"] for tag in tags if tag["Key"] == key), None)
    if value is None:
        return Exemption()
    if days == 0:
        return Exemption(refused=f"tag {key} is {value!r}, but exemptions are off")
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        return Exemption(refused=f"tag {key} is {value!r}; write a day as in 2026-12-24")
    until = datetime.combine(day + timedelta(days=1), time(), UTC)
    if until <= now:
        return Exemption(refused=f"tag {key} ended with {value}")
    if until > now + timedelta(days=days + 1):
        return Exemption(refused=f"tag {key} is {value}; the most is {days} days from now")
    return Exemption(until=until)
