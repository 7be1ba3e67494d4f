"""Sizes: the state of an execution has at most 256 KiB, and no catch hears of one that has more.

Source: AWS Step Functions Developer Guide, "Step Functions service quotas" and "Handling errors in
Step Functions workflows".
"""

from __future__ import annotations

import json
import logging
from typing import Any

import custody
from botocore.exceptions import BotoCoreError, ClientError
from calls import Call

logger = logging.getLogger(__name__)

State = dict[str, Any]
Json = Any

TEXT_BYTES, RESULT_BYTES = 4_000, 8_000
"""For one step: a playbook has fewer than 16, and the report says the text a second time."""
LINES, LINE_BYTES = 8, 200
TEXT_LENGTH, ITEMS, DEPTH = 4_000, 200, 8
INCIDENT_BYTES = 48_000


def fitting(call: Call, result: State) -> State:
    """Give a step's result as the state has room for it; the whole of it becomes evidence."""
    text = _bytes([result["said"], result["problems"]])
    if text <= TEXT_BYTES and _bytes(result) <= RESULT_BYTES:
        return result
    name = f"{call.step}/result.json"
    short = {
        **result,
        "said": _cut(result["said"], name),
        "problems": _cut(result["problems"], name),
        "evidence": [],
    }
    try:
        short["evidence"] = [custody.keep(call.incident, call.execution, name, result)]
    except (BotoCoreError, ClientError) as error:
        logger.exception("%s was not kept: %s", name, json.dumps(result, default=str))
        short["problems"].append(f"{name} could not be kept: {error}"[:LINE_BYTES])
    if _bytes(short["facts"]) > TEXT_BYTES:
        short["facts"] = {}
        short["problems"].append(f"later steps do without what this one found: see {name}")
    return short


def shortened(value: Json, depth: int = DEPTH) -> Json:
    """Give a part of an event without what is too long or too deep to be meant."""
    if isinstance(value, str):
        return value[:TEXT_LENGTH]
    if isinstance(value, dict):
        items = list(value.items())[:ITEMS] if depth else []
        return {key: shortened(each, depth - 1) for key, each in items}
    if isinstance(value, list):
        return [shortened(each, depth - 1) for each in value[:ITEMS]] if depth else []
    return value


def check(incident: State) -> None:
    """Refuse an incident that leaves no room for what is done about it.

    Raises:
        ValueError: it is too large, however it was shortened.
    """
    found = _bytes(incident)
    if found > INCIDENT_BYTES:
        message = (
            f"the event makes an incident of {found} bytes; the limit is {INCIDENT_BYTES}: look at "
            "the input of this execution and start the playbook by hand"
        )
        raise ValueError(message)


def _cut(lines: list[str], name: str) -> list[str]:
    more = [f"and {len(lines) - LINES} more: see {name}"] if len(lines) > LINES else []
    return [*(_line(line) for line in lines[:LINES]), *more]


def _line(text: str) -> str:
    """Cut a line by its bytes: what is not ASCII takes up to six times the room."""
    while _bytes(text) > LINE_BYTES:
        text = text[: len(text) * 3 // 4]
    return text


def _bytes(value: Json) -> int:
    return len(json.dumps(value, default=str).encode())
