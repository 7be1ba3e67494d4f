"""What a change does to security: two cloud assemblies compared, for the people who review it."""

from baseline.review.assembly import Assembly, read_assembly
from baseline.review.comparison import review
from baseline.review.finding import Finding, Review

__all__ = ["Assembly", "Finding", "Review", "read_assembly", "review"]
