"""The security account in the other governed Regions: analyzers, Macie's data, no assets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, load
from stacks.composition import compose
from tests.support import CONTEXT

REGIONAL = "security-regional-eu-central-1"
ANALYZER = "AWS::AccessAnalyzer::Analyzer"
EXPORT = "AWS::GuardDuty::PublishingDestination"
RULES = ["AWS::SecurityHub::AutomationRule"] * 2  # what is raised by default: medium and high
BODY_LIMIT = 51_200


def composed(configuration: Configuration) -> cdk.App:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    compose(app, configuration)
    return app


def template(app: cdk.App, id: str) -> dict[str, Any]:
    stack = app.node.find_child(id)
    assert isinstance(stack, cdk.Stack)
    return dict(Template.from_stack(stack).to_json())


def types(found: dict[str, Any]) -> list[str]:
    return sorted(
        resource["Properties"].get("Type", resource["Type"])
        if resource["Type"] == ANALYZER
        else resource["Type"]
        for resource in found["Resources"].values()
    )


@pytest.fixture(scope="module")
def everything() -> cdk.App:
    return composed(load(Path("examples/configurations/detection.yaml")))


@pytest.fixture(scope="module")
def example() -> cdk.App:
    return composed(load(Path("baseline.yaml")))


def test_iam_28_every_governed_region_has_an_analyzer_of_the_organization(
    example: cdk.App,
) -> None:
    assert types(template(example, REGIONAL)) == [EXPORT, *RULES, "ORGANIZATION"]
    home = types(template(example, "security"))
    assert home.count("ORGANIZATION") == 1
    assert home.count("ORGANIZATION_UNUSED_ACCESS") == 1


def test_unused_access_is_analyzed_once_and_internal_access_where_something_is_critical(
    everything: cdk.App,
) -> None:
    assert types(template(everything, REGIONAL)) == [
        EXPORT,
        "AWS::Macie::AllowList",
        "AWS::Macie::CustomDataIdentifier",
        "AWS::Macie::FindingsFilter",
        *RULES,
        "ORGANIZATION",
        "ORGANIZATION_INTERNAL_ACCESS",
    ]
    home = types(template(everything, "security"))
    assert home.count("ORGANIZATION_UNUSED_ACCESS") == 1
    assert "ORGANIZATION_INTERNAL_ACCESS" not in home
    assert "AWS::Macie::CustomDataIdentifier" in home


def test_a_region_without_bootstrap_needs_none(everything: cdk.App) -> None:
    stack = everything.node.find_child(REGIONAL)
    assert isinstance(stack, cdk.Stack)
    assert (stack.account, stack.region) == ("333333333333", "eu-central-1")
    text = json.dumps(template(everything, REGIONAL))
    assert len(text) < BODY_LIMIT
    assert "cdk-bootstrap" not in text
    assert "Assets" not in text


def test_it_comes_after_the_home_region_and_before_the_guardrails(example: cdk.App) -> None:
    stacks = {
        child.node.id: {each.node.id for each in child.dependencies}
        for child in example.node.children
        if isinstance(child, cdk.Stack)
    }
    assert "security" in stacks[REGIONAL]
    assert REGIONAL in stacks["guardrails"]


def test_with_everything_off_there_is_no_stack_and_no_role(example: cdk.App) -> None:
    assert "TrustedAdvisor" in str(template(example, "members-management"))
    data = load(Path("baseline.yaml")).model_dump(mode="json")
    data["capabilities"]["access_analyzer"] = {
        "enabled": False,
        "unused_access": {"enabled": False},
    }
    data["capabilities"]["trusted_advisor"] = {"enabled": False}
    app = composed(Configuration.model_validate(data))
    # Other parts may need a stack there; analyzers do not.
    if app.node.try_find_child(REGIONAL) is not None:
        assert not [kind for kind in types(template(app, REGIONAL)) if "ORGANIZATION" in kind]
    assert not [kind for kind in types(template(app, "security")) if "ORGANIZATION" in kind]
    for stack in ("members-management", "settings"):
        assert "trusted-advisor" not in str(template(app, stack))


def test_the_key_of_the_results_and_their_bucket_come_with_macie(
    everything: cdk.App, example: cdk.App
) -> None:
    bucket = "secbase-macie-222222222222-eu-west-1"
    assert bucket in str(template(everything, "log-archive"))
    assert bucket not in str(template(example, "log-archive"))
    assert "detection-members" in str(template(everything, "settings"))
    assert "detection-members" not in str(template(example, "settings"))
    assert bucket in str(template(everything, "security"))  # the auditors may read it
