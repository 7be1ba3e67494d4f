"""Reports: what was done, to the team, the ticket, the evidence, Security Hub and a metric."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import clients
import custody
import tickets
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)

State = dict[str, Any]

NAMESPACE = "SecurityBaseline/Response"
GOOD = frozenset({"changed", "unchanged", "planned", "skipped"})
UNANSWERED = {"Refused": "refused", "States.Timeout": "not approved"}
"""Errors of a question that are answers; any other means that it could not be asked."""

SUBJECT_LENGTH = 100
CAUSE_LENGTH = 2_000
MESSAGE_BYTES = 250_000
"""A message of SNS has at most 256 KiB."""


def close(event: State) -> State:
    """Write the timeline everywhere it belongs; one place that fails does not stop the others.

    Returns:
        ``outcome`` (``contained``, ``not contained``, ``nothing to do``, ``dry run``), ``failed``
        (number of steps), ``seconds_to_contain`` or None, ``problems`` and ``lines``.

    Raises:
        ClientError: when the team could not be told; the state machine repeats it.
    """
    state, incident = event["state"], event["state"]["incident"]
    rows = [_row(step, state) for step in event["steps"]]
    problems = [*state["opened"]["problems"], *(each for row in rows for each in row["problems"])]
    summary = _judge(incident, rows)
    for text, action in _places(event, rows, summary):
        _try(text, action, problems)
    summary["problems"] = problems
    summary["lines"] = [_line(row) for row in rows]
    if _worth_telling(incident, rows, problems):
        _tell(incident, summary, event["execution"])
    # Last, since what is repeated because nobody could be told must not count twice.
    _try("the metrics", lambda: _measure(incident, summary), problems)
    return summary


def _try(text: str, action: Callable[[], object], problems: list[str]) -> None:
    try:
        action()
    except (BotoCoreError, ClientError) as error:
        logger.exception("%s failed", text)
        problems.append(f"{text} failed: {error}")


def _row(step: State, state: State) -> State:
    """Give what became of a step: its result, its error, or that nobody approved it."""
    found = state["results"].get(step["key"])
    answer = state["approvals"].get(step["key"], {})
    row: State = {**step, "said": [], "problems": [], "evidence": [], "ended": None}
    row["approved_by"] = answer.get("by")
    if found is None:
        status = UNANSWERED.get(answer.get("Error", ""), "failed")
        return {**row, "status": status, "said": [str(answer.get("Cause") or "no answer in time")]}
    if "result" not in found:
        cause = f"{found.get('Error', '')}: {found.get('Cause', '')}"[:CAUSE_LENGTH]
        return {**row, "status": "failed", "said": [cause]}
    return {**row, **found["result"]}


def _judge(incident: State, rows: list[State]) -> State:
    failed = [row for row in rows if row["status"] == "failed"]
    containing = [row for row in rows if row["kind"] == "contain"]
    changed = [row for row in containing if row["status"] == "changed"]
    contained = bool(containing) and all(row["status"] in GOOD for row in containing)
    if incident["dry_run"]:
        outcome = "dry run"
    elif not contained and containing:
        outcome = "not contained"
    elif any(row["status"] == "changed" for row in rows):
        outcome = "contained" if containing else "recorded"
    else:
        outcome = "nothing to do"
    seconds = None
    if outcome == "contained" and changed:
        last = max(datetime.fromisoformat(row["ended"]) for row in changed)
        first = datetime.fromisoformat(str(incident["detected"]))
        seconds = max(0.0, (last - first).total_seconds())
    return {"outcome": outcome, "failed": len(failed), "seconds_to_contain": seconds}


def _places(
    event: State, rows: list[State], summary: State
) -> list[tuple[str, Callable[[], object]]]:
    state, incident = event["state"], event["state"]["incident"]
    if incident["dry_run"]:
        return []
    execution = event["execution"]
    evidence = [*state["opened"]["evidence"], *(each for row in rows for each in row["evidence"])]
    timeline = {
        "incident": incident,
        "execution": execution,
        "started": event["started"],
        "steps": rows,
        "approvals": state["approvals"],
        **summary,
    }
    return [
        ("the timeline", lambda: custody.keep(incident, execution, "timeline.json", timeline)),
        (
            "the list of evidence",
            lambda: custody.keep(incident, execution, "custody.json", evidence),
        ),
        ("the ticket", lambda: _into_ticket(incident, rows, summary)),
        ("the finding", lambda: _into_finding(incident)),
    ]


def _into_ticket(incident: State, rows: list[State], summary: State) -> None:
    text = "\n".join([f"Outcome: {summary['outcome']}", *(_line(row) for row in rows)])
    # What remains is for people, so the ticket stays open.
    tickets.add(incident, "timeline", text, status="InProgress")


def _into_finding(incident: State) -> None:
    """Note the incident in Security Hub, where the finding is one of it."""
    hub = incident["finding"].get("hub", {})
    if os.environ["SECURITY_HUB"] != "on" or not hub.get("ProductArn"):
        return
    clients.own("securityhub").batch_update_findings(
        FindingIdentifiers=[hub],
        Note={
            "Text": f"Answered by {incident['playbook']}, ticket {incident['ticket'] or 'none'}.",
            "UpdatedBy": "security-baseline",
        },
        UserDefinedFields={"SecurityBaselineIncident": incident["id"]},
    )


def _measure(incident: State, summary: State) -> None:
    if incident["dry_run"]:
        return
    dimensions = [{"Name": "Playbook", "Value": incident["playbook"]}]
    data: list[State] = [
        {"MetricName": "Incidents", "Dimensions": dimensions, "Value": 1, "Unit": "Count"},
        {
            "MetricName": "FailedSteps",
            "Dimensions": dimensions,
            "Value": summary["failed"],
            "Unit": "Count",
        },
    ]
    if summary["seconds_to_contain"] is not None:
        data.append(
            {
                "MetricName": "TimeToContain",
                "Dimensions": dimensions,
                "Value": summary["seconds_to_contain"],
                "Unit": "Seconds",
            }
        )
    clients.own("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


def _worth_telling(incident: State, rows: list[State], problems: list[str]) -> bool:
    """Tell when something was done, would be done, or failed; a second look is silent."""
    if incident["finding"]["sample"]:
        return False
    quiet = {"unchanged", "skipped"}
    return bool(problems) or any(row["status"] not in quiet for row in rows)


def _tell(incident: State, summary: State, execution: str) -> None:
    seconds = summary["seconds_to_contain"]
    lines = [
        f"{incident['title']}: {summary['outcome']}.",
        (
            f"Account {incident['account']}, Region {incident['region']}, "
            f"{incident['target']['kind']} {incident['target']['id']}."
        ),
        f"Finding: {incident['finding']['type']} ({incident['finding']['id']}).",
        *([f"Contained {seconds:.0f} seconds after it was first seen."] if seconds else []),
        "",
        *summary["lines"],
        *([""] if summary["problems"] else []),
        *(f"Problem: {each}" for each in summary["problems"]),
        "",
        f"Ticket: {incident['ticket'] or 'none'}. Runbook: {incident['playbook']}.",
        f"Execution: {execution}",
    ]
    subject = f"{summary['outcome'].capitalize()}: {incident['title']} in {incident['account']}"
    clients.own("sns").publish(
        TopicArn=os.environ["TOPIC_ARN"],
        Subject=subject.encode("ascii", "replace").decode()[:SUBJECT_LENGTH],
        Message="\n".join(lines).encode()[:MESSAGE_BYTES].decode(errors="ignore"),
    )


def _line(row: State) -> str:
    when = row["ended"] or datetime.now(UTC).isoformat(timespec="milliseconds")
    said = "; ".join(row["said"]) or "nothing to do"
    approved = f" (approved by {row['approved_by']})" if row["approved_by"] else ""
    return f"{when} {row['title']}: {row['status']}{approved}. {said}"
