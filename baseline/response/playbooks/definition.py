"""The state machine of a playbook, made from its steps.

A step that fails does not stop the next: its error takes the place of its result. Destructive
steps wait for a person; the handler refuses them without that person's answer, too.
"""

from __future__ import annotations

import json
from typing import Any

from baseline.response.playbooks.model import Playbook, Step

TRANSIENT = (
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Throttled",
)
"""Errors that pass: of Lambda itself, and the handler's when AWS throttles it. All others are tried
twice more."""

FINAL = ("NotApproved", "DryRunChange")
"""Errors that no repetition mends."""

ANSWERS = ("Refused", "States.Timeout")
"""Errors of a question that are answers."""

STILL_RUNNING = "StillRunning"
POLL_SECONDS = 30
STEP_SECONDS = 900

State = dict[str, Any]

STARTED: State = {"started.$": "$$.Execution.StartTime"}


def definition(playbook: Playbook, *, approval_hours: int) -> str:
    """Render the definition, in JSON, with the placeholder ``${Function}``.

    Args:
        playbook: the playbook.
        approval_hours: how long a question waits for its answer.
    """
    entries = [_entry(step) for step in playbook.steps] + ["Close"]
    states: dict[str, State] = {
        "Open": {
            **_invoke(
                {"op": "open", "playbook": playbook.id, "event.$": "$", **_execution(), **STARTED}
            ),
            "ResultSelector": {"state.$": "$.Payload"},
            "OutputPath": "$.state",
            "Next": "IsIncident",
        },
        "IsIncident": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.proceed", "BooleanEquals": True, "Next": entries[0]}],
            "Default": "NoIncident",
        },
        "NoIncident": {"Type": "Succeed"},
    }
    for index, step in enumerate(playbook.steps):
        states |= _step(step, after=entries[index + 1], approval_hours=approval_hours)
    states |= {
        "Close": {
            **_invoke(
                {
                    "op": "close",
                    "steps": _steps(playbook),
                    "state.$": "$",
                    **_execution(),
                    **STARTED,
                }
            ),
            "ResultSelector": {"summary.$": "$.Payload"},
            "ResultPath": "$.closed",
            "Next": "IsContained",
        },
        "IsContained": {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": "$.closed.summary.failed",
                    "NumericGreaterThan": 0,
                    "Next": "NotContained",
                }
            ],
            "Default": "Done",
        },
        "NotContained": {
            "Type": "Fail",
            "Error": "NotContained",
            "Cause": "A step failed; the ticket and the message say which, and what is contained.",
        },
        "Done": {"Type": "Succeed"},
    }
    machine = {"Comment": playbook.title, "StartAt": "Open", "States": states}
    # Templates are limited in size, and the console shows it formatted.
    return json.dumps(machine, separators=(",", ":"))


def state_name(step: Step) -> str:
    """Give the name of a step's state: its title, which the console shows."""
    return step.title


def _steps(playbook: Playbook) -> list[State]:
    return [{"key": each.key, "title": each.title, "kind": each.kind} for each in playbook.steps]


def _entry(step: Step) -> str:
    """Give the state with which a step begins: what only reads asks nobody."""
    return state_name(step) if step.kind == "evidence" else f"Decide: {state_name(step)}"


def _step(step: Step, *, after: str, approval_hours: int) -> dict[str, State]:
    """Decide whether to ask, ask, act."""
    name = state_name(step)
    states: dict[str, State] = {}
    if step.kind != "evidence":
        states[f"Decide: {name}"] = _decide(step)
        states[f"Ask: {name}"] = _ask(step, after=after, hours=approval_hours)
    states[name] = {
        **_invoke(
            {
                "op": "step",
                "step": step.key,
                "kind": step.kind,
                "state.$": "$",
                "attempt.$": "$$.State.RetryCount",
                **_execution(),
            }
        ),
        "ResultSelector": {"result.$": "$.Payload"},
        "ResultPath": f"$.results.{step.key}",
        "Retry": _retries(step.waits_minutes),
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "ResultPath": f"$.results.{step.key}",
                "Next": after,
            }
        ],
        "Next": after,
    }
    return states


def _decide(step: Step) -> State:
    """Ask before a destructive step, and in the mode ``ask`` before each; a dry run asks nobody."""
    name = state_name(step)
    choices: list[State] = [{"Variable": "$.incident.dry_run", "BooleanEquals": True, "Next": name}]
    default = f"Ask: {name}"
    if step.kind == "contain":
        choices.append({"Variable": "$.incident.mode", "StringEquals": "ask", "Next": default})
        default = name
    return {"Type": "Choice", "Choices": choices, "Default": default}


def _ask(step: Step, *, after: str, hours: int) -> State:
    payload = {
        "op": "ask",
        "step": step.key,
        "title": step.title,
        "state.$": "$",
        "token.$": "$$.Task.Token",
        **_execution(),
    }
    return {
        **_invoke(payload, resource="arn:aws:states:::lambda:invoke.waitForTaskToken"),
        # A refusal is an answer, and no answer in time is one, too: neither is asked again. What
        # could not be asked is, patiently: nothing is at stake meanwhile that a person decides on.
        "Retry": [
            {"ErrorEquals": list(ANSWERS), "MaxAttempts": 0},
            {**_transient(), "ErrorEquals": ["States.ALL"]},
        ],
        "TimeoutSeconds": hours * 3600,
        "ResultPath": f"$.approvals.{step.key}",
        # Refused or not answered: the step is left out, and the report says so.
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "ResultPath": f"$.approvals.{step.key}",
                "Next": after,
            }
        ],
        "Next": state_name(step),
    }


def _execution() -> State:
    return {"execution.$": "$$.Execution.Id"}


def _invoke(payload: State, *, resource: str = "arn:aws:states:::lambda:invoke") -> State:
    return {
        "Type": "Task",
        "Resource": resource,
        "Parameters": {"FunctionName": "${Function}", "Payload": payload},
        "TimeoutSeconds": STEP_SECONDS,
        "Retry": _retries(0),
    }


def _retries(waits_minutes: int) -> list[State]:
    """Repeat with jitter; wait for what is still running; leave what cannot be mended.

    The wait doubles, as it does by default: the template has hundreds of these, and little room.
    """
    found: list[State] = [{"ErrorEquals": list(FINAL), "MaxAttempts": 0}]
    if waits_minutes:
        found.append(
            {
                "ErrorEquals": [STILL_RUNNING],
                "IntervalSeconds": POLL_SECONDS,
                "BackoffRate": 1,
                "MaxAttempts": waits_minutes * 60 // POLL_SECONDS,
            }
        )
    return [
        *found,
        _transient(),
        _again(),
    ]


def _again() -> State:
    return {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 2,
        "MaxAttempts": 2,
        "JitterStrategy": "FULL",
    }


def _transient() -> State:
    return {
        "ErrorEquals": list(TRANSIENT),
        "IntervalSeconds": 2,
        "MaxAttempts": 6,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }
