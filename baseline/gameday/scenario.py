"""Scenario: what a game day does, what has to arrive where and within what time, and the cleanup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
LONGEST_SECONDS = 7200
REFERENCE = re.compile(r"\$\{([a-z_]+)\}")

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[StrictInt, Field(ge=1, le=LONGEST_SECONDS)]
Severity = Literal["critical", "high", "medium"]
Account = Literal["member", "security", "experiments"]
Need = Literal["inbox", "canary_users", "break_glass_users", "guardduty", "experiments"]


class Model(BaseModel):
    """Unknown members of a scenario are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Model):
    """One named action, with its parameters.

    Attributes:
        action: name in ``baseline.gameday.actions``.
        given: parameters of the action; ``${fact}`` stands for what an earlier step found out.
        emulated: False where the embedded AWS cannot answer as AWS does; it is left out there.
    """

    action: Name
    given: dict[str, str | int | list[str]] = Field(default_factory=dict, alias="with")
    emulated: bool = True


class Expected(Model):
    """What every expectation has: the seconds in which it has to arrive."""

    seconds: Seconds


class Message(Expected):
    """A message to the people of a severity that holds every text."""

    what: Literal["message"]
    severity: Severity
    holds: tuple[Text, ...] = Field(min_length=1)


class Silence(Expected):
    """No message to anybody holds any of the texts, as long as is listened."""

    what: Literal["silence"]
    holds: tuple[Text, ...] = Field(min_length=1)
    local_seconds: Seconds


class SampleEvent(Expected):
    """A sample finding reaches the bus of the security account."""

    what: Literal["sample-event"]
    holds: tuple[Text, ...] = Field(min_length=1)


class Evidence(Expected):
    """An object in the evidence bucket, written since the start, holds every text."""

    what: Literal["evidence"]
    prefix: Text
    holds: tuple[Text, ...] = ()
    playbook: Name | None = None


class Denied(Expected):
    """A step is refused."""

    what: Literal["denied"]
    step: Name


class PortClosed(Expected):
    """The security group lets the internet in no more."""

    what: Literal["port-closed"]
    group: Text


class BucketPrivate(Expected):
    """The bucket's policy is not public."""

    what: Literal["bucket-private"]
    bucket: Text


class Execution(Expected):
    """A playbook's state machine ran, on input that holds every text."""

    what: Literal["execution"]
    playbook: Name
    holds: tuple[Text, ...] = ()
    status: tuple[Literal["RUNNING", "SUCCEEDED"], ...] = ("SUCCEEDED",)


class FindingKept(Expected):
    """A finding in Security Hub whose title holds every text."""

    what: Literal["finding"]
    holds: tuple[Text, ...] = Field(min_length=1)


class ExperimentEnded(Expected):
    """The experiment of AWS FIS ended as it should."""

    what: Literal["experiment"]
    experiment: Text
    status: Literal["completed", "stopped"] = "completed"


Expectation = Annotated[
    Message
    | Silence
    | SampleEvent
    | Evidence
    | Denied
    | PortClosed
    | BucketPrivate
    | Execution
    | FindingKept
    | ExperimentEnded,
    Field(discriminator="what"),
]


class Scenario(Model):
    """One rehearsed incident.

    Attributes:
        id: its name, that of the file.
        title: what happens, in a few words.
        why: what is learned when it fails.
        account: where it acts: ``member`` (any workload account that is named), ``security`` (that
            core account, which has to be named), ``experiments`` (the account of the experiments).
        tells: severities whose people really hear of it; they need ``--page``.
        needs: what the configuration has to have.
        steps: what is done.
        expected: what has to arrive.
        cleanup: what is done at the end, whatever happened.
    """

    id: Name
    title: Text
    why: Text
    account: Account
    tells: tuple[Severity, ...]
    needs: tuple[Need, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)
    expected: tuple[Expectation, ...] = Field(min_length=1)
    cleanup: tuple[Step, ...] = ()

    def references(self) -> Iterator[tuple[str, str]]:
        """Give where a fact is used, and its name."""
        for step in (*self.steps, *self.cleanup):
            for name in _used(list(step.given.values())):
                yield f"with of {step.action}", name
        for one in self.expected:
            for name in _used(list(one.model_dump().values())):
                yield f"expected {one.what}", name


def _used(values: list[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from REFERENCE.findall(value)
        elif isinstance(value, list | tuple):
            yield from _used(list(value))


def filled(text: str, facts: dict[str, str]) -> str:
    """Put facts in the place of their references; one that is unknown stays as it is."""
    return REFERENCE.sub(lambda found: facts.get(found[1], found[0]), text)
