"""Game days in the example organization: their section of the configuration."""

from __future__ import annotations

CANARY = "backup-exporter"


def section() -> str:
    """Give the lines of baseline.yaml that switch the inbox and a canary on."""
    return f"""
response:
  game_days: {{ inbox: true }}
  canary_users: [{CANARY}]
"""
