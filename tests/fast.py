"""What several tests would do again and again, done once: nothing that a test sees changes.

Models of AWS services are parsed once per process instead of once per session, of which moto starts
one per test. What takes seconds to make and is only read is made once per run, whatever the process.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest


def share_service_models() -> None:
    """Let all sessions of botocore share what they read from disk: a client costs 5 ms, not 30.

    Call it after the imports of the tests; what is not imported by then is left alone.
    """
    if session := sys.modules.get("botocore.session"):
        session.create_loader = functools.cache(session.create_loader)  # type: ignore[attr-defined]
    if models := sys.modules.get("moto.core.models"):
        # 1,300 patterns per test for clients that use `requests`; boto3 does not.
        models.RESPONSES_METHODS = []  # type: ignore[attr-defined]
        from tests import quick_moto  # noqa: PLC0415 - it imports moto, which few tests need

        quick_moto.install()


def sampled(rows: Iterable[Any], one_in: int = 3) -> list[Any]:
    """Give the rows of ``parametrize``: one in so many by default, the others every night.

    For rows that differ in what they ask and not in how it is answered; the first one stays.
    """
    return [
        row
        if number % one_in == 0
        else pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=pytest.mark.nightly)
        for number, row in enumerate(rows)
    ]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Give a folder that one process of the test run makes and all of them read.

    Args:
        factory: pytest's temporary folders; the workers of a run share the one above.
        name: of the folder; one name, one content.
        make: writes the folder that it is given.
    """
    root = _of_the_run(factory)
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = root / f"{name}.{os.getpid()}"
            make(unfinished)
            unfinished.rename(folder)
    return folder


class Clean:
    """Texts in which a checker finds nothing, remembered for all processes of the test run.

    Args:
        factory: pytest's temporary folders.
        checker: what checks, with all that its verdict depends on.
    """

    def __init__(self, factory: pytest.TempPathFactory, checker: str) -> None:
        self._folder = _of_the_run(factory) / f"clean-{checker}"
        self._folder.mkdir(exist_ok=True)

    def __contains__(self, text: str) -> bool:
        """Tell whether the checker has seen the text and found nothing."""
        return self._path(text).exists()

    def add(self, text: str) -> None:
        """Remember a text."""
        self._path(text).touch()

    def _path(self, text: str) -> Path:
        return self._folder / hashlib.sha256(text.encode()).hexdigest()


def _of_the_run(factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the run: the workers' own stand in it."""
    root = factory.getbasetemp()
    return root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
