"""Start and stop the server of the embedded AWS as a background process."""

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from baseline.errors import BaselineError
from baseline.local.access import Access
from baseline.local.environment import Tools, server_environment
from baseline.local.state import Server, State

START_SECONDS = 90
"""How long the server may take to answer: about two seconds on a quiet machine, more on a busy one."""

_STOP_SECONDS = 20
_LOG_LINES = 15


def free_port(wanted: int) -> int:
    """Give ``wanted`` if nothing listens there, else a port that the kernel chooses.

    Args:
        wanted: Port; 0 asks for any.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(state: State, tools: Tools, configuration: Path, access: Access) -> Server:
    """Start the server on the port of ``access`` and wait until it answers.

    Raises:
        BaselineError: It ended, or it did not answer in time; the message shows its last lines.
    """
    state.folder.mkdir(parents=True, exist_ok=True)
    pid = _spawn(
        [
            *(sys.executable, "-m", "baseline.local.server", "--port", str(access.port)),
            *("--state-file", str(state.folder / "running.json")),
        ],
        log=state.server_log,
        environment=server_environment(tools),
    )
    server = Server(pid=pid, port=access.port, configuration=str(configuration))
    state.write(server)
    try:
        _wait(access, pid, state.server_log)
    except BaselineError:
        stop(state)
        raise
    return server


def _spawn(command: list[str], *, log: Path, environment: Mapping[str, str]) -> int:
    """Start a process that outlives this one and its terminal; give its ID."""
    with log.open("wb") as output:
        return os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, output.fileno(), 2),
            ],
            setsid=True,
        )


def _wait(access: Access, pid: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            raise BaselineError(f"the embedded AWS ended with status {code}; {tail(log)}")
        if healthy(access):
            return
        time.sleep(0.1)
    raise BaselineError(
        f"the embedded AWS did not answer within {START_SECONDS} seconds; {tail(log)}"
    )


def healthy(access: Access) -> bool:
    """Whether the server answers on its health page."""
    try:
        access.page("/_baseline/health")
    except (BaselineError, ValueError):
        return False
    return True


def tail(log: Path, lines: int = _LOG_LINES) -> str:
    """Give the place of a log and its last lines, for an error message."""
    try:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    except OSError:
        last = []
    return "\n".join([f"log: {log}", *last])


def stop(state: State) -> Server | None:
    """Stop the server, first politely; give what was stopped, None if nothing ran."""
    server = state.read()
    if server is not None:
        _signal(server, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while server.alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        if server.alive():
            _signal(server, signal.SIGKILL)
    state.forget()
    return server


def _signal(server: Server, number: signal.Signals) -> None:
    try:
        os.kill(server.pid, number)
    except ProcessLookupError:
        return
    try:
        # Reap it where this process started it, else it stays as a zombie that looks alive.
        os.waitpid(server.pid, os.WNOHANG)
    except ChildProcessError:
        return
