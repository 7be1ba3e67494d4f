"""Collection of evidence while AWS throttles, denies, is silent, or ends the function: told, and made up for."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.client import BaseClient
from botocore.response import StreamingBody

from tests.faults import sweep
from tests.faults.deliveries import STRANGE
from tests.faults.injector import (
    DENIED,
    EVERY,
    FOREVER,
    KILLED_AFTER,
    THROTTLED,
    UNANSWERED,
    Injector,
    Killed,
    install,
)
from tests.faults.sweep import Case
from tests.handlers import load_handler

index = load_handler("baseline/evidence/handlers/evidence")
PACKAGES, JOBS, OWNER = "packages", "jobs", "333333333333"
FOLDER = re.compile(r"compliance/scheduled/\d{4}-\d{2}/\d{8}T\d{6}Z/")
Answer = dict[str, Any]


class Services:
    """What the collectors read, the bucket, the topic and the metric."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.messages: list[str] = []
        self.metrics: list[Answer] = []
        self.report: Any = {"Name": "row"}

    def __call__(self, _: BaseClient, operation: str, given: Answer) -> Answer:
        answer: Callable[..., Answer | None] = getattr(self, xform_name(operation), self.row)
        return answer(**given) or {}

    def row(self, **_: Any) -> Answer:
        """Every list has one row under each of its names; it is the package that is tested."""
        keys = (
            *("reports", "customerAgreements", "AggregatedSourceStatusList", "Frameworks"),
            *("AggregateComplianceByConfigRules", "AggregateComplianceByConformancePacks"),
            *("AggregateConformancePackComplianceSummaries", "ReportJobs", "Controls"),
        )
        return {key: [self.report] for key in keys}

    def list_frameworks(self, **_: Any) -> Answer:
        return {"Frameworks": [{"FrameworkName": "f"}]}

    def select_aggregate_resource_config(self, **_: Any) -> Answer:
        return {"Results": [json.dumps(self.report)]}

    def get_enabled_standards(self, **_: Any) -> Answer:
        arn = "arn:aws:securityhub:::standard"
        return {"StandardsSubscriptions": [{"StandardsSubscriptionArn": arn, "StandardsArn": arn}]}

    def get_findings(self, **_: Any) -> Answer:
        return {"Findings": [{"Id": "f", "Compliance": {"Status": "FAILED"}}]}

    def get_caller_identity(self) -> Answer:
        return {"Account": OWNER, "Arn": f"arn:aws:sts::{OWNER}:assumed-role/evidence/x"}

    def list_objects_v2(self, **given: str) -> Answer:
        if given["Bucket"] == JOBS:
            row = {"Key": "reports/a.json", "Size": 2, "LastModified": datetime.now(UTC)}
            return {"Contents": [row]}
        keys = [key for key in self.objects if key.startswith(given["Prefix"])]
        return {"Contents": [{"Key": key} for key in keys]}

    def get_object(self, **_: str) -> Answer:
        return {"Body": StreamingBody(io.BytesIO(b"{}"), 2)}

    def put_object(self, **given: Any) -> None:
        body = given["Body"].read()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        assert given["ChecksumSHA256"] == digest
        assert given["ExpectedBucketOwner"] == OWNER
        self.objects[given["Key"]] = body

    def publish(self, **given: str) -> None:
        self.messages.append(f"{given['Subject']}\n{given['Message']}")

    def put_metric_data(self, **given: Any) -> None:
        self.metrics += given["MetricData"]

    def manifests(self) -> dict[str, Answer]:
        return {
            key: json.loads(body)
            for key, body in self.objects.items()
            if key.endswith("/manifest.json")
        }


class World:
    """An AWS with everything in it, and the injector before it."""

    def __init__(self) -> None:
        self.services, self.injector = Services(), Injector()

    def anew(self) -> None:
        self.services = Services()
        self.injector.clear()

    def visit(self, **event: Any) -> Answer:
        found: Answer = index.handler(event, self.injector)
        return found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in {
        "ACCEPT_TERMS": "false",
        "AGGREGATOR": "secbase-aggregator",
        "ARTIFACT": "list",
        "AWS_REGION": "eu-west-1",
        "BUCKET": PACKAGES,
        "NAME": "secbase-evidence",
        "NAMESPACE": "SecurityBaseline",
        "OFF": "",
        "PERIOD": "monthly",
        "PREFIX": "compliance/",
        "REPORTS": json.dumps([{"name": "jobs", "bucket": JOBS, "prefix": "reports/"}]),
        "TOOL": "aws-security-baseline 0",
        "TOPIC_ARN": "arn:aws:sns:eu-west-1:333333333333:secbase-findings-high",
    }.items():
        monkeypatch.setenv(name, value)
    made = World()
    monkeypatch.setattr(
        BaseClient,
        "_make_api_call",
        lambda *call: made.services(*call),  # noqa: PLW0108 - it becomes a method
    )
    made.injector = install(monkeypatch)
    # The package knows the clock since it was imported.
    collect = functools.partial(index.collect, wait=made.injector.sleep)
    monkeypatch.setattr(index, "collect", collect)
    return made


