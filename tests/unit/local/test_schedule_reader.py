"""The reader of schedules finds what is really set, and a difference after tampering."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from baseline.local.access import Access
from baseline.local.readers import READERS, Place

REGION, ACCOUNT = "eu-west-1", "123456789012"
WANTED: dict[str, Any] = {
    "Name": "secbase-evidence",
    "ScheduleExpression": "cron(30 4 * * ? *)",
    "State": "ENABLED",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {
        "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:evidence",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/evidence",
        "Input": "{}",
    },
}


class OneAccount:
    """Clients of moto's one account in place of the embedded AWS."""

    def client(self, service: str, _account: str, region: str) -> Any:
        return boto3.client(service, region_name=region)


@pytest.fixture
def scheduler() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("scheduler", region_name=REGION)
        client.create_schedule(**WANTED)
        yield client


def differences() -> set[str]:
    place = Place(cast("Access", OneAccount()), ACCOUNT, REGION)
    checks = list(READERS["AWS::Scheduler::Schedule"].read(place, "secbase-evidence", WANTED))
    assert len(checks) == len(WANTED)
    return {check.setting for check in checks if not check.ok}


@pytest.mark.usefixtures("scheduler")
def test_a_schedule_as_deployed_has_no_difference() -> None:
    assert differences() == set()


@pytest.mark.parametrize(
    "change",
    [
        {"State": "DISABLED"},
        {"ScheduleExpression": "cron(30 4 1 * ? *)"},
        {"Target": {**WANTED["Target"], "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:x"}},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}},
    ],
)
def test_a_changed_schedule_is_a_difference(scheduler: Any, change: dict[str, Any]) -> None:
    scheduler.update_schedule(**{**WANTED, **change})
    assert differences() == set(change)
