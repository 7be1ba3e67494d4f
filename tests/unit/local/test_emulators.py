"""The emulators are pinned, and what is used of them in private is checked at the start."""

import pytest

from baseline.errors import BaselineError
from baseline.local import emulators


def test_the_locked_emulators_have_every_private_name() -> None:
    emulators.check_versions()
    emulators.check_private_names()


def test_a_name_that_has_moved_is_named_with_the_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"ministack.services.iam": ("_roles", "_moved"), "moto.core.parse": ("Gone",)}
    monkeypatch.setattr(emulators, "PRIVATE_NAMES", names)
    with pytest.raises(BaselineError) as caught:
        emulators.check_private_names()
    message = str(caught.value)
    assert "lack ministack.services.iam._moved, moto.core.parse.Gone" in message
    assert "ministack==1.5.33" in message


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "VERSIONS", {"moto": "5.2.4"})
    with pytest.raises(BaselineError, match=r"written for moto==5\.2\.4, found 5\.2\.5"):
        emulators.check_versions()


def test_the_emulators_listen_on_loopback_only_and_leave_docker_alone() -> None:
    environment = emulators.environment(4566)
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert environment["DOCKER_HOST"].startswith("unix:///nonexistent/")
    assert environment["AWS_ENDPOINT_URL"] == "http://localhost:4566"
