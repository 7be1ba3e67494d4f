"""What is public on purpose: named in the configuration, or by a tag until a day.

The list is reviewed with the configuration, and nobody in the affected account can add to it. The
tag is for what cannot wait; whoever can make something public can tag it too, so it ends soon.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

Tags = Iterable[Mapping[str, str]]


def on_purpose(names: Iterable[str], tags: Tags, *, now: datetime | None = None) -> str | None:
    """Tell why something may be public, or None when it may not.

    Args:
        names: what the resource is called: its name, ID or ARN.
        tags: its tags, with ``Key`` and ``Value``.
        now: the time; the present by default.
    """
    listed = set(json.loads(os.environ.get("PUBLIC_ON_PURPOSE", "[]")))
    for name in names:
        if name in listed:
            return f"{name} is public on purpose: baseline.yaml names it"
    key, days = os.environ["PUBLIC_TAG"], int(os.environ["PUBLIC_TAG_DAYS"])
    value = next((tag["Value"] for tag in tags if tag["Key"] == key), None)
    if value is None or days == 0:
        return None
    try:
        last = date.fromisoformat(value.strip())
    except ValueError:
        return None
    today = (now or datetime.now(UTC)).date()
    if today <= last <= today + timedelta(days=days):
        return f"public on purpose until {last}: tag {key}"
    return None
