"""The lookups that Security Hub needs, against moto and a stub of what moto has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import assertions
from moto import mock_aws

from baseline.detection.hub_lookups import MOST_UNITS, UnifiedHubLookup, UnitLookup
from baseline.errors import BaselineError
from tests.handlers import load_handler

index = load_handler("baseline/detection/handlers/service_lookup")


@pytest.fixture
def tree() -> Iterator[tuple[Any, str, dict[str, str]]]:
    """An organization with more units than a page has."""
    with mock_aws():
        organizations = boto3.client("organizations", region_name="us-east-1")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        ids: dict[str, str] = {}
        for path in ("Workloads", "Workloads/Production", "Sandbox", "Production"):
            parent, _, name = path.rpartition("/")
            unit = organizations.create_organizational_unit(
                ParentId=ids[parent] if parent else root, Name=name
            )
            ids[path] = unit["OrganizationalUnit"]["Id"]
        yield organizations, root, ids


def test_units_are_found_by_their_path(tree: tuple[Any, str, dict[str, str]]) -> None:
    organizations, root, ids = tree
    paths = ["Workloads/Production", "Production", "Sandbox"]
    found = index.find_units(organizations, root, paths)
    assert found == {f"Unit{number}": ids[path] for number, path in enumerate(paths)}


@pytest.mark.parametrize("path", ["Missing", "Workloads/Missing", "production"])
def test_a_unit_that_does_not_exist_is_an_error(
    tree: tuple[Any, str, dict[str, str]], path: str
) -> None:
    organizations, root, _ = tree
    with pytest.raises(LookupError, match=f"the organization has no unit {path}: "):
        index.find_units(organizations, root, [path])


class StubUnified:
    """The new Security Hub; moto has none of it."""

    class exceptions:  # noqa: N801 - boto3's own name
        class ResourceNotFoundException(Exception):  # noqa: N818 - as above
            pass

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.calls: list[str] = []

    def describe_security_hub_v2(self) -> dict[str, str]:
        if not self.enabled:
            raise self.exceptions.ResourceNotFoundException
        return {"HubV2Arn": "arn:old"}

    def enable_security_hub_v2(self) -> dict[str, str]:
        self.calls.append("enable")
        return {"HubV2Arn": "arn:new"}


@pytest.mark.parametrize(
    ("enabled", "arn", "calls"), [(True, "arn:old", []), (False, "arn:new", ["enable"])]
)
def test_the_new_hub_is_found_or_enabled(enabled: bool, arn: str, calls: list[str]) -> None:
    stub = StubUnified(enabled=enabled)
    assert index.find_unified_hub(stub) == {"HubArn": arn}
    assert stub.calls == calls


def lookup(stack: cdk.Stack, paths: list[str]) -> UnitLookup:
    return UnitLookup(
        stack,
        "Units",
        organization_id="o-exampleorgid",
        root_id="r-exam",
        management_account="111111111111",
        paths=paths,
    )


def statements(stack: cdk.Stack) -> dict[str, dict[str, Any]]:
    template = assertions.Template.from_stack(stack)
    (policy,) = template.find_resources("AWS::IAM::ManagedPolicy").values()
    return {each["Sid"]: each for each in policy["Properties"]["PolicyDocument"]["Statement"]}


def test_the_function_reads_the_units_of_one_organization_and_changes_nothing(
    stack: cdk.Stack,
) -> None:
    found = lookup(stack, ["Sandbox", "Workloads/Test"])
    assert set(found.unit_ids) == {"Sandbox", "Workloads/Test"}
    statement = statements(stack)["FindUnits"]
    assert statement["Action"] == "organizations:ListOrganizationalUnitsForParent"
    written = json.dumps(statement["Resource"])
    assert ":organizations::111111111111:root/o-exampleorgid/r-exam" in written
    assert ":organizations::111111111111:ou/o-exampleorgid/*" in written


@pytest.mark.parametrize("number", [0, MOST_UNITS + 1])
def test_an_answer_has_room_for_so_many_units(stack: cdk.Stack, number: int) -> None:
    with pytest.raises(BaselineError, match=f"paths names {number} units"):
        lookup(stack, [f"Unit {each}" for each in range(number)])


def test_the_most_units_fit_into_an_answer() -> None:

    usual = {f"Unit{number}": f"ou-{'0' * 4}-{'0' * 8}" for number in range(MOST_UNITS)}
    assert len(json.dumps({"Data": usual})) < 4_096


def test_the_lookup_of_the_new_hub_enables_and_makes_its_role(stack: cdk.Stack) -> None:
    UnifiedHubLookup(stack, "Hub")
    found = statements(stack)
    assert found["FindUnifiedHub"]["Action"] == [
        "securityhub:DescribeSecurityHubV2",
        "securityhub:EnableSecurityHubV2",
    ]
    role = found["CreateServiceLinkedRole"]
    assert role["Condition"] == {
        "StringEquals": {"iam:AWSServiceName": "securityhubv2.amazonaws.com"}
    }
