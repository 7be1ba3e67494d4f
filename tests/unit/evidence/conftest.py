"""Fixtures of the tests of evidence."""

from __future__ import annotations

import pytest

from tests.unit.evidence.support import Run


@pytest.fixture
def run() -> Run:
    return Run()
