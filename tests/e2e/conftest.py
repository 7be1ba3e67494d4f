"""One organization on the embedded AWS for all end-to-end tests: started, bootstrapped and deployed once.

The tests change it, each leaves it as it was; the one that destroys it comes last. What needs no
organization has embedded AWSs of its own, one a file, and runs beside it, in other processes.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator

import pytest
from rich.console import Console

from baseline.local.session import Session
from tests.e2e import rehearsal, siem
from tests.e2e.organization import Organization
from tests.support import ROOT

FOLDER = ROOT / "tests" / "e2e"
FIRST = "test_without_network.py"  # as long as the deployment that runs beside it, and no deadline
LAST = "test_destroy.py"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what lies here, and say what may run beside what; xdist reads it when all is collected."""
    if item.path.is_relative_to(FOLDER):
        item.add_marker(pytest.mark.e2e)
        shared = "organization" in getattr(item, "fixturenames", ())
        group = "organization" if shared else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Destroy only after everything else."""
    items.sort(key=lambda item: (item.path.name != FIRST, item.path.name == LAST))


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
