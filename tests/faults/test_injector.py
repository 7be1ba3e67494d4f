"""The injector itself: what it says happened did happen, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws

from tests.faults import deliveries, sweep
from tests.faults.injector import (
    DENIED,
    FOREVER,
    KILLED_AFTER,
    KILLED_BEFORE,
    UNANSWERED,
    UNREACHED,
    Fault,
    Injector,
    Killed,
    install,
)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Injector]:
    with mock_aws():
        yield install(monkeypatch)


def queue(name: str = "one", client: Any = None) -> Any:
    return (client or boto3.client("sqs")).create_queue(QueueName=name)


def names(faults: Injector) -> list[str]:
    faults.clear()
    return [url.rsplit("/", 1)[1] for url in boto3.client("sqs").list_queues().get("QueueUrls", [])]


def test_a_good_run_is_recorded(faults: Injector) -> None:
    queue()
    boto3.client("sqs", region_name="eu-central-1").list_queues()
    assert [(call.name, call.region, call.is_read) for call in faults.calls] == [
        ("sqs:CreateQueue", "eu-west-1", False),
        ("sqs:ListQueues", "eu-central-1", True),
    ]
    assert faults.calls[0].parameters == {"QueueName": "one"}
    assert [call.operation for call in faults.writes()] == ["CreateQueue"]


@pytest.mark.parametrize(
    ("fault", "raised", "made"),
    [
        (DENIED, ClientError, []),
        (UNREACHED, ConnectTimeoutError, []),
        (UNANSWERED, ReadTimeoutError, ["one"]),
        (KILLED_BEFORE, Killed, []),
        (KILLED_AFTER, Killed, ["one"]),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_fault_leaves_behind_what_it_says(
    faults: Injector, fault: Any, raised: type[BaseException], made: list[str]
) -> None:
    faults.fail("CreateQueue", fault)
    with pytest.raises(raised):
        queue()
    assert [call.operation for call in faults.writes()] == ["CreateQueue"] * len(made)
    assert names(faults) == made


def test_an_error_is_of_the_class_that_the_service_has(faults: Injector) -> None:
    client = boto3.client("dynamodb")
    faults.fail(0, Fault("gone", "ResourceNotFoundException"))
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_table(TableName="none")


def test_a_killed_process_calls_nothing_more(faults: Injector) -> None:
    faults.fail(0, KILLED_BEFORE)
    with pytest.raises(Killed):
        queue()
    with pytest.raises(Killed):
        queue("two")
    assert names(faults) == []


def test_faults_end_when_they_are_told_to(faults: Injector) -> None:
    faults.fail("sqs:CreateQueue", DENIED, times=2)
    for _ in range(2):
        with pytest.raises(ClientError):
            queue()
    queue()
    faults.fail(lambda call: call.region == "eu-west-1", DENIED, times=FOREVER)
    for _ in range(3):
        with pytest.raises(ClientError):
            queue()
    faults.heal()
    queue()


def test_a_storm_is_below_the_repetitions_of_botocore(faults: Injector) -> None:
    settings = Config(retries={"mode": "standard", "max_attempts": 4})
    client = boto3.client("sqs", config=settings)
    faults.storm("CreateQueue", 3, retry_after=7)
    queue(client=client)
    assert faults.attempts == ["sqs:CreateQueue"] * 4
    assert len(faults.slept) == 3
    assert len(faults.calls) == 1
    faults.storm("CreateQueue", 9)
    with pytest.raises(ClientError, match="ThrottlingException"):
        queue("two", client)
    assert names(faults) == ["one"]


def test_reads_lag_behind_writes_and_catch_up(faults: Injector) -> None:
    client = boto3.client("sqs")
    client.list_queues()
    queue()
    faults.lag(2)
    seen = [client.list_queues().get("QueueUrls", []) for _ in range(3)]
    assert [len(each) for each in seen] == [0, 0, 1]


def test_a_lagging_read_repeats_that_nothing_was_found(faults: Injector) -> None:
    client = boto3.client("sqs")
    missing = client.exceptions.QueueDoesNotExist
    with pytest.raises(missing):
        client.get_queue_url(QueueName="one")
    queue()
    faults.lag(1)
    with pytest.raises(missing):
        client.get_queue_url(QueueName="one")
    assert client.get_queue_url(QueueName="one")["QueueUrl"]


def test_time_passes_by_sleeping_and_by_calling(faults: Injector) -> None:
    faults.limit_seconds, faults.seconds_per_call = 10, 1.5
    queue()
    faults.sleep(2)
    assert faults.get_remaining_time_in_millis() == 6500


def test_a_sample_has_each_operation_and_the_whole_has_each_call(faults: Injector) -> None:
    for name in ("one", "two"):
        queue(name)
    boto3.client("sqs").list_queues()
    kinds = (DENIED, UNREACHED)
    few = [(case.call.number, case.fault.name) for case in sweep.sample(faults.calls, kinds)]
    assert few == [(0, "denied"), (2, "not reached")]
    assert len(list(sweep.exhaustive(faults.calls, kinds))) == 6


def test_what_a_case_leaves_wrong_is_said(faults: Injector) -> None:
    queue()
    found = sweep.survivors(sweep.sample(faults.calls, (DENIED,)), lambda _: "lost")
    assert found == ["denied at call 0, sqs:CreateQueue in eu-west-1: lost"]
    with pytest.raises(AssertionError, match="nothing was called"):
        sweep.survivors(sweep.sample([], (DENIED,)), lambda _: None)


def test_poison_reaches_every_part() -> None:
    event = {"detail": {"list": [1]}, "id": "a"}
    found = dict(deliveries.poisoned(event, strange=[None]))
    assert found["detail.list.0 missing"] == {"detail": {"list": []}, "id": "a"}
    assert found["detail is 'None'"] == {"detail": None, "id": "a"}
    assert len(found) == 8
    assert event == {"detail": {"list": [1]}, "id": "a"}
    assert deliveries.twice([1, 2]) == [1, 1, 2, 2]
    assert sorted(deliveries.disordered([1, 2, 3], 5)) == [1, 2, 3]
