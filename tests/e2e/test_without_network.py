"""The README's first command deploys the whole organization on a machine without any network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

INSIDE = "ip link set lo up && exec "
PROBE = """
import socket, sys
with socket.socket() as probe:
    probe.settimeout(2)
    sys.exit(0 if probe.connect_ex(("192.0.2.1", 443)) else 1)
"""


def unshare() -> list[str]:
    """Give the command that leaves the network, or nothing where the kernel forbids it."""
    command = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-r", "-n"]
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return []
    tried = [*command, "sh", "-c", "ip link set lo up"]
    done = subprocess.run(tried, capture_output=True, check=False)
    return command if done.returncode == 0 else []


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    alone = unshare()
    command = (INSIDE if alone else "exec ") + " ".join(arguments)
    return subprocess.run(
        [*alone, "sh", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_the_demo_needs_no_network(tmp_path: Path) -> None:
    isolated = bool(unshare())
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE, encoding="utf-8")
    if isolated:
        assert run([sys.executable, str(probe)]).returncode == 0, "there is a network inside"
    baseline = [sys.executable, "-c", "'from baseline.cli import main; main()'", "local"]
    state = ["--state", str(tmp_path / "state")]

    demo = run([*baseline, "demo", *state, "--port", "0"])
    stopped = run([*baseline, "down", *state])

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert "0 differ" in demo.stdout
    assert "Where to look next" in demo.stdout
    assert max(len(line) for line in demo.stdout.splitlines()) <= 200
    assert "stopped (process" in stopped.stdout
    if not isolated:
        pytest.skip("the demo is right, but it had a network: no `unshare`, no `ip`, or forbidden")
