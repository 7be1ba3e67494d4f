"""Playbook and Step: an incident's answer as data, from which machine and runbook are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from baseline.errors import BaselineError

Kind = Literal["evidence", "contain", "destructive"]
Mode = Literal["contain", "ask", "dry_run", "off"]
Severity = Literal["critical", "high"]

IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MAXIMUM_LENGTH = 40
"""State machines' names have at most 80 characters, and ours begin with prefix and ``-playbook-``."""

MAXIMUM_TITLE = 70
"""States' names have at most 80 characters, and the decision before a step adds some."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """Events that start a playbook.

    Attributes:
        id: construct ID of the rule, in PascalCase.
        says: what the events are, for the runbook.
        pattern: EventBridge pattern.
        bus: ``security`` for the bus that the accounts' events and GuardDuty's findings arrive on,
            ``default`` for that of the security account, where Security Hub tells its findings.
    """

    id: str
    says: str
    pattern: Mapping[str, Any] = field(hash=False)
    bus: Literal["security", "default"] = "security"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step. The function that does it has the ID as its name, with underscores.

    Attributes:
        id: in kebab case, such as ``deactivate-key``; unique within the playbook.
        title: what it does, as an order: "Deactivate the access key".
        why: what that stops or keeps, in a sentence or two, for the runbook.
        kind: ``evidence`` reads and keeps; ``contain`` changes what can be changed back;
            ``destructive`` interrupts work or loses state, and waits for a person's approval.
        by_hand: how a person does the same: commands of the AWS CLI, one a line.
        undo: how a person takes it back; empty for evidence.
        waits_minutes: how long the step may say that it is still running.
    """

    id: str
    title: str
    why: str
    kind: Kind
    by_hand: tuple[str, ...]
    undo: tuple[str, ...] = ()
    waits_minutes: int = 0

    @property
    def key(self) -> str:
        """Name of its function, and of its result in the state."""
        return self.id.replace("-", "_")


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """What a person says who starts a playbook without an event.

    Attributes:
        kind: kind of the target, as the playbook's events give it.
        inputs: key of the target to what it is, in the order of the form; ``id`` is among them. All
            are required.
    """

    kind: str
    inputs: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Playbook:
    """One answer.

    Attributes:
        id: in kebab case, such as ``compromised-access-key``.
        title: what happened, as the title of the ticket and of the runbook.
        family: whose function and whose role in the accounts it uses.
        severity: of the ticket.
        mode: what it does unless baseline.yaml says otherwise: ``contain`` acts and asks before
            destructive steps; ``ask`` asks before each step that changes something; ``dry_run``
            reports what it would do.
        summary: what it answers and what it does, in two or three sentences.
        triggers: what starts it.
        steps: in this order; one that fails does not stop those after it.
        judge: what a person looks at to tell an attack from a false alarm.
        afterwards: what remains for people: causes, recovery, lessons.
        sources: titles of the documentation that it follows.
        by_hand: what a person says who starts it; None for one that only events start.
    """

    id: str
    title: str
    family: str
    severity: Severity
    mode: Mode
    summary: str
    triggers: tuple[Trigger, ...]
    steps: tuple[Step, ...]
    judge: tuple[str, ...]
    afterwards: tuple[str, ...]
    sources: tuple[str, ...]
    by_hand: ByHand | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot become a machine.

        Raises:
            BaselineError: when an ID is malformed or used twice, or a step cannot be undone.
        """
        for each in (self.id, *(step.id for step in self.steps)):
            if not IDENTIFIER.fullmatch(each) or len(each) > MAXIMUM_LENGTH:
                raise BaselineError(
                    f"playbook {self.id}: {each!r} is not an ID; write kebab case of at most "
                    f"{MAXIMUM_LENGTH} characters"
                )
        for ids in ([step.id for step in self.steps], [each.id for each in self.triggers]):
            twice = {each for each in ids if ids.count(each) > 1}
            if twice or not ids:
                raise BaselineError(
                    f"playbook {self.id}: steps and triggers need IDs of their own, at least one; "
                    f"twice: {', '.join(sorted(twice)) or 'none'}"
                )
        for step in self.steps:
            if len(step.title) > MAXIMUM_TITLE:
                raise BaselineError(
                    f"playbook {self.id}: the title of step {step.id} has {len(step.title)} "
                    f"characters, at most {MAXIMUM_TITLE} fit the name of a state; shorten it"
                )
            if step.kind != "evidence" and not step.undo:
                raise BaselineError(
                    f"playbook {self.id}: step {step.id} changes something; write how to undo it"
                )
