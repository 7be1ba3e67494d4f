"""Runs single tasks of a state machine's definition: retries and catches as the definition has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faults.injector import Injector, Killed

State = dict[str, Any]


class TaskError(Exception):
    """What a task ended in, by its name in Step Functions."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name, self.cause = name, cause


class Tasks:
    """The tasks of a definition, as Step Functions would call them; waits take no time.

    Args:
        injector: brings a function that was killed back to life for the next attempt.
    """

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self.attempts: list[str] = []

    def do(self, name: str, task: State, function: Callable[[], Any]) -> Any:
        """Do a task, repeat it as its definition says.

        Raises:
            TaskError: what it ended in.
        """
        left = {number: each["MaxAttempts"] for number, each in enumerate(task.get("Retry", []))}
        while True:
            self.attempts.append(name)
            try:
                return self._once(function)
            except TaskError as error:
                for number, each in enumerate(task.get("Retry", [])):
                    if matches(each["ErrorEquals"], error.name):
                        left[number] -= 1
                        if left[number] < 0:
                            raise
                        break
                else:
                    raise

    def _once(self, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except Killed as error:
            self._injector.dead = False
            raise TaskError("Sandbox.Timedout", "the function ran out of time") from error
        except Exception as error:
            raise TaskError(type(error).__name__, str(error)) from error


def matches(wanted: list[str], name: str) -> bool:
    """Tell whether a retry or catch is for an error."""
    return name in wanted or "States.ALL" in wanted
