"""Budgets and cost anomalies."""

from __future__ import annotations

from baseline.config.section import Section


class Billing(Section):
    """Budgets and cost anomalies."""
