"""Call: what one step has: the affected account, the evidence, and a dry run that cannot change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

import clients
import custody
import progress
from botocore.exceptions import BotoCoreError, ClientError

READING = re.compile(r"^(BatchGet|Describe|Filter|Get|Head|List|Lookup|Scan|Search|Simulate)")
"""Names of operations that change nothing, for a dry run; all others are refused there."""

THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
"""Error codes with which AWS asks to come back later."""

FAILED_LENGTH = 8_000
"""An error's text becomes part of the state, whose size is limited."""

State = dict[str, Any]
Client = Any  # boto3 clients have no published type
Model = Any  # of botocore
Item = TypeVar("Item")


class NothingToDo(Exception):  # noqa: N818 - it is no error
    """What the step is about is gone, or is as it should be."""


class StillRunning(Exception):  # noqa: N818 - the state machine comes back
    """What the step waits for has not ended."""


class Throttled(Exception):  # noqa: N818 - the state machine comes back
    """AWS asks to come back later."""


class NotApproved(Exception):  # noqa: N818 - named in the state machine
    """Nobody approved a step that needs it."""


class DryRunChange(Exception):  # noqa: N818 - named in the state machine
    """A step tried to change something in a dry run."""


class PartlyFailed(Exception):  # noqa: N818 - named in the report
    """Some of what the step is about could not be dealt with; the rest is."""


def code_of(error: Exception) -> str:
    """Give the error code of AWS; of a call that got no answer, the kind of silence."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__


class Call:
    """One step of one incident.

    Attributes:
        incident: the incident: ``id``, ``playbook``, ``account``, ``region``, ``partition``,
            ``severity``, ``finding``, ``detected``, ``mode``, ``dry_run``, ``target``.
        target: what it is about, as the family's targets found it.
        dry_run: whether nothing may be changed.
        changes: what was done, or would be, in words.
        notes: what else the report should say.
        problems: what failed without stopping the step.
        evidence: what was kept.
        facts: what later steps need; small, it becomes part of the state.
    """

    def __init__(
        self,
        state: State,
        *,
        step: str,
        execution: str,
        dry_run: bool | None = None,
        attempt: int = 0,
    ) -> None:
        self.incident: State = state["incident"]
        self.target: State = self.incident["target"]
        self.account: str = self.incident["account"]
        self.region: str = self.incident["region"]
        self.dry_run: bool = self.incident["dry_run"] if dry_run is None else dry_run
        self.step = step
        self.execution = execution
        self.changes: list[str] = []
        self.notes: list[str] = []
        self.problems: list[str] = []
        self.evidence: list[State] = []
        self.facts: State = {}
        self._results: State = state.get("results", {})
        self._changed = False
        # Nothing of what an attempt that broke off did is lost for the report.
        self._begun = progress.earlier(execution, step) if attempt and not self.dry_run else []
        # Making one reads the service's model, which takes long for EC2.
        self._clients: dict[tuple[str, str], Client] = {}

    @cached_property
    def _credentials(self) -> dict[str, str]:
        return clients.credentials(self.account, incident=self.incident["id"])

    def client(self, service: str, region: str | None = None) -> Client:
        """Give a client of the affected account, in its Region by default.

        In a dry run it refuses every operation that does not only read.
        """
        place = (service, region or self.region)
        if place not in self._clients:
            found = clients.foreign(service, region=place[1], credentials=self._credentials)
            if self.dry_run:
                found.meta.events.register("before-call", _refuse)
            self._clients[place] = found
        return self._clients[place]

    def change(self, said: str, action: Callable[[], object]) -> None:
        """Change something: do it and remember it; in a dry run only remember it.

        Args:
            said: what is done, in words: "deactivate access key AKIA... of alice".
            action: does it.
        """
        if not self.dry_run:
            if said not in self._begun:
                self._begun.append(said)
            progress.note(self.execution, self.step, self._begun)
            action()
        self._changed = True
        self.changes.append(said)

    def finish(self) -> None:
        """Take over what earlier attempts began and this one found done."""
        before = [each for each in self._begun if each not in self.changes]
        if before:
            self._changed = True
            self.changes[:0] = [f"{each} (begun by an earlier attempt)" for each in before]

    def note(self, said: str) -> None:
        """Let the report say something."""
        self.notes.append(said)

    def keep(self, name: str, content: object) -> None:
        """Keep evidence: bytes, text, or anything that JSON can say.

        Evidence that cannot be kept does not stop the step; the report says so.

        Args:
            name: file name below the step's folder, such as ``user.json``.
            content: what to keep. Never a secret.
        """
        if self.dry_run:
            self.notes.append(f"would keep {name}")
            return
        try:
            self.evidence.append(
                custody.keep(self.incident, self.execution, f"{self.step}/{name}", content)
            )
        except (BotoCoreError, ClientError) as error:
            self.problems.append(f"{name} could not be kept: {error}")

    def earlier(self, step: str) -> State:
        """Give the facts of an earlier step; empty where it failed or was left out."""
        found = self._results.get(step, {}).get("result", {})
        facts: State = found.get("facts", {})
        return facts

    def each(self, items: Iterable[Item], action: Callable[[Item], None]) -> None:
        """Do something for each item; one that fails does not stop the others.

        Raises:
            Throttled: after all of them, if AWS asks for any to come back later.
            PartlyFailed: after all of them, if any failed. The step is repeated then.
        """
        failed: list[str] = []
        throttled = False
        for item in items:
            try:
                action(item)
            except (BotoCoreError, ClientError) as error:
                failed.append(str(error))
                throttled = throttled or code_of(error) in THROTTLING
        if failed:
            done = f"; done: {'; '.join(self.changes)}" if self.changes else ""
            text = f"{'; '.join(failed)[:FAILED_LENGTH]}{done[:FAILED_LENGTH]}"
            raise Throttled(text) if throttled else PartlyFailed(text)

    @property
    def status(self) -> str:
        """What became of it: ``changed``, ``planned`` (in a dry run) or ``unchanged``."""
        if not self._changed:
            return "unchanged"
        return "planned" if self.dry_run else "changed"


def _refuse(model: Model, **_: object) -> None:
    if not READING.match(model.name):
        raise DryRunChange(f"a dry run does not call {model.name}")
