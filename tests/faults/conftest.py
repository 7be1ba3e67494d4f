"""Fixtures of the fault tests."""

from __future__ import annotations

import pytest

from tests.faults.injector import Injector, install


@pytest.fixture
def injector(monkeypatch: pytest.MonkeyPatch) -> Injector:
    """An injector over what answers boto3 now: ask for it after moto or the fake."""
    return install(monkeypatch)
