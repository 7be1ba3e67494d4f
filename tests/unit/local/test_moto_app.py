"""moto looks up once what it has, and finds the same."""

from __future__ import annotations

import pytest

from baseline.local import emulators, moto_app


def test_services_and_operations_are_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    backends = emulators.module("moto.backends")
    responses = emulators.module("moto.core.responses")
    utils = emulators.module("moto.core.utils")
    kinds = emulators.module("moto.guardduty.responses").GuardDutyResponse
    services = sorted(backends.list_of_moto_modules())
    looked: list[str] = []

    def look() -> list[str]:
        looked.append("services")
        return services

    def names(kind: object) -> list[str]:
        looked.append("operations")
        return list(utils.method_names_from_class(kind))

    monkeypatch.setattr(backends, "list_of_moto_modules", look)
    monkeypatch.setattr(responses, "method_names_from_class", names)
    moto_app._look_once()

    for _ in range(2):
        assert sorted(backends.list_of_moto_modules()) == services
        assert responses.method_names_from_class(kinds) == utils.method_names_from_class(kinds)
    assert looked == ["services", "operations"]
    assert "guardduty" in services
    assert "list_detectors" in responses.method_names_from_class(kinds)
