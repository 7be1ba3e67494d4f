"""The tag that marks what only the deployment and break-glass may change."""

from __future__ import annotations

from typing import Final

PROTECTED_KEY: Final = "SecurityBaseline"
PROTECTED_VALUE: Final = "protected"
"""The guardrail ``protect-baseline-tags`` guards tag and tagged resources in member accounts."""
