"""The lookup functions find what is there, change only what differs, and answer every time."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import boto3
import pytest
from botocore.stub import Stubber

INDEX = Path(__file__).resolve().parents[3] / "baseline/network/handlers/network_lookup/index.py"
_spec = importlib.util.spec_from_file_location("network_lookup_index", INDEX)
assert _spec is not None
assert _spec.loader is not None
index: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(index)

VPC = "vpc-0123456789abcdef0"
FIREWALL = "arn:aws:network-firewall:eu-west-1:111111111111:firewall/f"
LISTS = [
    {
        "Id": "rslvr-fdl-1",
        "Name": "Aggregate",
        "ManagedOwnerName": "Route 53 Resolver DNS Firewall",
    },
    {
        "Id": "rslvr-fdl-2",
        "Name": "GuardDuty",
        "ManagedOwnerName": "Route 53 Resolver DNS Firewall",
    },
    {"Id": "rslvr-fdl-own", "Name": "Aggregate"},
]
PROPERTIES = {"VpcId": VPC, "FailOpen": "DISABLED", "Lists": ["Aggregate", "GuardDuty"]}


@pytest.fixture
def resolver() -> Iterator[Stubber]:
    with Stubber(boto3.client("route53resolver", region_name="eu-west-1")) as stub:
        yield stub


def lists(stub: Stubber) -> None:
    stub.add_response(
        "list_firewall_domain_lists",
        {"FirewallDomainLists": LISTS[:1], "NextToken": "next-page-token"},
    )
    stub.add_response(
        "list_firewall_domain_lists",
        {"FirewallDomainLists": LISTS[1:]},
        {"NextToken": "next-page-token"},
    )


def test_lists_are_found_over_all_pages_and_own_ones_are_not_mistaken(resolver: Stubber) -> None:
    lists(resolver)
    resolver.add_response(
        "get_firewall_config",
        {"FirewallConfig": {"ResourceId": VPC, "FirewallFailOpen": "DISABLED"}},
        {"ResourceId": VPC},
    )
    assert index.prepare(resolver.client, PROPERTIES) == {
        "Aggregate": "rslvr-fdl-1",
        "GuardDuty": "rslvr-fdl-2",
    }
    resolver.assert_no_pending_responses()


def test_another_failure_mode_is_changed(resolver: Stubber) -> None:
    lists(resolver)
    resolver.add_response(
        "get_firewall_config", {"FirewallConfig": {"FirewallFailOpen": "ENABLED"}}
    )
    resolver.add_response(
        "update_firewall_config",
        {"FirewallConfig": {"FirewallFailOpen": "DISABLED"}},
        {"ResourceId": VPC, "FirewallFailOpen": "DISABLED"},
    )
    index.prepare(resolver.client, PROPERTIES)
    resolver.assert_no_pending_responses()


def test_a_list_that_the_region_has_not_is_named(resolver: Stubber) -> None:
    lists(resolver)
    with pytest.raises(LookupError, match="no managed domain list Malware"):
        index.prepare(resolver.client, {**PROPERTIES, "Lists": ["Aggregate", "Malware"]})


def firewall(*, second: str) -> dict[str, Any]:
    def zone(subnet: str, endpoint: str, status: str) -> dict[str, Any]:
        return {"Attachment": {"SubnetId": subnet, "EndpointId": endpoint, "Status": status}}

    return {
        "FirewallStatus": {
            "Status": "READY",
            "ConfigurationSyncStateSummary": "IN_SYNC",
            "SyncStates": {
                "eu-west-1b": zone("subnet-2", "vpce-2", second),
                "eu-west-1a": zone("subnet-1", "vpce-1", "READY"),
            },
        }
    }


def test_endpoints_come_in_the_order_of_the_subnets() -> None:
    with Stubber(boto3.client("network-firewall", region_name="eu-west-1")) as stub:
        stub.add_response("describe_firewall", firewall(second="READY"), {"FirewallArn": FIREWALL})
        found = index.endpoints(
            stub.client, {"FirewallArn": FIREWALL, "SubnetIds": ["subnet-1", "subnet-2"]}
        )
    assert found == {"Endpoint1": "vpce-1", "Endpoint2": "vpce-2"}


def test_an_endpoint_that_is_not_ready_is_an_error() -> None:
    with Stubber(boto3.client("network-firewall", region_name="eu-west-1")) as stub:
        stub.add_response("describe_firewall", firewall(second="CREATING"))
        with pytest.raises(LookupError, match="no endpoint that is ready in subnet-2"):
            index.endpoints(
                stub.client, {"FirewallArn": FIREWALL, "SubnetIds": ["subnet-1", "subnet-2"]}
            )


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    class Response:
        status = 200

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    def urlopen(request: Any, timeout: int) -> Response:
        assert timeout <= 30
        assert request.get_method() == "PUT"
        sent.append(json.loads(request.data))
        return Response()

    monkeypatch.setattr(index.urllib.request, "urlopen", urlopen)
    return sent


def event(request: str) -> dict[str, Any]:
    return {
        "RequestType": request,
        "ResponseURL": "https://example.com/answer",
        "StackId": "arn:aws:cloudformation:eu-west-1:111111111111:stack/network/1",
        "RequestId": "1",
        "LogicalResourceId": "Lists",
        "ResourceProperties": {**PROPERTIES, "FirewallArn": FIREWALL, "SubnetIds": []},
    }


@pytest.mark.parametrize("entry", ["dns_firewall", "firewall_endpoints"])
def test_delete_calls_nothing(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]], entry: str
) -> None:
    monkeypatch.setattr(index, "prepare", None)
    monkeypatch.setattr(index, "endpoints", None)
    getattr(index, entry)({**event("Delete"), "PhysicalResourceId": "before"}, None)
    assert [(each["Status"], each["PhysicalResourceId"]) for each in answers] == [
        ("SUCCESS", "before")
    ]


@pytest.mark.parametrize(
    ("entry", "name"), [("dns_firewall", "prepare"), ("firewall_endpoints", "endpoints")]
)
def test_an_error_is_answered_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]], entry: str, name: str
) -> None:
    def fail(*_: object) -> None:
        raise LookupError("not there" * 1_000)

    monkeypatch.setattr(index, name, fail)
    getattr(index, entry)(event("Create"), None)
    (answer,) = answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("not there")
    assert len(json.dumps(answer)) < 4_096


def test_the_answer_keeps_its_id(
    monkeypatch: pytest.MonkeyPatch, answers: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr(index, "prepare", lambda *_: {"Aggregate": "rslvr-fdl-1"})
    index.dns_firewall(event("Create"), None)
    index.dns_firewall({**event("Update"), "PhysicalResourceId": "Lists"}, None)
    assert [each["PhysicalResourceId"] for each in answers] == ["Lists", "Lists"]
    assert answers[0]["Data"] == {"Aggregate": "rslvr-fdl-1"}
