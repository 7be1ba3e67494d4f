"""What the tests of the primitives share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

Resources = dict[str, Any]
Of = Callable[[str], list[Resources]]


@pytest.fixture
def of(stack: cdk.Stack) -> Of:
    """Synthesize the stack once and give the resources of a type, whole."""
    templates: list[dict[str, Any]] = []

    def run(kind: str) -> list[Resources]:
        if not templates:
            templates.append(dict(Template.from_stack(stack).to_json()))
        return [row for row in templates[0]["Resources"].values() if row["Type"] == kind]

    return run
