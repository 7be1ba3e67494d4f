"""End-to-end tests of one organization run on one worker, which deploys it once and destroys it last."""

from __future__ import annotations

import ast
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.e2e import conftest, scheduler
from tests.support import ROOT

FILES = sorted((ROOT / scheduler.FOLDER).rglob("test_*.py"))
WORKERS = 3


def asks_for_the_organization(file: Path) -> bool:
    """Tell whether a test or a fixture of a file takes the shared organization."""
    return any(
        argument.arg in {"organization", "break_glass"}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for argument in node.args.args
    )


class Worker:
    """Stands for a process of xdist: remembers the tests that it was given."""

    def __init__(self, number: int) -> None:
        self.gateway = SimpleNamespace(id=f"gw{number}")
        self.given: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


@pytest.fixture(scope="module")
def collection() -> list[str]:
    """Two tests of each file, in the order of the collection."""
    paths = sorted((PurePosixPath(file.relative_to(ROOT)) for file in FILES), key=scheduler.rank)
    return [f"{path}::test_{name}" for path in paths for name in ("one", "two[a-b@c]")]


@pytest.fixture(scope="module")
def shares(collection: list[str]) -> list[list[str]]:
    """What each worker has run when all is done; each in turn ends one test."""
    option = SimpleNamespace(loadscopereorder=True)
    values = {"dist": "loadgroup", "tx": ["popen"] * WORKERS}
    config = cast("Any", SimpleNamespace(getvalue=values.__getitem__, option=option))
    made = conftest.pytest_xdist_make_scheduler(config, cast("Any", None))
    assert made is not None
    workers = [Worker(number) for number in range(WORKERS)]
    for worker in workers:
        made.add_node(cast("Any", worker))
        made.add_node_collection(cast("Any", worker), collection)
    made.schedule()
    done = [0] * WORKERS
    while not all(done[at] == len(worker.given) for at, worker in enumerate(workers)):
        for at, worker in enumerate(workers):
            if done[at] < len(worker.given):
                made.mark_test_complete(cast("Any", worker), worker.given[done[at]])
                done[at] += 1
    return [[collection[at] for at in worker.given] for worker in workers]


def test_every_test_runs_once(collection: list[str], shares: list[list[str]]) -> None:
    assert sorted(test for share in shares for test in share) == sorted(collection)


def test_only_one_worker_deploys_the_organization(shares: list[list[str]]) -> None:
    files = {str(file.relative_to(ROOT)) for file in FILES if asks_for_the_organization(file)}
    assert len(files) > 10
    deploying = [{test.split("::")[0] for test in share} & files for share in shares]
    assert [found for found in deploying if found] == [files]


def test_no_embedded_aws_is_started_twice(shares: list[list[str]]) -> None:
    groups = [{scheduler.group_of(test) for test in share} for share in shares]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 5


def test_the_organization_starts_at_once_beside_what_takes_longest(
    shares: list[list[str]],
) -> None:
    first = {scheduler.group_of(share[0]) for share in shares}
    assert first == {"organization", "test_without_network.py", "test_standalone.py"}


def test_destroying_comes_last_in_its_organization(shares: list[list[str]]) -> None:
    (share,) = [share for share in shares if scheduler.group_of(share[0]) == scheduler.SHARED]
    own = [test for test in share if scheduler.group_of(test) == scheduler.SHARED]
    assert [test.split("::")[0] for test in own[-2:]] == [
        f"{scheduler.FOLDER}/{scheduler.LAST}"
    ] * 2


@pytest.mark.parametrize("dist", ["load", "no", "worksteal"])
def test_other_ways_to_distribute_stay_as_they_are(dist: str) -> None:
    config = cast("Any", SimpleNamespace(getvalue={"dist": dist}.__getitem__))
    assert conftest.pytest_xdist_make_scheduler(config, cast("Any", None)) is None
