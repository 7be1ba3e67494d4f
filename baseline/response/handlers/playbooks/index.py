"""The playbooks' function: one call of the state machine each.

``open`` finds what an event is about, keeps the event and opens the ticket. ``step`` does one step
in the affected account. ``ask`` asks people and leaves the answer to them. ``close`` reports.
A step finds out what is, and changes only what is not as it should be: repeated, it does nothing.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import incidents
import questions
import reports
import tickets
from botocore.exceptions import ClientError
from calls import THROTTLING, Call, NotApproved, NothingToDo, Throttled, code_of
from sizes import fitting

logger = logging.getLogger()
logger.setLevel(logging.INFO)

State = dict[str, Any]


def handler(event: State, context: object) -> State | None:  # noqa: ARG001 - Lambda's signature
    """Do one operation of the state machine.

    Raises:
        Throttled: AWS asks to come back later; the state machine repeats the operation.
        StillRunning: what the step waits for has not ended.
        NotApproved: nobody has approved a step that needs it.
    """
    operations = {"open": _open, "step": _step, "ask": _ask, "close": _close}
    try:
        return operations[event["op"]](event)
    except ClientError as error:
        if code_of(error) in THROTTLING:
            raise Throttled(str(error)) from error
        raise


def _open(event: State) -> State:
    return incidents.open_incident(event, find=_targets().__dict__[_key(event["playbook"])])


def _step(event: State) -> State:
    state = event["state"]
    _need_approval(event, state)
    call = Call(
        state,
        step=event["step"],
        execution=event["execution"],
        attempt=event.get("attempt", 0),
    )
    result = fitting(call, _do(call, event["step"]))
    if not call.dry_run:
        tickets.add_step(state["incident"], event["step"], result)
    logger.info("%s", json.dumps(result, default=str))
    return result


def _do(call: Call, step: str) -> State:
    started = _now()
    reason = None
    try:
        getattr(_steps(), step)(call)
    except NothingToDo as found:
        reason = str(found)
    call.finish()
    return {
        "status": "skipped" if reason and not call.changes else call.status,
        "said": [*call.changes, *call.notes, *([reason] if reason else [])],
        "problems": call.problems,
        "evidence": call.evidence,
        "facts": call.facts,
        "started": started,
        "ended": _now(),
    }


def _ask(event: State) -> State | None:
    """Ask only when the step would change something now: a dry run of it tells what."""
    trial = Call(event["state"], step=event["step"], execution=event["execution"], dry_run=True)
    planned = _do(trial, event["step"])
    questions.ask(event, planned=planned["said"] if planned["status"] == "planned" else [])
    return None


def _close(event: State) -> State:
    return reports.close(event)


def _need_approval(event: State, state: State) -> None:
    incident = state["incident"]
    asks = event["kind"] == "destructive" or (
        event["kind"] == "contain" and incident["mode"] == "ask"
    )
    if incident["dry_run"] or not asks:
        return
    answer = state.get("approvals", {}).get(event["step"], {})
    if answer.get("decision") not in questions.PROCEED:
        raise NotApproved(f"nobody has approved {event['step']}")


def _steps() -> ModuleType:
    return importlib.import_module(f"{os.environ['FAMILY']}_steps")


def _targets() -> ModuleType:
    return importlib.import_module(f"{os.environ['FAMILY']}_targets")


def _key(id: str) -> str:
    return id.replace("-", "_")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
