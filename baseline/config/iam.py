"""Permissions boundary, groups of IAM users, deploy roles of pipelines."""

from __future__ import annotations

from baseline.config.section import Section


class Iam(Section):
    """Permissions boundary, groups of IAM users, deploy roles of pipelines."""