def told(world: World, case: Case, manifest: Answer) -> str | None:
    """Give what a package that was made hides; its manifest and its message have to say the same."""
    missing = [each for each in manifest["items"] if each["missing"]]
    if manifest["complete"] != (not missing):
        return "the manifest contradicts itself"
    for each in missing:
        # The sums lack because the findings do, which say why.
        follows = each["path"] == "security-hub/summary.json" and len(missing) > 1
        if not each["error"] or (case.fault.code not in each["error"] and not follows):
            return f"did not say why: {each}"
    if bool(missing) != bool(world.services.messages):
        return f"lacks {missing} and told {world.services.messages}"
    return None


@pytest.mark.parametrize(
    "cases",
    [sweep.sample, pytest.param(sweep.exhaustive, marks=pytest.mark.nightly)],
    ids=["sample", "all"],
)
def test_what_fails_is_told_and_the_next_visit_makes_up_for_it(
    world: World, cases: Callable[..., Iterator[Case]]
) -> None:
    assert world.visit()["complete"]
    assert world.services.messages == []
    calls, parts = list(world.injector.calls), len(world.services.objects)

    def attempt(case: Case) -> str | None:
        world.anew()
        world.injector.fail(case.call.number, case.fault)
        try:
            world.visit()
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - each is a finding
            silent = case.call.operation in {"Publish", "PutMetricData"}
            if case.fault.code not in str(error):
                return f"did not say why: {error}"
            if not silent and not any("No evidence" in each for each in world.services.messages):
                return f"nobody was told of {error}"
        else:
            ((_, manifest),) = world.services.manifests().items()
            said = told(world, case, manifest)
            if said or len(world.services.metrics) != 1:
                return said or "the metric does not say that there is a package"
        world.injector.heal()
        metered = len(world.services.metrics)
        world.visit()
        made = world.services.manifests()
        if len(made) != 1 or len(world.services.metrics) != metered + 1:
            return f"packages {sorted(made)}, metrics {world.services.metrics}"
        ((place, manifest),) = made.items()
        folder = place.removesuffix("manifest.json")
        kept = {key for key in world.services.objects if key.startswith(folder)}
        named = {f"{folder}{each['path']}" for each in manifest["items"] if each["sha256"]}
        if not FOLDER.fullmatch(folder) or kept != named | {place}:
            return f"the manifest names {named} of {kept}"
        return None if len(kept) == parts or not manifest["complete"] else f"{len(kept)} parts"

    assert sweep.survivors(cases(calls, EVERY), attempt) == []


def test_a_package_that_somebody_was_not_told_of_is_no_second_package(world: World) -> None:
    """The manifest is written before the message; its loss is an error of the visit, not of the period."""
    world.injector.fail("GetFindings", DENIED)
    world.injector.fail("Publish", DENIED, times=FOREVER)
    with pytest.raises(Exception, match=DENIED.code):
        world.visit()
    (manifest,) = world.services.manifests().values()
    assert not manifest["complete"]
    world.injector.heal()
    assert world.visit()["state"] == "kept"


def test_a_storm_is_waited_out_and_no_part_stands_twice(world: World) -> None:
    world.injector.fail("DescribeAggregateComplianceByConfigRules", THROTTLED, times=3)
    found = world.visit()
    assert found["complete"]
    assert world.injector.slept == [5, 20, 60]
    (manifest,) = world.services.manifests().values()
    paths = [each["path"] for each in manifest["items"]]
    assert sorted(set(paths)) == sorted(paths)


def test_a_storm_that_lasts_ends_before_the_function_does(world: World) -> None:
    """The time for the manifest and the message is kept free."""
    world.injector.limit_seconds = 300
    world.injector.fail(lambda call: call.service == "config", THROTTLED, times=FOREVER)
    found = world.visit()
    assert not found["complete"]
    assert world.injector.remaining() > 0
    (message,) = world.services.messages
    assert THROTTLED.code in message
    assert "time was up" in message


def test_a_source_that_answers_strangely_hides_no_other(world: World) -> None:
    whole = None
    for strange in ({"Name": "row"}, *STRANGE):
        world.anew()
        world.services.report = strange
        world.visit()
        (manifest,) = world.services.manifests().values()
        sources = {each["source"] for each in manifest["items"]}
        whole = whole or sources
        assert sources == whole, strange
        assert any(each["sha256"] for each in manifest["items"]), strange


def test_a_visit_that_ended_before_or_after_the_package_makes_no_second_one(world: World) -> None:
    world.injector.fail("ListObjectsV2", UNANSWERED)
    with pytest.raises(Exception, match=r"timed out|Read timeout"):
        world.visit()
    assert world.services.manifests() == {}
    world.injector.fail(lambda call: call.operation == "PutMetricData", KILLED_AFTER)
    with pytest.raises(Killed):
        world.visit()
    world.injector.heal()
    assert world.visit()["state"] == "kept"
    assert len(world.services.manifests()) == 1
