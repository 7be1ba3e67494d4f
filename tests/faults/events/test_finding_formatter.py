"""The formatter of findings: told once, and told whatever the event looks like."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.deliveries import HUGE, STRANGE, sampled
from tests.faults.injector import THROTTLED, install
from tests.unit.detection import test_finding_formatter_handler as formatter

organization, world = formatter.organization, formatter.world


@pytest.fixture
def told(world: Any) -> Any:
    return world


def test_a_topic_that_fails_is_told_later_and_the_others_once(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        formatter.index, "_audiences", lambda *_: (["high", "team-payments"], ["chat-security"])
    )
    event = told.about(next(iter(formatter.BY_NAME.values())))
    given = {"severity": "high", "event": event}
    injector = install(monkeypatch)
    injector.fail(
        lambda call: call.parameters.get("TopicArn", "").endswith("team-payments"), THROTTLED
    )
    with pytest.raises(RuntimeError, match="team-payments"):
        formatter.index.handler(given, None)
    formatter.index.handler(given, None)
    assert [len(told.received(name)) for name in ("high", "team-payments", "chat-security")] == [
        1,
        1,
        1,
    ]
    # The same finding, told a week later, is no repetition.
    formatter.index.handler(given, None)
    assert len(told.received("high")) == 1


def test_an_event_that_nobody_expects_is_told_all_the_same(
    told: Any,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[dict[str, str]] = []
    monkeypatch.setattr(formatter.index, "_publish", lambda _, **words: sent.append(words))
    monkeypatch.setattr(
        formatter.index, "_account", lambda account: formatter.finding_accounts.Account(id=account)
    )
    event = next(iter(formatter.BY_NAME.values()))
    strange = [each for _, each in sampled(event)] + [*STRANGE, {"detail": {"x": HUGE}}]
    for each in strange:
        sent.clear()
        if formatter.index.is_sample(formatter.index._event(each)):
            continue
        formatter.index.handler({"severity": "high", "event": each}, None)
        assert sent, each
        for words in sent:
            assert len(words["Message"].encode()) < 256 * 1024
            subject = words.get("Subject", "x")
            assert 0 < len(subject) <= 100
            assert subject.isascii()
            assert subject.isprintable()
