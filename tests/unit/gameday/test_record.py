"""The record: what it says, its hash, and that it is not lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.gameday import runs
from baseline.gameday.evidence import digest
from baseline.gameday.journal import Entry, Journal
from baseline.gameday.results import Result, Row
from tests.unit.gameday.fakes import HOME, MEMBER, FakeWorld, configuration, error

ROW = Row(expected="a port", where="sg-1", verdict="arrived", seconds=1.5, within=60)
FINE = Result(
    scenario="open-port", account=MEMBER, region=HOME, started="2026-11-22T00:00:00", rows=(ROW,)
)


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld()


@pytest.fixture
def options(tmp_path: Path, world: FakeWorld) -> runs.Options:
    made = runs.Options(
        configuration=configuration(tmp_path),
        endpoint=None,
        region=HOME,
        journal=tmp_path / "journal",
        page=True,
    )
    made._worlds.append(world)
    return made


@pytest.fixture
def planned(options: runs.Options) -> runs.Plan:
    return runs.plan(options, ["open-port"], [MEMBER])


def test_the_record_says_who_ran_what_and_proves_that_nobody_changed_it(
    options: runs.Options, planned: runs.Plan, world: FakeWorld, tmp_path: Path
) -> None:
    kept = runs.keep(options, planned, [FINE], folder=tmp_path / "records")

    key = f"gamedays/{planned.run}.json"
    assert kept.places == [
        str(tmp_path / "records" / f"{planned.run}.json"),
        f"s3://evidence/{key}",
    ]
    body = json.loads(world.s3.objects[key])
    assert body == kept.record
    assert (body["who"], body["target"], body["ok"]) == ("arn:aws:iam::1:role/me", "AWS", True)
    assert set(body["versions"]) == {"baseline", "boto3", "python"}
    assert body["scenarios"][0]["rows"][0]["verdict"] == "arrived"
    assert body["sha256"] == digest(body)
    body["scenarios"][0]["rows"][0]["verdict"] = "missing"
    assert body["sha256"] != digest(body)
    (given,) = [given for name, given in world.s3.called if name == "put_object"]
    assert given["ChecksumAlgorithm"] == "SHA256"


def test_a_record_that_the_bucket_refuses_is_kept_here(
    options: runs.Options, planned: runs.Plan, world: FakeWorld, tmp_path: Path
) -> None:
    def refuse(**_: object) -> None:
        raise error("AccessDenied")

    world.s3._operations["put_object"] = refuse

    kept = runs.keep(options, planned, [FINE])

    assert "AccessDenied" in kept.problem
    assert kept.places == [str(tmp_path / "journal" / "records" / f"{planned.run}.json")]
    assert json.loads(Path(kept.places[0]).read_text(encoding="utf-8")) == kept.record


def test_what_needs_people_to_be_told_needs_their_consent(options: runs.Options) -> None:
    quiet = runs.Options(configuration=options.configuration, endpoint=None, region=HOME)

    with pytest.raises(BaselineError, match="add --page"):
        runs.plan(quiet, ["open-port"], [MEMBER])

    plan = runs.plan(quiet, [], [MEMBER, "security"])
    assert [one.id for one, _ in plan.scenarios] == ["guardduty-samples", "public-bucket"]
    assert "add --page" in plan.left_out["open-port"]
    assert plan.tells == []


def test_a_region_that_is_not_governed_is_refused(options: runs.Options) -> None:
    elsewhere = runs.Options(configuration=options.configuration, endpoint=None, region="us-west-2")
    with pytest.raises(BaselineError, match="us-west-2 is not governed"):
        runs.plan(elsewhere, ["public-bucket"], [MEMBER])


def test_the_cleanup_of_another_aws_is_left_alone(options: runs.Options) -> None:
    journal = Journal(folder=options.journal)
    for target in ("AWS", "http://localhost:4566"):
        journal.write(
            Entry(
                run=f"gameday-{target[:4]}",
                scenario="open-port",
                target=target,
                account=MEMBER,
                region=HOME,
                steps=["delete-security-group"],
                facts={"vpc": "vpc-1"},
            )
        )

    (left,) = runs.left_behind(options)
    assert left.target == "AWS"
    (done,) = runs.clean_again(options, [left])
    assert (done["action"], done["state"]) == ("delete-security-group", "done")
    assert runs.left_behind(options) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "is no journal"), ("{}", "is no journal"), ('{"run": 1}', "is no journal")],
)
def test_a_broken_journal_is_named(options: runs.Options, text: str, said: str) -> None:
    options.journal.mkdir()
    (options.journal / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError, match=said):
        runs.left_behind(options)
