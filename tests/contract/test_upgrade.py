"""An upgrade from the newest release replaces and loses nothing that has data or identity.

Where that has to happen nevertheless, UPGRADING.md tells what to do, and the row goes into ``ACCEPTED``.
"""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.contract.upgrades import Kept, broken, newest, released, stateful
from tests.support import ROOT, synthesize

ACCEPTED: set[str] = set()
"""What ``broken`` says of changes that UPGRADING.md explains."""


@pytest.fixture(scope="module")
def now(assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What this version makes of the released configuration."""
    configuration = newest() / "baseline.yaml"
    if configuration.read_bytes() == (ROOT / "baseline.yaml").read_bytes():
        return stateful(assembly)
    folder = tmp_path_factory.mktemp("upgrade")
    context = (f"baseline:config={configuration}", "baseline:nag=false")
    return stateful(synthesize(folder, *context))


def test_an_upgrade_keeps_every_stateful_resource(now: Kept) -> None:
    before = released("example")
    assert sum(map(len, before.values())) > 200
    assert set(broken(before, now)) == ACCEPTED


def test_logs_keys_trail_and_accounts_are_among_them() -> None:
    kinds = {row["type"] for rows in released("example").values() for row in rows.values()}
    assert {
        "AWS::CloudTrail::Trail",
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::Organizations::Account",
        "AWS::Organizations::OrganizationalUnit",
        "AWS::S3::Bucket",
    } <= kinds


@pytest.mark.parametrize("change", ["gone", "renamed", "another type", "another name", "moved"])
def test_a_broken_promise_is_noticed(change: str) -> None:
    before = released("example")
    after = copy.deepcopy(before)
    rows = after["log-archive"]
    key = next(key for key, row in rows.items() if row["type"] == "AWS::S3::Bucket")
    row = rows.pop(key)
    if change == "renamed":
        rows[f"{key}2"] = row
    elif change == "another type":
        rows[key] = {**row, "type": "AWS::S3Express::DirectoryBucket"}
    elif change == "another name":
        rows[key] = {**row, "fixed": {"BucketName": "another"}}
    elif change == "moved":
        after["security"][key] = row
    assert [each.split(" ")[0] for each in broken(before, after)] == [f"log-archive/{key}"]


def test_the_upgrade_guide_knows_the_newest_release() -> None:
    text = (ROOT / "UPGRADING.md").read_text(encoding="utf-8")
    assert f"From {newest().name}" in text
    for each in ACCEPTED:
        assert each.split(" ")[0] in text, f"UPGRADING.md does not explain {each}"
