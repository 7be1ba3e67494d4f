"""How the baseline works with AWS Control Tower beyond the mode."""

from __future__ import annotations

from baseline.config.section import Section


class ControlTower(Section):
    """How the baseline works with AWS Control Tower beyond the mode."""
