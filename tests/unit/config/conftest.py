"""The example configuration with changes, and what is found wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from baseline.config.checks import guardrails
from baseline.config.document import Document, Value, read
from baseline.config.finding import dotted
from baseline.config.loader import check

ROOT = Path(__file__).parents[3]
ABSENT = "<absent>"

Changed = Callable[[dict[str, object]], list[str]]


@pytest.fixture(autouse=True)
def catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three known guardrails, so that these tests do not change with the catalog."""
    names = frozenset(
        {
            "foundation",
            "protect-logs",
            "quarantine",
            "private-network",
            "protect-firewall-manager",
            "workload-limits",
            "sandbox-limits",
            "policy-staging",
            "data-perimeter",
        }
    )
    monkeypatch.setattr(guardrails, "known_names", lambda: names)


@pytest.fixture(scope="session")
def example() -> Value:
    return read((ROOT / "baseline.yaml").read_text(encoding="utf-8")).value


@pytest.fixture
def found(example: Value) -> Changed:
    """Give the findings, as ``path: message``, after changes (dotted path to value or <absent>)."""

    def findings(changes: dict[str, object]) -> list[str]:
        value = copy.deepcopy(example)
        for path, new in changes.items():
            _change(value, path.split("."), new)
        return [f"{dotted(f.path)}: {f.message}" for f in check(Document(value=value))[1]]

    return findings


def _change(value: object, path: list[str], new: object) -> None:
    *parents, last = path
    for part in parents:
        assert isinstance(value, dict)
        value = value.setdefault(part, {})
    assert isinstance(value, dict)
    if new == ABSENT:
        value.pop(last, None)
    else:
        value[last] = new
