"""Security Hub in the stacks: what stands where, with each choice on and off."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from baseline.config import Configuration, load
from baseline.config.document import read
from stacks.security import SecurityStack
from stacks.wiring import Wiring
from tests.composed import Composed, composed, switched_off

ROOT = Path(__file__).parents[3]
VALUE = read((ROOT / "baseline.yaml").read_text(encoding="utf-8")).value
REGIONAL = "security-regional-eu-central-1"
RULE, INSIGHT = "AWS::SecurityHub::AutomationRule", "AWS::SecurityHub::Insight"
PRODUCT = "AWS::SecurityHub::ProductSubscription"


def configured(hub: dict[str, Any]) -> Configuration:
    value: Any = copy.deepcopy(VALUE)
    value.setdefault("capabilities", {})["security_hub"] = hub
    if hub.get("enabled") is False:
        value["capabilities"]["trusted_advisor"] = {"enabled": False}
    return Configuration.model_validate(value)


def _security(wiring: Wiring) -> SecurityStack:
    return SecurityStack(
        wiring.app,
        "security",
        configuration=wiring.configuration,
        names=wiring.names,
        env=wiring.env(wiring.names.security),
    )


def made(app: Composed, stack: str, kind: str) -> list[dict[str, Any]]:
    resources = app.template(stack)["Resources"].values()
    return [each["Properties"] for each in resources if each["Type"] == kind]


@pytest.fixture(scope="module")
def everything() -> Composed:
    return composed(load(ROOT / "examples/configurations/security-hub.yaml"))


@pytest.fixture(scope="module")
def example() -> Composed:
    return composed(load(ROOT / "baseline.yaml"))


def test_every_governed_region_has_the_same_rules(everything: Composed) -> None:
    home = made(everything, "security", RULE)
    assert home == made(everything, REGIONAL, RULE)
    assert {each["RuleName"] for each in home} == {
        "secbase-accepted-public-website",
        "secbase-accepted-public-website-over",
        "secbase-raised-distributions-medium",
        "secbase-raised-internet-facing-high",
        "secbase-raised-internet-facing-medium",
        "secbase-raised-production-high",
        "secbase-raised-production-medium",
        "secbase-owner-payments",
    }


def test_production_is_the_accounts_of_its_units(everything: Composed) -> None:
    rules = {each["RuleName"]: each for each in made(everything, "security", RULE)}
    accounts = rules["secbase-raised-production-high"]["Criteria"]["AwsAccountId"]
    assert [each["Value"] for each in accounts] == ["555555555555", "666666666666"]


def test_by_default_internet_facing_resources_count_more_and_nothing_is_hidden(
    example: Composed,
) -> None:
    rules = made(example, "security", RULE)
    assert {each["RuleName"] for each in rules} == {
        "secbase-raised-internet-facing-high",
        "secbase-raised-internet-facing-medium",
    }
    tag = {"Comparison": "EQUALS", "Key": "Exposure", "Value": "internet"}
    assert [each["Criteria"]["ResourceTags"] for each in rules] == [[tag]] * 2


def test_views_stand_in_the_home_region_only(everything: Composed) -> None:
    assert made(everything, "security", INSIGHT)
    assert made(everything, REGIONAL, INSIGHT) == []


def test_a_product_is_taken_in_where_it_is_named(everything: Composed) -> None:
    (product,) = made(everything, "security", PRODUCT)
    assert product["ProductArn"].endswith(":eu-west-1::product/crowdstrike/crowdstrike-falcon")
    assert made(everything, REGIONAL, PRODUCT) == []


def test_each_class_has_its_policy(everything: Composed) -> None:
    policies = {
        each["Name"]: each["ConfigurationPolicy"]["SecurityHub"]
        for each in made(everything, "security", "AWS::SecurityHub::ConfigurationPolicy")
    }
    standards = {
        name: [each.rpartition("standards/")[2] for each in row["EnabledStandardIdentifiers"]]
        for name, row in policies.items()
    }
    assert set(standards) == {
        "secbase-organization",
        "secbase-core",
        "secbase-workload",
        "secbase-sandbox",
    }
    assert "pci-dss/v/4.0.1" in standards["secbase-workload"]
    assert "pci-dss/v/4.0.1" not in standards["secbase-organization"]
    assert len(standards["secbase-sandbox"]) == 2
    sandbox = policies["secbase-sandbox"]["SecurityControlsConfiguration"]
    assert sandbox["DisabledSecurityControlIdentifiers"] == ["DynamoDB.2", "EC2.10", "RDS.5"]
    core = policies["secbase-core"]["SecurityControlsConfiguration"]
    assert core["DisabledSecurityControlIdentifiers"] == ["EC2.10"]
    associations = made(everything, "security", "AWS::SecurityHub::PolicyAssociation")
    assert len(associations) == 5  # the root, and the four units at the top


def test_both_choices_are_stacks_after_what_they_need(
    everything: Composed, example: Composed
) -> None:
    for name in ("finding-archive", "unified-security-hub"):
        stack = everything.stacks[name]
        assert (stack.account, stack.region) == ("333333333333", "eu-west-1")
        needed = {each.node.id for each in stack.dependencies}
        assert {"log-archive", "security"} <= needed
        assert name in {each.node.id for each in everything.stacks["guardrails"].dependencies}
        assert name not in example.stacks


def test_auditors_may_read_the_kept_findings(everything: Composed, example: Composed) -> None:
    bucket = "secbase-findings-222222222222-eu-west-1"
    assert bucket in str(everything.template("security"))
    assert bucket not in str(example.template("security"))


def test_an_account_without_an_id_is_named_in_a_warning() -> None:
    app = Composed(configured({"raised": {"sandbox": {"units": ["Sandbox"]}}}), _security)
    warnings = Annotations.from_stack(app.stacks["security"]).find_warning(
        "*", Match.string_like_regexp("findings of sandbox-platform are not raised: write the id")
    )
    assert len(warnings) == 1
    assert made(app, "security", RULE) == []


def test_security_hub_off_has_none_of_it_and_the_services_speak_for_themselves(
    example: Composed,
) -> None:
    app = composed(switched_off())
    for stack in ("security", REGIONAL):
        assert made_types(app.stacks[stack]) == []
    heard = rules_of(app.stacks["security"])
    assert heard - rules_of(example.stacks["security"]) >= {
        "Critical messages from Inspector",
        "High messages from AccessAnalyzer",
        "High messages from Inspector",
        "High messages from Macie",
    }


def made_types(stack: cdk.Stack) -> list[str]:
    resources = Template.from_stack(stack).to_json()["Resources"].values()
    return sorted({each["Type"] for each in resources if "SecurityHub" in each["Type"]})


def rules_of(stack: cdk.Stack) -> set[str]:
    resources = Template.from_stack(stack).to_json()["Resources"].values()
    rules = [each for each in resources if each["Type"] == "AWS::Events::Rule"]
    return {
        f"{each['Properties']['Description']}".replace("Findings", "").replace("  ", " ")
        for each in rules
    }
