"""The settings that the baseline keeps in every account."""

from __future__ import annotations

from baseline.config.section import Section


class AccountSettings(Section):
    """The settings that the baseline keeps in every account."""
