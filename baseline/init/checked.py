"""A last look at the configuration before it is written: it has to pass `baseline validate`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from baseline.config import Configuration, read
from baseline.errors import BaselineError, ConfigurationError
from baseline.guardrails.verification import problems_of


def check(text: str) -> None:
    """Refuse a configuration that has problems.

    Raises:
        BaselineError: it has; each problem is a line, and nothing is written.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "baseline.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            configuration = read(file)
        except ConfigurationError as error:
            lines = [f"{problem.path}: {problem.message}" for problem in error.problems]
            raise _refused(lines) from None
    if isinstance(configuration, Configuration) and (found := problems_of(configuration)):
        raise _refused(found)


def _refused(lines: list[str]) -> BaselineError:
    return BaselineError(
        "\n".join((*lines, "these answers do not go together; nothing was written"))
    )
