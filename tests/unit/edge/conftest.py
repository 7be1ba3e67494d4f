"""What the tests of the edge share: stacks by Region, and the resources of a template by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

Properties = dict[str, Any]
OfType = Callable[[cdk.Stack, str], list[Properties]]


@pytest.fixture
def global_stack(app: cdk.App) -> cdk.Stack:
    """An empty stack where web ACLs of CloudFront have to be."""
    environment = cdk.Environment(account="333333333333", region="us-east-1")
    return cdk.Stack(app, "Global", env=environment)


@pytest.fixture
def of_type() -> OfType:
    """Give the properties of each resource of a type."""

    def run(stack: cdk.Stack, kind: str) -> list[Properties]:
        resources = Template.from_stack(stack).to_json().get("Resources", {})
        return [each.get("Properties", {}) for each in resources.values() if each["Type"] == kind]

    return run
