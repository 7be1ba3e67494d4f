"""OpsItems, as the embedded AWS answers."""

from __future__ import annotations

import importlib
import json
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import pytest

from baseline.local import wire
from baseline.local.backends import registry, state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

importlib.import_module("baseline.local.backends.ops_items")


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))


def call(operation: str, **parameters: Any) -> dict[str, Any]:
    request = SimpleNamespace(
        account="222222222222",
        region="eu-west-1",
        service="ssm",
        operation=operation,
        parameters=parameters,
        is_root=False,
    )
    answer = registry.answer_to(cast("ApiRequest", request))
    assert answer is not None
    return answer(cast("ApiRequest", request))


def create(dedup: str = "incident-1") -> str:
    value = {"Value": json.dumps({"dedupString": dedup}), "Type": "SearchableString"}
    made = call(
        "CreateOpsItem",
        Title="A bucket",
        Description="Public",
        Source="test",
        OperationalData={"/aws/dedup": value, "first": {"Value": "1", "Type": "String"}},
    )
    return str(made["OpsItemId"])


def test_data_is_added_and_replaced() -> None:
    made = create()
    data = {
        "first": {"Value": "2", "Type": "String"},
        "second": {"Value": "3", "Type": "String"},
    }
    call("UpdateOpsItem", OpsItemId=made, OperationalData=data, Status="InProgress")
    item = call("GetOpsItem", OpsItemId=made)["OpsItem"]
    assert item["Status"] == "InProgress"
    values = {key: each["Value"] for key, each in item["OperationalData"].items()}
    assert {key: values[key] for key in ("first", "second")} == {"first": "2", "second": "3"}


def test_one_that_is_open_is_not_made_twice_and_its_id_is_said() -> None:
    made = create()
    with pytest.raises(ServiceError, match="incident-1") as error:
        create()
    body = json.dumps({"Title": "t", "Description": "d", "Source": "s"}).encode()
    headers = {
        "x-amz-target": "AmazonSSM.CreateOpsItem",
        "content-type": "application/x-amz-json-1.1",
    }
    written = wire.write(wire.read("ssm", "POST", "http://x/", headers, body), error.value)
    assert json.loads(written.body)["OpsItemId"] == made
    call("UpdateOpsItem", OpsItemId=made, Status="Resolved")
    assert create() != made


def test_they_are_listed_by_status_and_other_filters_are_refused() -> None:
    create("a")
    call("UpdateOpsItem", OpsItemId=create("b"), Status="Resolved")
    wanted = [{"Key": "Status", "Values": ["Open"], "Operator": "Equal"}]
    found = call("DescribeOpsItems", OpsItemFilters=wanted)["OpsItemSummaries"]
    assert len(found) == 1
    with pytest.raises(ServiceError, match="not emulated"):
        call("DescribeOpsItems", OpsItemFilters=[{"Key": "Priority", "Values": ["1"]}])


def test_an_unknown_one_is_an_error() -> None:
    with pytest.raises(ServiceError, match="no such OpsItem"):
        call("GetOpsItem", OpsItemId="oi-000000000000")
