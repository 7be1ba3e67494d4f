"""Starting the server: a port that is free, and the last lines of its log when it does not come up."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.local import lifecycle
from baseline.local.access import Access
from baseline.local.environment import Tools
from baseline.local.state import State

TOOLS = Tools(
    root=Path("/repo"), node=Path("/wheel/bin/node"), cdk=Path("/repo/node_modules/.bin/cdk")
)


def test_a_free_port_is_taken_as_it_is_wanted() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    assert lifecycle.free_port(port) == port


def test_a_port_that_is_taken_is_replaced() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])

        assert lifecycle.free_port(taken) not in {taken, 0}


def test_a_server_that_ends_at_once_shows_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'ministack is not installed'\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    access = Access(lifecycle.free_port(0), management="111111111111", region="eu-west-1")
    state = State(tmp_path / "state")

    with pytest.raises(BaselineError, match=r"(?s)ended with status 3.*ministack is not installed"):
        lifecycle.start(state, TOOLS, Path("baseline.yaml"), access)

    assert state.read() is None


def test_a_port_where_nothing_listens_is_not_healthy() -> None:
    access = Access(lifecycle.free_port(0), management="111111111111", region="eu-west-1")

    assert not lifecycle.healthy(access)


def test_stopping_what_does_not_run_is_fine(tmp_path: Path) -> None:
    assert lifecycle.stop(State(tmp_path)) is None


def test_a_server_that_does_not_answer_names_the_command_that_starts_it() -> None:
    access = Access(lifecycle.free_port(0), management="111111111111", region="eu-west-1")

    with pytest.raises(BaselineError, match="start it with `baseline local up`"):
        access.page("/_baseline/health")
