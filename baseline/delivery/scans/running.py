"""Runs a tool, for a limited time, and tells its failure in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError

# Tools that would tell their makers of a run, or look for a newer version.
QUIET = {
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "NO_COLOR": "1",
    "PYTHONNOUSERSITE": "1",
}
# A tool lives in an environment of its own and must not import from the caller's.
OF_THE_CALLER = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
LONGEST_REASON = 300
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class ScanError(BaselineError):
    """A scan that could not be done; what was not scanned is never clean."""


def run(
    name: str,
    command: Sequence[str],
    *,
    fine: Sequence[int],
    seconds: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a tool and give what it printed.

    Args:
        name: name of the tool, for the error.
        command: program and arguments; no shell.
        fine: exit statuses of a run that came to its end, findings or none.
        seconds: time that the tool gets.
        folder: working directory; the caller's by default.
        environment: variables besides the caller's.

    Raises:
        ScanError: the tool is not there, takes too long, ends with another status or says nothing.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in OF_THE_CALLER}
    # Some tools call programs of their own environment.
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)))
    try:
        done = _finished(
            list(command),
            folder=folder,
            environment={**inherited, **QUIET, "PATH": path, **(environment or {})},
            seconds=seconds,
        )
    except subprocess.TimeoutExpired:
        raise ScanError(
            f"{name} did not end within {seconds:g} seconds; scan less at a time or raise --timeout"
        ) from None
    except OSError as error:
        raise ScanError(f"{name} cannot be run: {error.strerror or error}") from None
    # A status for findings without a report is that of a tool that crashed.
    if done.returncode not in fine or (done.returncode and not done.stdout.strip()):
        raise ScanError(f"{name} failed with status {done.returncode}: {reason(done)}")
    return done.stdout


def _finished(
    command: list[str], *, folder: Path | None, environment: Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(  # noqa: S603 - a list of arguments, and the program is the manifest's
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, said = process.communicate(timeout=seconds)
        except BaseException:
            # What the tool itself started has to end with it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, said)


def reason(done: subprocess.CompletedProcess[str]) -> str:
    """Give the line of a tool's output that says why it failed."""
    lines = [_COLOR.sub("", line).strip() for line in f"{done.stdout}\n{done.stderr}".splitlines()]
    lines = [line for line in lines if line]
    said = [line for line in lines if re.search(r"(?i)\berror\b|exception|failed|not found", line)]
    return (said or lines or ["it said nothing"])[-1][:LONGEST_REASON]


def as_json(name: str, text: str) -> Any:  # noqa: ANN401 - the shape is the tool's
    """Give a tool's report.

    Raises:
        ScanError: the report is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise ScanError(f"the report of {name} is no JSON ({error}); run the tool again") from None
