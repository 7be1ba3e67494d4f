"""The security account in the other governed Regions: analyzers, Macie's data, no assets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.config import load
from tests.composed import Composed, composed, example, switched_off

REGIONAL = "security-regional-eu-central-1"
ANALYZER = "AWS::AccessAnalyzer::Analyzer"
EXPORT = "AWS::GuardDuty::PublishingDestination"
RULES = ["AWS::SecurityHub::AutomationRule"] * 2  # what is raised by default: medium and high
BODY_LIMIT = 51_200


def types(found: dict[str, Any]) -> list[str]:
    return sorted(
        resource["Properties"].get("Type", resource["Type"])
        if resource["Type"] == ANALYZER
        else resource["Type"]
        for resource in found["Resources"].values()
    )


@pytest.fixture(scope="module")
def everything() -> Composed:
    return composed(load(Path("examples/configurations/detection.yaml")))


@pytest.fixture(scope="module")
def default() -> Composed:
    return composed(example())


def test_iam_28_every_governed_region_has_an_analyzer_of_the_organization(
    default: Composed,
) -> None:
    assert types(default.template(REGIONAL)) == [EXPORT, *RULES, "ORGANIZATION"]
    home = types(default.template("security"))
    assert home.count("ORGANIZATION") == 1
    assert home.count("ORGANIZATION_UNUSED_ACCESS") == 1


def test_unused_access_is_analyzed_once_and_internal_access_where_something_is_critical(
    everything: Composed,
) -> None:
    assert types(everything.template(REGIONAL)) == [
        EXPORT,
        "AWS::Macie::AllowList",
        "AWS::Macie::CustomDataIdentifier",
        "AWS::Macie::FindingsFilter",
        *RULES,
        "ORGANIZATION",
        "ORGANIZATION_INTERNAL_ACCESS",
    ]
    home = types(everything.template("security"))
    assert home.count("ORGANIZATION_UNUSED_ACCESS") == 1
    assert "ORGANIZATION_INTERNAL_ACCESS" not in home
    assert "AWS::Macie::CustomDataIdentifier" in home


def test_a_region_without_bootstrap_needs_none(everything: Composed) -> None:
    stack = everything.stacks[REGIONAL]
    assert (stack.account, stack.region) == ("333333333333", "eu-central-1")
    text = json.dumps(everything.template(REGIONAL))
    assert len(text) < BODY_LIMIT
    assert "cdk-bootstrap" not in text
    assert "Assets" not in text


def test_it_comes_after_the_home_region_and_before_the_guardrails(default: Composed) -> None:
    assert "security" in default.waits_for(REGIONAL)
    assert REGIONAL in default.waits_for("guardrails")


def test_with_everything_off_there_is_no_stack_and_no_role(default: Composed) -> None:
    assert "TrustedAdvisor" in str(default.template("members-management"))
    off = composed(switched_off())
    # Other parts may need a stack there; analyzers do not.
    if REGIONAL in off.stacks:
        assert not [kind for kind in types(off.template(REGIONAL)) if "ORGANIZATION" in kind]
    assert not [kind for kind in types(off.template("security")) if "ORGANIZATION" in kind]
    for stack in ("members-management", "settings"):
        assert "trusted-advisor" not in str(off.template(stack))


def test_the_key_of_the_results_and_their_bucket_come_with_macie(
    everything: Composed, default: Composed
) -> None:
    bucket = "secbase-macie-222222222222-eu-west-1"
    assert bucket in str(everything.template("log-archive"))
    assert bucket not in str(default.template("log-archive"))
    assert "detection-members" in str(everything.template("settings"))
    assert "detection-members" not in str(default.template("settings"))
    assert bucket in str(everything.template("security"))  # the auditors may read it
