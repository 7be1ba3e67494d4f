"""The report of a run, written result by result: never more than one account is in memory."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any

STATES = ("ok", "changed", "would_change", "in_progress", "failed")
FAILED = "failed"
CAUSE_LENGTH = 500

Result = dict[str, Any]


def results(lines: Iterable[bytes]) -> Iterator[Result]:
    """Read a result file of the map: one JSON document per line.

    A child execution that itself failed has no output of the handler; its input says which
    account it was.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            yield _lost(
                {"Error": "Unreadable", "Cause": line[:CAUSE_LENGTH].decode("utf-8", "replace")}
            )
        elif isinstance(found.get("account"), dict) and "state" in found:
            yield found
        else:
            yield _lost(found)


def _lost(execution: dict[str, Any]) -> Result:
    return {
        "account": _account(execution.get("Input")),
        "state": FAILED,
        "rows": [],
        "error": execution.get("Error", execution.get("Status", "unknown")),
        "cause": execution.get("Cause", ""),
    }


def _account(given: object) -> dict[str, Any]:
    """Give the account that an input names, whatever else is wrong with it."""
    with suppress(ValueError):
        given = json.loads(given) if isinstance(given, str) else given
    found = given.get("account") if isinstance(given, dict) else None
    return found if isinstance(found, dict) else {"id": "unknown", "name": ""}


def write(
    target: IO[str], found: Iterable[Result], head: dict[str, Any], left_out: list[dict[str, Any]]
) -> dict[str, int]:
    """Write the report and give the number of accounts in each state.

    Args:
        target: where to.
        found: results, one after the other.
        head: what the report begins with: sweep, run, time, dry run.
        left_out: accounts that were not visited.
    """
    counts: Counter[str] = Counter()
    target.write(json.dumps(head)[:-1])
    target.write(', "accounts": [')
    separator = "\n"
    for result in found:
        counts[str(result["state"])] += 1
        target.write(separator + json.dumps(result))
        separator = ",\n"
    summary = summarize(counts, left_out=len(left_out))
    target.write(f'], "left_out": {json.dumps(left_out)}, "summary": {json.dumps(summary)}}}\n')
    return summary


def summarize(counts: Counter[str], *, left_out: int) -> dict[str, int]:
    """Give the numbers of a report; every state has one, zero included."""
    known = {state: counts[state] for state in STATES}
    return {"accounts": counts.total(), **known, "left_out": left_out}
