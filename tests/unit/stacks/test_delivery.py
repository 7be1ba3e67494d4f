"""The stack that delivers the baseline itself: off by default, in shared services, through the bootstrap."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.config import Configuration
from baseline.guardrails.composition import compose as guardrails_of
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.placement import levels_of
from stacks.delivery import COMMANDS
from tests.composed import chosen_together, composed
from tests.contract.policy_lint import loose
from tests.contract.test_own_roles import requests
from tests.support import ROOT
from tests.unit.delivery.pipeline.conftest import rendered, stages

SHARED_SERVICES = "999999999999"
CORE = ("111111111111", "222222222222", "333333333333", "444444444444", "999999999999")


@pytest.fixture(scope="module")
def example() -> Configuration:
    return chosen_together()


@pytest.fixture(scope="module")
def template(example: Configuration) -> dict[str, Any]:
    return composed(example).template("delivery")


def found(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [
        rendered(row["Properties"]) for row in template["Resources"].values() if row["Type"] == kind
    ]


def test_there_is_no_stack_by_default(configuration: Configuration) -> None:
    assert configuration.delivery is None
    assert "delivery" not in composed(configuration).stacks


def test_it_stands_in_shared_services_between_detection_and_guardrails(
    example: Configuration,
) -> None:
    stacks = composed(example).stacks
    assert stacks["delivery"].account == SHARED_SERVICES
    assert {"organization", "security"} <= {
        each.node.id for each in stacks["delivery"].dependencies
    }
    assert "delivery" in {each.node.id for each in stacks["guardrails"].dependencies}


def test_it_deploys_every_core_account_through_the_bootstrap_only(
    template: dict[str, Any],
) -> None:
    rows = [
        row
        for policy in found(template, "AWS::IAM::ManagedPolicy")
        for row in policy["PolicyDocument"]["Statement"]
        if row["Action"] == "sts:AssumeRole"
    ]
    (row,) = rows
    assert row["Resource"] == [
        f"arn:aws:iam::{account}:role/cdk-secbase-{kind}-role-{account}-*"
        for account in CORE
        for kind in ("deploy", "file-publishing", "image-publishing", "lookup")
    ]
    assert row["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}


def test_what_is_merged_is_approved_before_it_is_deployed(template: dict[str, Any]) -> None:
    pipelines = {row["Name"]: row for row in found(template, "AWS::CodePipeline::Pipeline")}
    assert list(stages(pipelines["secbase-delivery-releases"])) == [
        "Source",
        "Checks",
        "Build",
        "Sign",
        "Approval",
        "Production",
    ]
    assert list(stages(pipelines["secbase-delivery-changes"])) == [
        "Source",
        "Checks",
        "Build",
        "Comment",
    ]
    (trigger,) = pipelines["secbase-delivery-releases"]["Triggers"]
    assert trigger["GitConfiguration"]["Push"] == [
        {"Branches": {"Includes": ["main", "release/*"]}}
    ]


def test_its_commands_are_those_of_this_repository() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\nsetup:" in makefile
    for path in COMMANDS.release:
        assert path == "cdk.out" or (ROOT / path).is_file()
    assert json.loads((ROOT / "cdk.json").read_text())["output"] == "cdk.out"


def test_service_principals_are_bound_to_a_source(template: dict[str, Any]) -> None:
    assert loose({"delivery": template}) == []


def test_it_is_small(template: dict[str, Any]) -> None:
    assert len(template["Resources"]) < 100
    assert len(json.dumps(template)) < 200_000


def test_no_guardrail_stops_the_pipeline(example: Configuration, template: dict[str, Any]) -> None:
    levels = levels_of(guardrails_of(example))
    organization = Organization(
        id=example.organization.id,
        management_account=example.accounts.management.id,
        accounts={SHARED_SERVICES: levels["Infrastructure"]},
    )
    asked = [request for _, request in requests("delivery", template, SHARED_SERVICES)]
    assert asked
    stopped = [
        (each.action, each.resource) for each in asked if not organization.evaluate(each).allowed
    ]
    assert stopped == []
