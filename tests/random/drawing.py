"""Draws the same documents in every run, whatever else is loaded.

Hypothesis mixes the constants of all loaded modules that are not installed packages into what it
draws: what a file of tests before this one imported would choose the documents of this one.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.choice import choice_permitted
from hypothesis.internal.conjecture.providers import (
    AVAILABLE_PROVIDERS,
    GLOBAL_CONSTANTS,
    HypothesisProvider,
)

from tests.random.documents import Json

BACKEND = "whatever-is-loaded"


class WhateverIsLoaded(HypothesisProvider):
    """Hypothesis's own choices, but for the constants of the modules that are loaded."""

    def _maybe_draw_constant(
        self, choice_type: Any, constraints: Any, *, p: float = 0.05
    ) -> int | float | bytes | str | None:
        assert self._random is not None
        if self._random.random() > p:
            return None
        permitted = [
            each
            for each in GLOBAL_CONSTANTS.set_for_type(choice_type)
            if choice_permitted(each, constraints)
        ]
        return self._random.choice(permitted) if permitted else None


AVAILABLE_PROVIDERS[BACKEND] = WhateverIsLoaded

repeatable = settings(
    backend=BACKEND,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""How every test here draws: the same each time, until the strategies change."""


def drawn(strategy: st.SearchStrategy[Json], count: int) -> list[Json]:
    """Give different documents, the same ones in every run; days in them are counted from today."""
    found: dict[str, Json] = {}

    @settings(repeatable, max_examples=count + 2)
    @given(document=strategy)
    def draw(document: Json) -> None:
        found[json.dumps(document, sort_keys=True)] = document

    draw()
    assert len(found) >= count
    return list(found.values())[:count]
