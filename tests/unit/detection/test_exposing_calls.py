"""Calls that expose data: forwarded from every account, and told by playbooks, not one by one."""

from __future__ import annotations

import json

import botocore.session
import pytest

from baseline.config.quotas import EVENT_PATTERN_SIZE
from baseline.detection import event_patterns
from baseline.detection.event_patterns.exposure import BUCKET_CALLS, DATABASE_CALLS
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches


@pytest.mark.parametrize("name", event_patterns.EXPOSING_CALLS)
def test_nobody_is_told_of_a_call_that_a_playbook_answers(name: str) -> None:
    event = sample_events.api_call("s3", name)
    assert not matches(event_patterns.forwarded_activity(), event)
    by_root = sample_events.api_call("s3", name, user="Root")
    assert matches(event_patterns.forwarded_activity(), by_root)


def test_of_the_emergency_role_people_hear_everything() -> None:
    pattern = event_patterns.emergency_exposure("OrgBreakGlass")
    event = sample_events.api_call("s3", "PutBucketPolicy")
    assert not matches(pattern, event)
    session = "arn:aws:sts::555555555555:assumed-role/OrgBreakGlass/ada"
    event["detail"]["userIdentity"]["arn"] = session
    assert matches(pattern, event)


def test_the_calls_exist() -> None:
    session = botocore.session.Session()
    operations = {
        name
        for service in ("ec2", "rds")
        for name in session.get_service_model(service).operation_names
    }
    assert set(DATABASE_CALLS) <= operations
    # CloudTrail writes "Bucket" into the names of two calls of S3.
    buckets = {name.replace("BucketPublic", "Public") for name in BUCKET_CALLS}
    assert buckets <= set(session.get_service_model("s3").operation_names)


def test_every_pattern_fits_into_a_rule() -> None:
    for pattern in (
        event_patterns.exposed_buckets(),
        event_patterns.exposed_databases(),
        event_patterns.malware_scans(),
        event_patterns.emergency_exposure("OrgBreakGlass"),
    ):
        assert len(json.dumps(pattern)) <= EVENT_PATTERN_SIZE
