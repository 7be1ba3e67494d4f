"""Access keys, unused credentials and root credentials."""

from __future__ import annotations

from baseline.config.section import Section


class Credentials(Section):
    """Access keys, unused credentials and root credentials."""
