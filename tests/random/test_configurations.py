"""A random configuration that is right has an assembly without findings, the same every time.

The default run synthesizes 25 with one or two Regions, most of them accounts, and asks for quotas,
sizes, sources of service principals, cleartext secrets and the cdk-nag packs. One account keeps the
Guard rules, one organization comes twice. `test_problems.py` has twenty more that are wrong. The
nightly run asks everything of 300, of all Regions too, lints them, and makes each one twice. The
guardrails of each are proved when it is drawn: `documents.py` takes out what is refuted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fast import Clean
from tests.random.documents import Json, accounts, organizations
from tests.random.drawing import drawn
from tests.random.synthesized import Verdict, verdicts
from tests.tools.linting import cfn_lint

pytestmark = pytest.mark.tools


def wrong(found: list[Verdict]) -> dict[str, object]:
    return {str(each["file"]): each["wrong"] for each in found if each["wrong"]}


@pytest.fixture(scope="session")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """Templates in which cfn-lint finds nothing."""
    return Clean(tmp_path_factory, "cfn-lint")


def lint(assemblies: Path, linted: Clean) -> list[str]:
    matches = cfn_lint(*sorted(assemblies.glob("*/*.template.json")), clean=linted)
    return [f"{each['Filename']} {each['Message']}" for each in matches]


@pytest.fixture(scope="module")
def few() -> list[Json]:
    """Configurations of few Regions: the last two are organizations."""
    small = (drawn(accounts(everywhere=False), 23), drawn(organizations(everywhere=False), 2))
    return [document for some in small for document in some]


@pytest.fixture(scope="module")
def judged(few: list[Json], tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    return verdicts(tmp_path_factory.mktemp("once"), few, "nag", per_process=len(few))


def test_twenty_five(judged: list[Verdict]) -> None:
    assert len(judged) == 25
    assert wrong(judged) == {}


def test_an_organization_has_the_same_templates_again(
    few: list[Json], judged: list[Verdict], tmp_path: Path
) -> None:
    (again,) = verdicts(tmp_path, few[-1:], seed=2)
    assert again["digests"] == judged[-1]["digests"]


def test_an_account_keeps_the_rules(few: list[Json], tmp_path: Path) -> None:
    small = [each for each in few if "account" in each and len(each["regions"]) == 1]
    assert wrong(verdicts(tmp_path, small[-1:], "rules")) == {}


@pytest.mark.nightly
def test_many_with_every_check(tmp_path: Path, linted: Clean) -> None:
    documents = [*drawn(accounts(), 60), *drawn(organizations(), 240)]
    assert len(documents) == 300
    kept = tmp_path / "assemblies"
    found = verdicts(tmp_path / "once", documents, "nag", "rules", keep=kept)
    second = verdicts(tmp_path / "again", documents, seed=2)
    assert wrong(found) == {}
    assert [each["digests"] for each in second] == [each["digests"] for each in found]
    assert lint(kept, linted) == []
