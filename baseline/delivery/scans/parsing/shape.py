"""Errors of reports that are not as the tool writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from baseline.delivery.scans.running import ScanError


@contextmanager
def report_of(tool: str) -> Iterator[None]:
    """Turn what a report lacks into one line."""
    try:
        yield
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, ScanError):
            raise
        raise ScanError(
            f"the report of {tool} is not as this version of it writes reports "
            f"({type(error).__name__}: {error}); is it the tool of the lock file?"
        ) from None


def first_line(text: str, length: int = 200) -> str:
    """Give a text's beginning on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
