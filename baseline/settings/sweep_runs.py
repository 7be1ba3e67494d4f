"""Runs of a sweep, seen from outside: start one, follow it, read its report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from baseline.errors import BaselineError

Client = Any  # boto3 makes its clients at run time

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"

Progress = Callable[[int, int], None]


class RunError(BaselineError):
    """The state machine did not come to its end."""


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The clients of the security account's home Region that a run needs.

    Attributes:
        states: Step Functions.
        s3: where the report is.
    """

    states: Client
    s3: Client


def run(
    clients: Clients,
    machine: str,
    given: dict[str, object],
    *,
    progress: Progress = lambda _done, _total: None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Start a sweep, wait for its end and give its report.

    Args:
        clients: of the security account.
        machine: ARN of the state machine.
        given: input of the execution.
        progress: told how many accounts of how many are done.
        sleep: waits the given seconds.

    Raises:
        RunError: the execution failed, was stopped or ran out of time.
    """
    execution = clients.states.start_execution(stateMachineArn=machine, input=json.dumps(given))
    found = _wait(clients.states, execution["executionArn"], progress, sleep)
    place = json.loads(found["output"])["report"]
    answer = clients.s3.get_object(Bucket=place["bucket"], Key=place["key"])
    report: dict[str, Any] = json.loads(answer["Body"].read())
    return report


def _wait(
    states: Client, execution: str, progress: Progress, sleep: Callable[[float], None]
) -> dict[str, Any]:
    seconds = FIRST_WAIT_SECONDS
    while True:
        found: dict[str, Any] = states.describe_execution(executionArn=execution)
        progress(*_done(states, execution))
        if found["status"] != RUNNING:
            break
        sleep(seconds)
        seconds = min(LONGEST_WAIT_SECONDS, seconds * 1.5)
    if found["status"] != SUCCEEDED:
        why = " ".join(found.get(part) or "" for part in ("error", "cause")).strip()
        raise RunError(f"{execution} ended {found['status']}: {why[:500] or 'see its history'}")
    return found


def _done(states: Client, execution: str) -> tuple[int, int]:
    """Give how many accounts are done and how many there are; zeros before the map starts."""
    runs = states.list_map_runs(executionArn=execution)["mapRuns"]
    if not runs:
        return 0, 0
    counts = states.describe_map_run(mapRunArn=runs[-1]["mapRunArn"])["itemCounts"]
    done = sum(counts.get(name, 0) for name in ("succeeded", "failed", "timedOut", "aborted"))
    return done, counts["total"]
