"""Sessions that many functions open at once: ministack walks over all of them each time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local import emulators
from baseline.local.backends import sts

ARN = "arn:aws:sts::222222222222:assumed-role/secbase-settings/sweep"
THREADS = 8


def test_sessions_are_registered_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, dict[str, Any]] = {}
    inside = threading.Semaphore(1)
    overlaps: list[str] = []

    def register_session(key: str, session: dict[str, Any]) -> None:
        alone = inside.acquire(blocking=False)
        if not alone:
            overlaps.append(key)
        # Lets the others come in, if nothing keeps them out.
        threading.Event().wait(0.001)
        kept[key] = session
        if alone:
            inside.release()

    fake = SimpleNamespace(register_session=register_session)
    monkeypatch.setattr(emulators, "ministack", {"sts": fake}.__getitem__)
    with ThreadPoolExecutor(THREADS) as pool:
        opened = list(pool.map(lambda at: sts.open_session(ARN, f"id-{at}"), range(THREADS)))

    assert overlaps == []
    assert {each["AccessKeyId"] for each in opened} == set(kept)
    assert {each["AccountId"] for each in kept.values()} == {"222222222222"}
