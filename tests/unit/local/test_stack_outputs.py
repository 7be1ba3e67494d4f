"""A template reads an output in the Region that it names, as on AWS; and rules keep their prefix lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from baseline.local import emulators
from baseline.local.prefix_lists import with_prefix_lists
from baseline.local.stack_outputs import with_regions

ACCOUNT, HOME, EDGE = "555555555555", "eu-west-1", "us-east-1"
STACK = {"Outputs": [{"OutputKey": "LoadBalancer", "OutputValue": "arn:home"}]}
NOTHING: tuple[dict[str, Any], ...] = ({}, {"Name": {"Value": "orders-web"}}, {}, {})


@pytest.fixture
def resolve() -> Iterator[Any]:
    """The engine's function in us-east-1, with a stack in eu-west-1."""
    engine = emulators.module("ministack.services.cloudformation.engine")
    original = getattr(engine._resolve_refs, "__wrapped__", engine._resolve_refs)
    stacks = emulators.ministack("cloudformation")._stacks
    scope = emulators.module("ministack.core.responses").request_scope
    stacks.set_scoped(ACCOUNT, HOME, "orders-web", STACK)
    with scope(ACCOUNT, EDGE):
        yield lambda value, change=with_regions: change(original)(value, *NOTHING, "s", "id")
    stacks.pop_scoped(ACCOUNT, HOME, "orders-web", None)


def asked(**changes: Any) -> dict[str, Any]:
    read = {"StackName": "orders-web", "OutputName": "LoadBalancer", "Region": HOME, **changes}
    return {"Fn::GetStackOutput": {key: value for key, value in read.items() if value}}


def test_an_output_of_another_region_is_read(resolve: Any) -> None:
    assert resolve(asked()) == "arn:home"


def test_the_name_may_be_a_parameter(resolve: Any) -> None:
    assert resolve(asked(StackName={"Ref": "Name"})) == "arn:home"


@pytest.mark.parametrize("changes", [{"Region": EDGE}, {"OutputName": "X"}, {"StackName": "x"}])
def test_what_is_not_there_fails(resolve: Any, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no output"):
        resolve(asked(**changes))


def test_without_a_region_the_engine_looks_at_home(resolve: Any) -> None:
    with pytest.raises(ValueError, match="not found in stack"):
        resolve(asked(Region=None))


def test_without_it_the_region_would_be_ignored(resolve: Any) -> None:
    with pytest.raises(ValueError, match="not found in stack"):
        resolve(asked(), change=lambda original: original)


def test_other_values_are_left_to_the_engine(resolve: Any) -> None:
    assert resolve({"Ref": "Name"}) == "orders-web"
    assert resolve("text") == "text"


def test_rules_keep_their_prefix_lists() -> None:
    module = emulators.ministack("ec2")
    original = getattr(module._parse_ip_permissions, "__wrapped__", module._parse_ip_permissions)
    params = {
        "IpPermissions.1.IpProtocol": ["tcp"],
        "IpPermissions.1.PrefixListIds.1.PrefixListId": ["pl-1"],
        "IpPermissions.1.PrefixListIds.1.Description": ["CloudFront"],
        "IpPermissions.1.PrefixListIds.2.PrefixListId": ["pl-2"],
    }
    (plain,) = original(params, "IpPermissions")
    assert plain["PrefixListIds"] == [], "ministack reads them itself: the wrapper can go"
    (rule,) = with_prefix_lists(original, module._p)(params, "IpPermissions")
    assert rule["PrefixListIds"] == [
        {"PrefixListId": "pl-1", "Description": "CloudFront"},
        {"PrefixListId": "pl-2"},
    ]
