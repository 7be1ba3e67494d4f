"""The way into the configuration for programs: lines on standard error instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baseline.config.configuration import Configuration
from baseline.config.loader import read
from baseline.config.standalone import Standalone
from baseline.errors import BaselineError, ConfigurationError

WRONG_INPUT = 2


def load_or_exit(path: Path) -> Configuration | Standalone:
    """Read a configuration file; end the program when it has problems.

    For `app.py`: so that `cdk synth` with a broken file shows the problems and nothing else.

    Args:
        path: The file; messages name it as it is given here.

    Raises:
        SystemExit: the file has problems. They stand on standard error, one line each, and the exit
            status is 2.
    """
    try:
        return read(path)
    except ConfigurationError as error:
        raise _ended(error) from None


@contextmanager
def errors_as_lines() -> Iterator[None]:
    """End the program with a line when something inside refuses a value.

    For what only the constructs can judge, such as guardrails that do not fit into a policy.

    Raises:
        SystemExit: a BaselineError was raised inside. It stands on standard error, and the exit
            status is 2.
    """
    try:
        yield
    except BaselineError as error:
        raise _ended(error) from None


def _ended(error: BaselineError) -> SystemExit:
    sys.stderr.write(f"{error}\n")
    return SystemExit(WRONG_INPUT)
