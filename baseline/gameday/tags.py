"""Tags by which game days find what is theirs."""

from __future__ import annotations

from typing import Final

RUN: Final = "GameDay"
"""Tag key of everything that a run makes; its value is the name of the run."""

TEMPLATE: Final = "GameDayExperiment"
"""Tag key of templates of experiments; its value is the name of the experiment."""
