"""Messages about forms: one for each pattern, whoever uses it."""

from __future__ import annotations

import importlib
import pkgutil

from baseline import config
from baseline.config.messages import HINTS


def test_no_two_modules_say_different_things_of_one_pattern() -> None:
    """Pydantic names the pattern alone, so the last one would win."""
    said: dict[str, set[str]] = {pattern: {hint} for pattern, hint in HINTS.items()}
    for found in pkgutil.walk_packages(config.__path__, "baseline.config."):
        for pattern, hint in getattr(importlib.import_module(found.name), "HINTS", {}).items():
            said.setdefault(pattern, set()).add(hint)
    assert {pattern: hints for pattern, hints in said.items() if len(hints) > 1} == {}
    assert set(said) == set(HINTS)
