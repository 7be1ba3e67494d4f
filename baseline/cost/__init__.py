"""What the baseline costs: an estimate from a configuration, with dated prices and shown assumptions."""

from baseline.cost.assumptions import Assumption, Assumptions, defaults
from baseline.cost.estimating import estimate
from baseline.cost.line import Estimate, Line

__all__ = ["Assumption", "Assumptions", "Estimate", "Line", "defaults", "estimate"]
