"""A proof notices when a statement, an action, a condition or a limit of an exemption goes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts import mutation
from tests.unit.guardrails import harness, iam_data
from tests.unit.guardrails.mutations import mutants

SAMPLE = 8
"""One mutant in so many is tried here; ``make mutation`` and the marked test below try all."""


@pytest.mark.parametrize("name", [row.id for row in harness.deciding()])
def test_mutations_are_noticed(name: str) -> None:
    cases = list(harness.cases(name, switches=True))
    roles = harness.world(switches=True).roles
    statements = harness.rendered(name, switches=True).statements
    for what, changed in list(mutants(statements, roles))[len(name) % SAMPLE :: SAMPLE]:
        organization = harness.alone(name, changed, switches=True)
        assert harness.notices(cases, organization, what), what


def test_every_kind_of_mutation_is_tried() -> None:
    name = "protect-log-resources"
    roles = harness.world().roles
    found = "\n".join(what for what, _ in mutants(harness.rendered(name).statements, roles))
    for kind in (
        "ProtectLogBucketsFromAll: removed",
        "Action without s3:DeleteBucket",
        "Resource without arn:aws:s3:::secbase-config-",
        "without ForAnyValue:StringLike kms:ResourceAliases",
        "loosened to arn:aws:iam::${aws:ResourceAccount}:role/*OrgBreakGlass",
        "loosened to arn:aws:iam::*:role/OrgBreakGlass",
        "role/OrgBreakGlass*",
        "exempts responders too",
    ):
        assert kind in found, kind


@pytest.mark.parametrize(("noticed", "status"), [(True, 0), (False, 1)])
def test_the_report_fails_for_a_survivor_without_a_reason(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    *,
    noticed: bool,
) -> None:
    (one,) = [row for row in harness.deciding() if row.id == "deny-leave-organization"]
    monkeypatch.setattr(harness, "deciding", lambda: [one])
    if not noticed:
        monkeypatch.setattr(harness, "notices", lambda *_: False)
    assert mutation.main() == status
    found = capsys.readouterr().out
    assert (" 0 unexplained" in found) is noticed
    assert ("NO REASON GIVEN" in found) is not noticed


@pytest.mark.nightly
def test_the_report_holds_its_limit() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/mutation.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=iam_data.ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 unexplained" in done.stdout
