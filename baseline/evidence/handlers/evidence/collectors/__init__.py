"""Collectors of evidence, one service each: standard library and boto3 only.

The command and the scheduled function use the same ones.
"""

from __future__ import annotations

from . import artifact, backup, config, conformance_packs, reports, security_hub
from .protocol import Collector

# Findings come last: there can be more of them than a scheduled run has time for.
COLLECTORS: dict[str, Collector] = {
    "artifact": artifact.parts,
    "config": config.parts,
    "conformance-packs": conformance_packs.parts,
    "backup": backup.parts,
    "reports": reports.parts,
    "security-hub": security_hub.parts,
}
"""Collectors that read AWS, by name, in the order in which they run."""
