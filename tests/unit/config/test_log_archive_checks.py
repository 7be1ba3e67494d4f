"""What the trail records and where copies lie: each impossible request is one clear finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[[dict[str, object]], list[str]]
COPIES = "log_archive.replication"
TRAIL = "log_archive.trail"
OBJECTS = {"type": "AWS::S3::Object"}


def starts(count: int) -> list[str]:
    return [f"arn:aws:s3:::bucket-{number}/" for number in range(count)]


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "copies beside the logs",
        {COPIES: {"region": "eu-west-1"}},
        f"{COPIES}.region: 'eu-west-1' is the home Region, where the logs are; name another one",
    ),
    (
        "copies beside the logs, by the archive's own ID",
        {COPIES: {"region": "eu-west-1", "account": "222222222222"}},
        f"{COPIES}.region: 'eu-west-1' is the home Region",
    ),
    (
        "copies where guardrails deny everything",
        {COPIES: {"region": "us-west-2"}},
        f"{COPIES}.region: 'us-west-2' is not in regions [eu-west-1, eu-central-1]",
    ),
    (
        "copies outside the organization",
        {COPIES: {"region": "eu-central-1", "account": "121212121212"}},
        f"{COPIES}.account: '121212121212' is the id of no account of this file",
    ),
    (
        "copies of nothing",
        {COPIES: {"region": "eu-central-1", "logs": []}},
        f"{COPIES}.logs: ",
    ),
    (
        "copies of a log that has none",
        {COPIES: {"region": "eu-central-1", "logs": ["guardduty"]}},
        f"{COPIES}.logs[0]: 'guardduty' is not one of cloudtrail, config, flow_logs",
    ),
    (
        "a type that is none",
        {TRAIL: {"data_events": [{"type": "s3"}]}},
        f"{TRAIL}.data_events[0].type: 's3' is not a type of resources as CloudTrail calls it",
    ),
    (
        "a wildcard, which selectors do not know",
        {TRAIL: {"data_events": [{**OBJECTS, "only": ["arn:aws:s3:::logs-*"]}]}},
        f"{TRAIL}.data_events[0].only[0]: 'arn:aws:s3:::logs-*' is not the start of an ARN without",
    ),
    (
        "a service without its domain",
        {TRAIL: {"network_activity": ["s3"]}},
        f"{TRAIL}.network_activity[0]: 's3' is not the event source of a service",
    ),
    (
        "more values than a trail takes",
        {TRAIL: {"data_events": [{**OBJECTS, "leave_out": starts(496)}]}},
        f"{TRAIL}: has 501 values in its selectors; CloudTrail takes 500",
    ),
    (
        "insights into nothing",
        {TRAIL: {"data_event_insights": True}},
        f"{TRAIL}.data_event_insights: is true, and data_events names nothing",
    ),
    (
        "allowed activity of nothing",
        {TRAIL: {"network_activity_allowed": True}},
        f"{TRAIL}.network_activity_allowed: is true, and network_activity names nothing",
    ),
    (
        "Glacier for less than it charges for",
        {"log_archive.retention_days": 400, "log_archive.glacier_after_days": 311},
        "log_archive.glacier_after_days: 311 days leave 89 before retention_days (400); Glacier",
    ),
    (
        "an account that is none",
        {"log_archive.load_balancer_accounts": ["shop"]},
        "log_archive.load_balancer_accounts[0]: 'shop' is not an AWS account ID",
    ),
]

ACCEPTED: list[tuple[str, dict[str, object]]] = [
    (
        "Glacier for as long as it charges for",
        {"log_archive.retention_days": 400, "log_archive.glacier_after_days": 310},
    ),
    ("copies in another Region", {COPIES: {"region": "eu-central-1"}}),
    (
        "copies in another account beside the logs",
        {COPIES: {"region": "eu-west-1", "account": "444444444444"}},
    ),
    (
        "as many values as a trail takes",
        {TRAIL: {"data_events": [{**OBJECTS, "leave_out": starts(495)}]}},
    ),
    (
        "everything recorded",
        {
            TRAIL: {
                "data_events": [OBJECTS, {"type": "AWS::DynamoDB::Table", "access": "write"}],
                "data_event_insights": True,
                "network_activity": ["s3.amazonaws.com"],
                "network_activity_allowed": True,
            }
        },
    ),
    (
        "no logs at the edge",
        {"log_archive.load_balancer_logs": False, "log_archive.web_acl_logs": False},
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [pytest.param(changes, expected, id=name) for name, changes, expected in REFUSED],
)
def test_it_is_one_finding(found: Found, changes: dict[str, object], expected: str) -> None:
    (finding,) = found(changes)
    assert finding.startswith(expected)


@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in ACCEPTED])
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []
