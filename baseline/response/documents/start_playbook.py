"""Script of the Automation documents that start a playbook, run as who started them."""

import json
import time

import boto3

ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
PATIENCE_SECONDS = 540
"""A script of Automation may run for ten minutes."""


def start(events: dict[str, object], context: object) -> dict[str, object]:  # noqa: ARG001 - Automation's
    """Start the playbook for what the person named, and wait for its plan or its first steps.

    Args:
        events: ``Machine`` (ARN), ``Account``, ``Region``, ``Kind``, ``Target`` (the inputs),
            ``Reason`` and ``DryRun``.
        context: not used.

    Returns:
        ``execution``, ``status`` and ``lines``: what each step did, or would do.
    """
    target = {"kind": events["Kind"], **_inputs(events["Target"])}
    asked = {
        "account": events["Account"],
        "region": events["Region"],
        "target": target,
        "reason": events["Reason"],
        "dry_run": bool(events["DryRun"]),
    }
    states = boto3.client("stepfunctions")
    execution = states.start_execution(
        stateMachineArn=str(events["Machine"]), input=json.dumps({"by_hand": asked})
    )["executionArn"]
    return {"execution": execution, **_wait(states, execution)}


def _inputs(given: object) -> dict[str, object]:
    return dict(given) if isinstance(given, dict) else dict(json.loads(str(given)))


def _wait(states, execution: str) -> dict[str, object]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - boto3's
    """Wait until it has ended, or asks a person, which the ticket says."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = states.describe_execution(executionArn=execution)
        if found["status"] in ENDED or time.monotonic() > until:
            break
        time.sleep(5)
    output = json.loads(found.get("output") or "{}")
    summary = output.get("closed", {}).get("summary", {})
    lines = summary.get("lines") or [output.get("reason") or found.get("cause") or "still running"]
    return {"status": found["status"], "outcome": summary.get("outcome"), "lines": lines}
