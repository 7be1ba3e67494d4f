"""The errors that the library raises.

BaselineError(ValueError)     a value that cannot be accepted; the message names it and the fix
└── ConfigurationError        baseline.yaml has problems; carries all of them with their positions
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class BaselineError(ValueError):
    """A value that cannot be accepted: names the value, the limit and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One problem of a configuration file, at its place.

    ``str()`` gives ``baseline.yaml:12:5 accounts.security.email: message``; line and column count
    from 1, and are left out where the problem has no place (a missing file).
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """Give the problem as one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place} {self.path}: {self.message}" if self.path else f"{place} {self.message}"


class ConfigurationError(BaselineError):
    """A configuration file with one or more problems, all of them in ``problems``."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
