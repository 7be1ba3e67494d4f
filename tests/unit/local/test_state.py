"""What is remembered between two commands survives, and a process that is gone is not believed."""

from __future__ import annotations

import os
from pathlib import Path

from baseline.local.state import Server, State


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    assert State(tmp_path).read() is None


def test_a_process_that_is_gone_is_not_running(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.write(Server(pid=2**22 + 1, port=4566, configuration="baseline.yaml"))

    assert state.read() is None


def test_another_process_with_the_same_id_is_not_the_server(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.write(Server(pid=os.getpid(), port=4566, configuration="baseline.yaml"))

    assert state.read() is None


def test_a_damaged_file_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text("{")

    assert State(tmp_path).read() is None


def test_forgetting_keeps_the_logs_and_purging_does_not(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write(Server(pid=1, port=4566, configuration="baseline.yaml"))
    state.server_log.write_text("ready")

    state.forget()
    assert state.server_log.exists()

    state.purge()
    assert not state.folder.exists()
