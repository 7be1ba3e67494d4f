"""IAM Identity Center: who signs in, with which permissions, where."""

from __future__ import annotations

from baseline.config.section import Section


class IdentityCenter(Section):
    """IAM Identity Center: who signs in, with which permissions, where."""
