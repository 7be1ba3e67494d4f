"""A trail that somebody stops records again; what root did is kept as evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.messages import record
from tests.e2e.organization import Organization
from tests.e2e.test_playbooks_identity import REGION, eventually, member

EVENTS = Path(__file__).parents[1] / "unit" / "response" / "events"
TRAIL, BUCKET = "team-trail", "team-trail-archive"


def tell(organization: Organization, name: str, **detail: Any) -> None:
    """Let CloudTrail tell a recorded call of the member account."""
    account = member(organization)
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8").replace("555555555555", account)
    event = json.loads(text)
    record(
        organization,
        account,
        event["region"],
        source=event["source"],
        detail_type=event["detail-type"],
        detail={**event["detail"], **detail},
    )


@pytest.fixture
def trails(organization: Organization) -> Iterator[Any]:
    account = member(organization)
    s3 = organization.client("s3", account, REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    client = organization.client("cloudtrail", account, REGION)
    client.create_trail(
        Name=TRAIL,
        S3BucketName=BUCKET,
        IsMultiRegionTrail=True,
        IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=True,
    )
    client.start_logging(Name=TRAIL)
    yield client
    client.delete_trail(Name=TRAIL)
    s3.delete_bucket(Bucket=BUCKET)


def test_a_trail_that_somebody_stops_records_again(organization: Organization, trails: Any) -> None:
    trails.stop_logging(Name=TRAIL)
    tell(organization, "tampering", requestParameters={"name": TRAIL})
    eventually(lambda: trails.get_trail_status(Name=TRAIL)["IsLogging"], wanted=True)


def test_use_of_root_is_kept(organization: Organization) -> None:
    tell(organization, "root-sign-in", eventID="root-in-the-end-to-end-test")
    s3 = organization.client("s3", organization.names.security)
    account = member(organization)

    def kept() -> set[str]:
        keys: list[str] = []
        for bucket in s3.list_buckets()["Buckets"]:
            listed = s3.list_objects_v2(Bucket=bucket["Name"], Prefix="incidents/root-use-")
            keys += [item["Key"] for item in listed.get("Contents", [])]
        names = {key.rpartition("/")[2] for key in keys}
        return names & {"event.json", "actor.json", "root.json"}

    eventually(kept, {"event.json", "actor.json", "root.json"})
    assert account
