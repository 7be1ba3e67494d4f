"""The archive of findings: a poisoned record takes no other with it, a batch is written once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.faults.deliveries import HUGE, STRANGE
from tests.faults.injector import DENIED, KILLED_AFTER, Injector, Killed, install
from tests.handlers import load_handler

archive = load_handler("baseline/audit/handlers/finding_archive")
BUCKET = "findings"
EVENT = {"id": "1", "time": "2026-11-22T16:01:02Z", "detail": {"findings": [{"Id": "f"}]}}


@pytest.fixture
def archived(monkeypatch: pytest.MonkeyPatch) -> Iterator[Injector]:
    for key, value in {"BUCKET": BUCKET, "OWNER": "123456789012", "PREFIX": "findings"}.items():
        monkeypatch.setenv(key, value)
    with mock_aws():
        boto3.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield install(monkeypatch)


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"body": body} for body in bodies]}


def stored() -> dict[str, list[Any]]:
    s3 = boto3.client("s3")
    return {
        each["Key"]: [
            json.loads(line)
            for line in gzip.decompress(
                s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
            ).splitlines()
        ]
        for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    }


def test_a_poisoned_record_takes_no_other_with_it(archived: Injector) -> None:
    good, poison = json.dumps(EVENT), ["", "{", "null", "[]", '"x"', "7", "{}", HUGE]
    poison += [json.dumps({"time": strange}) for strange in STRANGE]
    archive.handler(batch(good, *poison), None)
    archived.clear()
    kept = {key.split("/")[1]: lines for key, lines in stored().items()}
    assert kept["2026"] == [EVENT]
    assert [each["body"] for each in kept["unreadable"]] == poison


def test_a_batch_that_broke_off_is_written_once(archived: Injector) -> None:
    other = {**EVENT, "time": "2026-11-22T17:00:00Z"}
    given = batch(json.dumps(EVENT), json.dumps(other))
    archived.fail("PutObject", KILLED_AFTER)
    with pytest.raises(Killed):
        archive.handler(given, None)
    archived.clear()
    archive.handler(given, None)
    archive.handler(given, None)
    assert sorted(stored().values(), key=str) == [[EVENT], [other]]


def test_a_batch_that_cannot_be_written_goes_back_into_the_queue(archived: Injector) -> None:
    archived.fail("PutObject", DENIED)
    with pytest.raises(Exception, match="AccessDenied"):
        archive.handler(batch(json.dumps(EVENT)), None)
