"""Journal: what has to be cleaned up, written before it is made, so that it outlives this process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from baseline.errors import BaselineError
from baseline.gameday.actions import ACTIONS
from baseline.gameday.scenario import Step


@dataclass(kw_only=True, slots=True)
class Entry:
    """One scenario whose cleanup is to be done.

    Attributes:
        run: name of the run.
        scenario: name of the scenario.
        target: ``AWS``, or the address of the embedded AWS.
        account: account ID.
        region: Region.
        steps: actions of the cleanup, first one first.
        facts: what the steps found out.
    """

    run: str
    scenario: str
    target: str
    account: str
    region: str
    steps: list[str]
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """A folder with one file for each scenario that is not cleaned up."""

    folder: Path

    def write(self, entry: Entry) -> None:
        """Remember it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(entry)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(entry), indent=2), encoding="utf-8")
        fresh.replace(path)

    def forget(self, entry: Entry) -> None:
        """Forget it, because it is cleaned up."""
        self._path(entry).unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """Give what is not cleaned up, oldest run first.

        Raises:
            BaselineError: a file is none of these.
        """
        found = []
        for path in sorted(self.folder.glob("*.json")):
            try:
                entry = Entry(**json.loads(path.read_text(encoding="utf-8")))
            except (OSError, TypeError, ValueError, RecursionError) as error:
                raise BaselineError(
                    f"{path} is no journal of a game day ({error}); look at what it names, then remove it"
                ) from error
            unknown = [step for step in entry.steps if step not in ACTIONS]
            if unknown:
                raise BaselineError(f"{path} names {', '.join(unknown)}, which is no action")
            found.append(entry)
        return found

    def _path(self, entry: Entry) -> Path:
        return self.folder / f"{entry.run}-{entry.scenario}.json"


def steps_of(cleanup: tuple[Step, ...]) -> list[str]:
    """Give the names of a cleanup's actions; they take facts alone."""
    return [step.action for step in cleanup]
