"""Which part of the control matrix somebody asked for, and what he probably meant when it is none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from baseline.config.text import suggestion
from baseline.controls.matrix import PHASES, CapabilityRow, Matrix
from baseline.errors import BaselineError


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Filters; what is None or empty leaves nothing out.

    Attributes:
        capability: name of one capability.
        control: a Security Hub control ID.
        framework: key of a framework; rows without a requirement of it are left out.
        phase: 1, 2 or 3.
        deployed: only what the assembly has.
    """

    capability: str | None = None
    control: str | None = None
    framework: str | None = None
    phase: int | None = None
    deployed: bool = False

    def of(self, matrix: Matrix) -> Matrix:
        """Give the part of a matrix that the filters let through.

        Raises:
            BaselineError: a name is not known; the message has the nearest one.
        """
        self._check(matrix)
        rows = tuple(row for row in matrix.capabilities if self._takes(row))
        return replace(matrix, capabilities=rows)

    def _check(self, matrix: Matrix) -> None:
        rows = matrix.capabilities
        _known("capability", self.capability, {row.id for row in rows})
        _known("control", self.control, {each for row in rows for each in row.controls})
        _known("framework", self.framework, matrix.crosswalk.frameworks)
        if self.phase is not None and self.phase not in PHASES:
            raise BaselineError(f"phase {self.phase} does not exist; write 1, 2 or 3")

    def _takes(self, row: CapabilityRow) -> bool:
        return (
            self.capability in (None, row.id)
            and (self.control is None or self.control in row.controls)
            and (self.framework is None or bool(row.frameworks[self.framework]))
            and self.phase in (None, row.phase)
            and (not self.deployed or bool(row.deployed))
        )


def _known(what: str, word: str | None, names: Collection[str]) -> None:
    if word is not None and word not in names:
        raise BaselineError(f"{what} '{word}' is not in the matrix; {suggestion(word, names)}")
