"""The scheduled collection: one package a period, the next day after a failure, and who is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.handlers import load_handler

index = load_handler("baseline/evidence/handlers/evidence")
REGION, PACKAGES, JOBS = "eu-west-1", "packages", "jobs"


class Context:
    def __init__(self, left: int = 900_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


class Topic:
    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []

    def publish(self, **message: str) -> None:
        self.messages.append(message)


class Refusing:
    """A service that answers nothing."""

    def __init__(self, code: str) -> None:
        self._code = code

    def __getattr__(self, operation: str) -> Any:
        def refuse(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, operation)

        return refuse


@pytest.fixture
def topic() -> Topic:
    return Topic()


@pytest.fixture
def services(topic: Topic) -> dict[str, Any]:
    return {"sns": topic, "artifact": Refusing("AccessDeniedException")}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, services: dict[str, Any]) -> Iterator[None]:
    for name, value in {
        "ACCEPT_TERMS": "false",
        "AGGREGATOR": "secbase-aggregator",
        "ARTIFACT": "list",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": "testing",
        "BUCKET": PACKAGES,
        "NAME": "secbase-evidence",
        "NAMESPACE": "SecurityBaseline",
        "OFF": "backup",
        "PERIOD": "monthly",
        "PREFIX": "compliance/",
        "REPORTS": json.dumps([{"name": "jobs", "bucket": JOBS, "prefix": "reports/"}]),
        "TOOL": "aws-security-baseline 0",
        "TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:secbase-findings-high",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        for bucket in (PACKAGES, JOBS):
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        s3.put_object(Bucket=JOBS, Key="reports/settings.json", Body=b"{}")

        def client(service: str, region: str) -> Any:
            return services.get(service) or boto3.client(service, region_name=region or REGION)

        monkeypatch.setattr(index, "_client", client)
        yield


def packages() -> list[str]:
    s3 = boto3.client("s3", region_name=REGION)
    found = s3.list_objects_v2(Bucket=PACKAGES, Prefix="compliance/").get("Contents", [])
    return [row["Key"] for row in found if row["Key"].endswith("manifest.json")]


def metrics() -> list[dict[str, Any]]:
    client = boto3.client("cloudwatch", region_name=REGION)
    found: list[dict[str, Any]] = client.list_metrics(Namespace="SecurityBaseline")["Metrics"]
    return found


def test_a_visit_collects_what_may_be_read(topic: Topic) -> None:
    done = index.handler({"trigger": "schedule"}, Context())
    assert done["state"] == "collected"
    (key,) = packages()
    assert key.startswith(f"compliance/scheduled/{datetime.now(UTC):%Y-%m}/")
    s3 = boto3.client("s3", region_name=REGION)
    manifest = json.loads(s3.get_object(Bucket=PACKAGES, Key=key)["Body"].read())
    items = {each["path"] or each["source"]: each for each in manifest["items"]}
    assert manifest["trigger"] == "schedule"
    assert items["reports/jobs/settings.json"]["status"] == "collected"
    assert items["backup"]["error"] == "off in the configuration"
    assert items["artifact/reports.jsonl"]["status"] == "denied"
    (message,) = topic.messages
    assert "artifact/reports.jsonl: denied" in message["Message"]
    assert done["sha256"] in message["Message"]
    assert len(message["Subject"]) <= 100


def test_a_period_has_one_package_and_the_metric_says_so(topic: Topic) -> None:
    index.handler({}, Context())
    again = index.handler({}, Context())
    assert again["state"] == "kept"
    assert again["manifest"] == packages()[0]
    assert len(topic.messages) == 1
    (metric,) = metrics()
    assert metric["MetricName"] == index.METRIC
    assert metric["Dimensions"] == [{"Name": "Schedule", "Value": "secbase-evidence"}]


def test_it_can_be_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    index.handler({}, Context())
    assert index.handler({}, Context())["state"] == "kept"
    # Folders are named after the second.
    monkeypatch.setenv("PREFIX", "compliance/again/")
    monkeypatch.setattr(index, "_kept", lambda _: "one is there")
    assert index.handler({}, Context())["state"] == "kept"
    assert index.handler({"force": True}, Context())["state"] == "collected"
    assert len(packages()) == 2


def test_without_a_bucket_somebody_hears_and_the_next_day_tries_again(
    monkeypatch: pytest.MonkeyPatch, topic: Topic
) -> None:
    monkeypatch.setenv("BUCKET", "nobody-made-it")
    with pytest.raises(ClientError):
        index.handler({}, Context())
    assert "ended without a package" in topic.messages[0]["Message"]
    assert metrics() == []
    monkeypatch.setenv("BUCKET", PACKAGES)
    assert index.handler({}, Context())["state"] == "collected"
    assert metrics()


def test_a_run_that_broke_off_leaves_no_package() -> None:
    s3 = boto3.client("s3", region_name=REGION)
    folder = f"compliance/scheduled/{datetime.now(UTC):%Y-%m}/1/"
    s3.put_object(Bucket=PACKAGES, Key=f"{folder}config/rules.jsonl", Body=b"x")
    assert index.handler({}, Context())["state"] == "collected"


def test_a_run_that_runs_out_of_time_still_writes_its_manifest(topic: Topic) -> None:
    done = index.handler({}, Context(left=1000))
    assert not done["complete"]
    assert packages()
    assert "the time was up" in topic.messages[0]["Message"]


def test_what_nobody_switched_on_is_no_news(topic: Topic, services: dict[str, Any]) -> None:
    services.update(
        dict.fromkeys(("artifact", "config", "securityhub"), Refusing("InvalidAccessException"))
    )
    done = index.handler({}, Context())
    assert not done["complete"]
    assert topic.messages == []


@pytest.mark.parametrize(
    ("period", "day", "name"),
    [
        ("monthly", datetime(2026, 11, 30, 23, 59, tzinfo=UTC), "2026-11"),
        ("weekly", datetime(2026, 11, 22, tzinfo=UTC), "2026-W47"),
        ("weekly", datetime(2027, 1, 1, tzinfo=UTC), "2026-W53"),
    ],
)
def test_periods_have_names(
    monkeypatch: pytest.MonkeyPatch, period: str, day: datetime, name: str
) -> None:
    monkeypatch.setenv("PERIOD", period)
    assert index.period_of(day) == name
