"""Fixtures of the detection tests: names of the example and templates of single constructs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names

Resources = dict[str, dict[str, Any]]


@pytest.fixture
def names() -> Names:
    return Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management="111111111111",
        log_archive="222222222222",
        security="333333333333",
        network="444444444444",
        shared_services="999999999999",
    )


@pytest.fixture
def of_type() -> Callable[[cdk.Stack, str], list[dict[str, Any]]]:
    """Give the resources of a type in a stack, in template order."""

    def find(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
        resources: Resources = assertions.Template.from_stack(stack).to_json()["Resources"]
        return [resource for resource in resources.values() if resource["Type"] == kind]

    return find
