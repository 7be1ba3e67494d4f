"""Fixtures of the patching tests: names of the example, and templates made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names
from baseline.config.patching import Patching
from stacks.member_patching import MemberPatchingStack
from tests.support import CONTEXT

Resources = dict[str, dict[str, Any]]
Made = Callable[..., Resources]

NAMES = Names(
    prefix="secbase",
    home_region="eu-west-1",
    organization_id="o-exampleorgid",
    management="111111111111",
    log_archive="222222222222",
    security="333333333333",
    network="444444444444",
    shared_services="999999999999",
)


@pytest.fixture(scope="module")
def names() -> Names:
    return NAMES


@pytest.fixture(scope="module")
def made() -> Made:
    """Give the resources of an account and Region for some settings; each made once."""
    known: dict[str, Resources] = {}

    def make(**settings: Any) -> Resources:
        chosen = Patching.model_validate(settings)
        key = chosen.model_dump_json()
        if key not in known:
            app = cdk.App(context=CONTEXT, analytics_reporting=False)
            stack = MemberPatchingStack(app, "patching", names=NAMES, settings=chosen)
            known[key] = assertions.Template.from_stack(stack).to_json()["Resources"]
        return known[key]

    return make


@pytest.fixture(scope="module")
def of_type() -> Callable[[Resources, str], list[dict[str, Any]]]:
    """Give the properties of the resources of a type."""

    def find(resources: Resources, kind: str) -> list[dict[str, Any]]:
        return [row["Properties"] for row in resources.values() if row["Type"] == kind]

    return find
