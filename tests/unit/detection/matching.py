"""Match events against patterns with the matcher of the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.services.eventbridge import _matches_pattern


def matches(pattern: Mapping[str, object], event: Mapping[str, Any]) -> bool:
    """Tell whether EventBridge would deliver ``event`` to a rule with ``pattern``."""
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Account": event.get("account", "555555555555"),
        "Region": event.get("region", "eu-west-1"),
    }
    return bool(_matches_pattern(json.dumps(pattern), entry))


def value_at(path: str, event: Mapping[str, Any]) -> Any:
    """Resolve a JSON path of an input transformer, such as ``$.detail.findings[0].Title``."""
    value: Any = event
    for part in path.removeprefix("$.").split("."):
        name, _, index = part.partition("[")
        value = value[name]
        if index:
            value = value[int(index.rstrip("]"))]
    return value
