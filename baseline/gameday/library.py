"""The scenarios: one JSON file each, read and checked without AWS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from baseline.config.text import nearest
from baseline.errors import BaselineError
from baseline.gameday.actions import ACTIONS
from baseline.gameday.scenario import Denied, Scenario

FOLDER = Path(__file__).parent / "scenarios"
KNOWN_FACTS = frozenset({"account", "region", "run", "management", "security", "trail", "role"})
"""What every run knows before its first step."""


def scenarios(folder: Path | None = None) -> dict[str, Scenario]:
    """Give the scenarios by name: the baseline's, then those of somebody's own folder.

    Args:
        folder: further scenarios; one of the baseline's names is refused. None by default.

    Raises:
        BaselineError: a file is no valid scenario; names file and member.
    """
    found = _read_all(FOLDER)
    if folder is not None:
        if not folder.is_dir():
            raise BaselineError(f"{folder} is no folder; name one with scenarios as JSON files")
        own = _read_all(folder)
        taken = sorted(found.keys() & own.keys())
        if taken:
            raise BaselineError(
                f"{folder}: {', '.join(taken)} is a scenario of the baseline; choose another name"
            )
        found |= own
    return found


def chosen(names: Sequence[str], known: dict[str, Scenario]) -> list[Scenario]:
    """Give the scenarios of these names, all without any.

    Raises:
        BaselineError: a name is unknown; says which one comes near.
    """
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near}?" if near else "; see `baseline gameday list`"
            raise BaselineError(f"{name} is no scenario{hint}")
    return [known[name] for name in names or known]


def read(path: Path) -> Scenario:
    """Read a scenario and check what its steps take and leave behind.

    Raises:
        BaselineError: it is not valid.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        scenario = Scenario.model_validate(document)
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, ValidationError):
            raise BaselineError(_explain(path, error)) from error
        raise BaselineError(f"{path.name}: {error}") from error
    _check(path, scenario)
    return scenario


def _read_all(folder: Path) -> dict[str, Scenario]:
    return {path.stem: read(path) for path in sorted(folder.glob("*.json"))}


def _explain(path: Path, error: ValidationError) -> str:
    lines = []
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(str(part) for part in one["loc"]) or "the file"
        lines.append(f"{path.name} {place}: {one['msg']}")
    return "\n".join(lines)


def _check(path: Path, scenario: Scenario) -> None:
    problems = []
    if scenario.id != path.stem:
        problems.append(f"id is {scenario.id}; write {path.stem}, the name of the file")
    facts = set(KNOWN_FACTS)
    for step in (*scenario.steps, *scenario.cleanup):
        action = ACTIONS.get(step.action)
        if action is None:
            near = nearest(step.action, ACTIONS)
            problems.append(
                f"{step.action} is no action{f'; did you mean {near}?' if near else ''}"
            )
            continue
        unknown = sorted(step.given.keys() - action.takes)
        missing = sorted(action.requires - step.given.keys())
        if unknown:
            problems.append(f"{step.action} takes no {', '.join(unknown)}")
        if missing:
            problems.append(f"{step.action} needs {', '.join(missing)}")
        facts |= action.gives
    problems += [
        f"{place}: nothing gives {name}"
        for place, name in scenario.references()
        if name not in facts
    ]
    done = {step.action for step in scenario.steps}
    problems += [
        f"expected denied: {one.step} is no step"
        for one in scenario.expected
        if isinstance(one, Denied) and one.step not in done
    ]
    if problems:
        raise BaselineError("\n".join(f"{path.name}: {problem}" for problem in problems))
