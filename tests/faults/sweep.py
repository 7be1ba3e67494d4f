"""Every call of a run fails in turn: what is tried by default, and what at night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.faults.injector import Call, Fault


@dataclass(frozen=True)
class Case:
    """One fault at one call of the recorded run."""

    call: Call
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.name} at {self.call}"


def exhaustive(calls: Sequence[Call], faults: Sequence[Fault]) -> Iterator[Case]:
    """Give every fault at every call."""
    for call in calls:
        for fault in faults:
            yield Case(call, fault)


def sample(calls: Sequence[Call], faults: Sequence[Fault]) -> Iterator[Case]:
    """Give one fault for the first call of each operation, all faults in rotation."""
    first: dict[tuple[str, str], Call] = {}
    for call in calls:
        first.setdefault((call.service, call.operation), call)
    for number, call in enumerate(first.values()):
        yield Case(call, faults[number % len(faults)])


def survivors(cases: Iterator[Case], attempt: Callable[[Case], str | None]) -> list[str]:
    """Try each case; give what went wrong, one line for each case.

    Args:
        cases: to try.
        attempt: makes the world anew, runs the case, and says what is wrong, if anything.
    """
    wrong = []
    tried = 0
    for case in cases:
        tried += 1
        said = attempt(case)
        if said:
            wrong.append(f"{case}: {said}")
    assert tried, "nothing was called"
    return wrong
