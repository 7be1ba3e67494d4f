"""One organization on the embedded AWS for all end-to-end tests: started, bootstrapped and deployed once.

The tests change it, each leaves it as it was; the one that destroys it comes last. What needs no
organization has embedded AWSs of its own, and runs beside it, in other processes (``scheduler.py``).
"""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from rich.console import Console
from xdist.remote import Producer

from baseline.local.session import Session
from tests.e2e import rehearsal, scheduler, siem
from tests.e2e.organization import Organization
from tests.support import ROOT

FOLDER = ROOT / scheduler.FOLDER


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> scheduler.Scheduling | None:
    """Let the tests of one organization run on one worker (``--dist loadgroup``)."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return scheduler.Scheduling(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what lies here."""
    if item.path.is_relative_to(FOLDER):
        item.add_marker(pytest.mark.e2e)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest, and destroy only after everything else; others stay where they are."""
    ours = [at for at, item in enumerate(items) if item.path.is_relative_to(FOLDER)]
    found = sorted(
        (items[at] for at in ours),
        key=lambda item: scheduler.rank(PurePosixPath(item.path.relative_to(ROOT))),
    )
    for at, item in zip(ours, found, strict=True):
        items[at] = item


@pytest.fixture(scope="session")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    """The example organization with a SIEM, deployed with the real cdk command."""
    folder = tmp_path_factory.mktemp("organization")
    file = folder / "baseline.yaml"
    example = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = example + siem.section(port) + rehearsal.section()
    file.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        console = Console(file=io.StringIO(), width=100)
        session = Session.open(file, state=folder / "state", console=console)
        try:
            session.up(port=0)
            session.bootstrap()
            session.synthesize(checks=False)
            deployed = Organization(session, session.deploy())
            deployed.keep_assembly()
            yield deployed
        finally:
            session.down(purge=False)


@pytest.fixture(scope="session")
def break_glass(organization: Organization) -> str:
    """The emergency role, which the StackSets make in every account; guardrails exempt it by its name."""
    return organization.session.configuration.break_glass.role
