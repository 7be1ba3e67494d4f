"""Rows of the report: a count of each Region, and the machines that need somebody.

Source: Systems Manager API Reference, "ListResourceComplianceSummaries",
"DescribeInstanceInformation".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

STALE = timedelta(days=3)
"""A scan is daily; a machine whose last one is older was off, or is not reached."""
LISTED = 400
"""So many machines fit the answer of one account: Step Functions passes on 256 KiB."""


def of_region(
    region: str, machines: list[dict[str, Any]], states: list[dict[str, Any]], now: datetime
) -> list[Row]:
    """Give the row of a Region and those of its machines that lack patches or were not scanned.

    Args:
        region: name of the Region.
        machines: managed machines, as Systems Manager lists them.
        states: what the last scan or installation of each machine found.
        now: time of the report.
    """
    known = {state["ResourceId"]: state for state in states}
    rows = [_machine(region, one, known.get(one["InstanceId"]), now) for one in machines]
    found = [row["found"] for row in rows]
    head = {
        "setting": region,
        "state": "ok",
        "machines": len(rows),
        "compliant": found.count("compliant"),
        "noncompliant": found.count("noncompliant"),
        "not_scanned": found.count("not scanned"),
        "stale": found.count("stale"),
    }
    return [head, *(row for row in rows if row["found"] != "compliant")]


def failed(what: str, note: str) -> Row:
    """Give the row of what could not be read."""
    return {"setting": what, "state": "failed", "note": note}


def shortened(rows: list[Row]) -> list[Row]:
    """Leave out machines that do not fit; the rows of the Regions have counted them."""
    heads = [row for row in rows if "machine" not in row]
    machines = sorted((row for row in rows if "machine" in row), key=_worst_first)
    if len(machines) <= LISTED:
        return [*heads, *machines]
    more = {"setting": "machines", "state": "ok", "note": f"{len(machines) - LISTED} more"}
    return [*heads, *machines[:LISTED], more]


def _machine(
    region: str, machine: dict[str, Any], state: dict[str, Any] | None, now: datetime
) -> Row:
    row = {
        "setting": region,
        "state": "ok",
        "machine": machine["InstanceId"],
        "system": f"{machine.get('PlatformName', '')} {machine.get('PlatformVersion', '')}".strip(),
    }
    if state is None:
        return {**row, "found": "not scanned"}
    scanned = state["ExecutionSummary"]["ExecutionTime"]
    if state["Status"] != "COMPLIANT":
        summary = state.get("NonCompliantSummary", {})
        return {
            **row,
            "found": "noncompliant",
            "severity": state.get("OverallSeverity", ""),
            "patches": summary.get("NonCompliantCount", 0),
            "scanned": scanned.isoformat(),
        }
    found = "stale" if now - scanned > STALE else "compliant"
    return {**row, "found": found, "scanned": scanned.isoformat()}


def _worst_first(row: Row) -> tuple[int, str, str]:
    order = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
    severity = str(row.get("severity", ""))
    if row["found"] != "noncompliant":
        return len(order) + 1, row["setting"], row["machine"]
    place = order.index(severity) if severity in order else len(order)
    return place, row["setting"], row["machine"]
