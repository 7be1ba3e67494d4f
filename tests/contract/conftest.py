"""Snapshots as sorted JSON, so that a reviewer reads the change and nothing else."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension


@pytest.fixture
def snapshot_json(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """One JSON file per assertion, keys sorted."""
    return snapshot.use_extension(JSONSnapshotExtension)
