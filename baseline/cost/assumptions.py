"""What an estimate assumes of an organization's use: named numbers, each with a default that is shown."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import yaml

from baseline.config.text import shorten
from baseline.errors import BaselineError

MAXIMUM_BYTES = 100_000
MAXIMUM = 1e12
SPREAD = "spread"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumption:
    """One number.

    Attributes:
        name: in snake case, as ``--assume`` takes it.
        value: what is assumed where nothing else is said.
        unit: such as ``events``.
        text: what is counted.
        least: smallest value that makes sense.
    """

    name: str
    value: float
    unit: str
    text: str
    least: float = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumptions:
    """The numbers of an estimate.

    Attributes:
        rows: every assumption by name, with the value that holds.
        changed: names whose value somebody gave.
    """

    rows: Mapping[str, Assumption]
    changed: frozenset[str] = field(default=frozenset())

    def __getitem__(self, name: str) -> float:
        """Give the value of an assumption."""
        return self.rows[name].value

    def given(self, values: Mapping[str, object]) -> Assumptions:
        """Give assumptions with other values.

        Raises:
            BaselineError: a name is unknown or a value is no number in its range.
        """
        rows = dict(self.rows)
        for name, value in values.items():
            rows[name] = replace(self._row(str(name)), value=self._number(str(name), value))
        return Assumptions(rows=MappingProxyType(rows), changed=self.changed | set(values))

    def set(self, name: str, value: float) -> Assumptions:
        """Give assumptions in which a default follows from the configuration, unless somebody gave it."""
        if name in self.changed:
            return self
        rows = dict(self.rows)
        rows[name] = replace(self._row(name), value=value)
        return Assumptions(rows=MappingProxyType(rows), changed=self.changed)

    def _row(self, name: str) -> Assumption:
        row = self.rows.get(name)
        if row is None:
            raise BaselineError(
                f"{shorten(repr(name), 60)} is no assumption; give one of {', '.join(sorted(self.rows))}"
            )
        return row

    def _number(self, name: str, value: object) -> float:
        least = self._row(name).least
        try:
            number = float(value) if not isinstance(value, bool) else math.nan  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = math.nan
        if not least <= number <= MAXIMUM:
            raise BaselineError(
                f"{name}: {shorten(repr(value), 60)} is no number from {least:g} to {MAXIMUM:g}"
            )
        return number


@functools.cache
def defaults() -> Assumptions:
    """Give the assumptions of the library."""
    text = files(__package__).joinpath("data/assumptions.json").read_text(encoding="utf-8")
    rows = {row["name"]: Assumption(**row) for row in json.loads(text)}
    return Assumptions(rows=MappingProxyType(rows))


def from_pairs(pairs: Iterable[str]) -> dict[str, object]:
    """Read ``name=value`` as the command takes it.

    Raises:
        BaselineError: one of them is no such pair.
    """
    found: dict[str, object] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise BaselineError(
                f"{shorten(repr(pair), 60)} is no assumption; write name=value, such as accounts=200"
            )
        found[name.strip()] = value.strip().replace("_", "").replace(",", "")
    return found


def from_file(path: Path) -> dict[str, object]:
    """Read a YAML or JSON file with a mapping of names to numbers.

    Raises:
        BaselineError: the file cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
        document = (
            yaml.safe_load(content.decode("utf-8")) if len(content) <= MAXIMUM_BYTES else None
        )
    # Days that no calendar has, and lists in lists without end, are Python's errors.
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise BaselineError(f"{path} cannot be read: {shorten(reason, 200)}") from None
    if len(content) > MAXIMUM_BYTES:
        raise BaselineError(f"{path} has more than {MAXIMUM_BYTES:,} bytes")
    if not isinstance(document, dict):
        raise BaselineError(f"{path} is no mapping of assumptions, such as `accounts: 200`")
    return {str(name): value for name, value in document.items()}
