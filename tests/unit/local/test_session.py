"""A session keeps its way into the running server, and the driver deploys what it is told."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from baseline.local.access import Access
from baseline.local.driver import Driver
from baseline.local.environment import Tools
from baseline.local.session import Session
from baseline.local.state import Server, State
from tests.support import ROOT

PORT = 4567


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(ROOT)
    running = Server(pid=1, port=PORT, configuration="baseline.yaml")
    monkeypatch.setattr(State, "read", lambda _: running)
    return Session.open(ROOT / "baseline.yaml", state=tmp_path, console=Console())


def test_clients_are_kept_from_one_step_to_the_next(session: Session) -> None:
    assert session.access() is session.access()


def test_a_server_that_is_started_gets_clients_of_its_own(session: Session) -> None:
    before = session.access()

    started = session.access(PORT)

    assert started is not before
    assert session.access() is started


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    """A driver whose ``cdk`` prints what it is told, and an assembly without a stack."""
    cdk = tmp_path / "cdk"
    cdk.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    cdk.chmod(0o755)
    state = State(tmp_path / "state")
    state.assembly.mkdir(parents=True)
    (state.assembly / "manifest.json").write_text(json.dumps({"artifacts": {}}), encoding="utf-8")
    tools = Tools(root=tmp_path, node=Path(sys.executable), cdk=cdk)
    access = Access(PORT, management="111111111111", region="eu-west-1")
    return Driver(access, tools, state, tmp_path / "baseline.yaml")


@pytest.mark.parametrize(
    ("names", "alone", "told"),
    [
        ((), False, "deploy --all --app"),
        (("audit",), False, "deploy audit --app"),
        (("audit", "security"), True, "deploy audit security --exclusively --app"),
    ],
)
def test_stacks_are_deployed_with_or_without_what_they_depend_on(
    driver: Driver, names: tuple[str, ...], alone: bool, told: str
) -> None:
    deployed = driver.deploy(Console(file=io.StringIO()), *names, alone=alone)

    assert deployed.ok
    assert deployed.log.read_text(encoding="utf-8").startswith(told)
