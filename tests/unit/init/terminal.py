"""A command at a pseudo-terminal: what it shows, and answers when it asks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support import ROOT

PROMPT = "> "
DEADLINE = 60.0
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CODE = "from baseline.cli import main; main()"


class Terminal:
    """Runs ``baseline`` with a terminal of its own as all three streams."""

    def __init__(self, *arguments: str, cwd: Path, columns: int = 80) -> None:
        self._side, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": ""},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            # So that Ctrl-C reaches the command.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        os.close(theirs)
        self.raw = ""
        self._answered = 0

    @property
    def screen(self) -> str:
        """What was shown, without colors."""
        return _shown(self.raw)

    def expect(self, text: str = PROMPT) -> None:
        """Wait until the screen ends with a text that came after the last answer."""
        until = time.monotonic() + DEADLINE
        while not _shown(self.raw[self._answered :]).endswith(text):
            assert time.monotonic() < until, self.screen
            assert self._read(until), self.screen

    def answer(self, *lines: str) -> None:
        """Answer the next questions; an empty answer takes what is proposed."""
        for line in lines:
            self.expect()
            self.send(f"{line}\n")

    def send(self, keys: str) -> None:
        """Press keys."""
        self._answered = len(self.raw)
        os.write(self._side, keys.encode())

    def end(self) -> int:
        """Wait for the end and give the exit status."""
        until = time.monotonic() + DEADLINE
        while self._read(until):
            assert time.monotonic() < until, self.screen
        os.close(self._side)
        return self._process.wait(timeout=DEADLINE)

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self._side], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return False
        try:
            more = os.read(self._side, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self.raw += more.decode("utf-8", "replace")
        return bool(more)


def _shown(raw: str) -> str:
    return _CONTROL.sub("", raw).replace("\r\n", "\n")


def ask(arguments: Sequence[str], answers: Sequence[str], *, cwd: Path) -> tuple[int, str]:
    """Run a command, give it answers, and give exit status and screen."""
    terminal = Terminal(*arguments, cwd=cwd)
    terminal.answer(*answers)
    return terminal.end(), terminal.screen
