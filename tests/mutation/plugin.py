"""A pytest plugin that asks each test which lost protections it notices.

A test runs as it is; then with every protection of the templates that it reads gone at once. Where it
still passes, it notices none of them; where it fails, halves are tried until each protection that it
notices is known. What another test noticed is not asked again.

``pytest -p tests.mutation.plugin tests/unit``, with ``MUTATION_WANTED`` (a JSON list of names of
mutants), ``MUTATION_REPORT`` (the file to write) and ``MUTATION_SECONDS`` (CPU seconds for a test).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.live import Key, Live, watch

REPORT = Path(os.environ.get("MUTATION_REPORT", "mutation.json"))
SECONDS = float(os.environ.get("MUTATION_SECONDS", "20"))


class _Beside:
    """An item that would come next: it keeps what the module shares and nothing of the test."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def listchain(self) -> list[Any]:
        return self._item.listchain()[:-1]


class Noticing:
    """Finds out which mutants each test notices.

    Args:
        live: the templates.
        noticed: what is known already.

    Attributes:
        noticed: the first test that noticed a mutant, by mutant.
        unfinished: tests whose time ran out, or that cannot be repeated, with the number of mutants
            that they were not asked about.
    """

    def __init__(self, live: Live, noticed: dict[Key, str]) -> None:
        self._live = live
        self._until = 0.0
        self.noticed = noticed
        self.unfinished: dict[str, int] = {}
        self.asked = 0
        self._files: set[str] = set()
        self.seen: set[Key] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self._live.fresh.clear()
        self._files.add(item.nodeid.partition("::")[0])
        if self._passes(item):
            self._ask(item)
        item.session._setupstate.teardown_exact(nextitem)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _ask(self, item: pytest.Item) -> None:
        found = self._live.found()
        self.seen |= found
        open_ = sorted(found - self.noticed.keys())
        if not open_:
            return
        if not self._passes(item):
            self.unfinished[item.nodeid] = len(open_)
            return
        self._until = time.process_time() + SECONDS
        for kind in sorted({_round(each) for each in open_}):
            self._halve(item, [each for each in open_ if _round(each) == kind])

    def _halve(self, item: pytest.Item, keys: Sequence[Key]) -> None:
        if time.process_time() > self._until:
            self.unfinished[item.nodeid] = self.unfinished.get(item.nodeid, 0) + len(keys)
            return
        with self._live.without(frozenset(keys)):
            passes = self._passes(item)
        if passes:
            return
        if len(keys) == 1:
            self.noticed[keys[0]] = item.nodeid
            return
        middle = len(keys) // 2
        self._halve(item, keys[:middle])
        self._halve(item, keys[middle:])

    def _passes(self, item: pytest.Item) -> bool:
        self.asked += 1
        beside: Any = _Beside(item)
        reports = runtestprotocol(item, log=False, nextitem=beside)
        return all(each.passed for each in reports)

    def pytest_sessionfinish(self) -> None:
        REPORT.write_text(
            json.dumps(
                {
                    "noticed": [[*key, test] for key, test in sorted(self.noticed.items())],
                    "seen": [list(key) for key in sorted(self.seen - self.noticed.keys())],
                    "files": sorted({*self._files, *_report().get("files", ())}),
                    "unfinished": {**_report().get("unfinished", {}), **self.unfinished},
                    "runs": self.asked,
                    "seconds": round(time.process_time(), 1),
                }
            ),
            encoding="utf-8",
        )


def _round(key: Key) -> int:
    """Keep apart what would hide each other: a resource that is gone has no other protections."""
    what = key[1]
    if what == "removed":
        return 5
    if "]" in what and what.endswith("] removed"):
        return 4
    if what.endswith(" removed"):
        return 3 if "." in what or " " not in what.removesuffix(" removed") else 2
    return 1


def pytest_configure(config: pytest.Config) -> None:
    """Begin before any test module is imported."""
    wanted = json.loads(Path(os.environ["MUTATION_WANTED"]).read_text(encoding="utf-8"))
    live = Live(frozenset((row[0], row[1], row[2]) for row in wanted))
    watch(live)
    config.pluginmanager.register(Noticing(live, _before()), "template-mutation")


def _before() -> dict[Key, str]:
    """Give what a run before this one found: it is not asked again."""
    return {(row[0], row[1], row[2]): row[3] for row in _report().get("noticed", ())}


def _report() -> dict[str, Any]:
    if not REPORT.exists():
        return {}
    found: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
    return found
