"""Which rules an organization gets, when, and who hears of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from ruamel.yaml import YAML

from baseline.config import Configuration, load
from stacks.composition import compose
from stacks.rules import rules_of

PACK = "AWS::Config::OrganizationConformancePack"
OFF = "security_hub: {enabled: false}"


def example(tmp_path: Path, capabilities: str) -> Configuration:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    path = tmp_path / "baseline.yaml"
    path.write_text(f"{text}\ncapabilities: {{{capabilities}}}\n", encoding="utf-8")
    return load(path)


def composed(tmp_path: Path, app: cdk.App, capabilities: str = "") -> dict[str, cdk.Stack]:
    compose(app, example(tmp_path, capabilities))
    return {each.node.id: each for each in app.node.children if isinstance(each, cdk.Stack)}


def pack(stack: cdk.Stack) -> tuple[dict[str, Any], list[str]]:
    (found,) = Template.from_stack(stack).find_resources(PACK).values()
    rules = YAML(typ="safe").load(found["Properties"]["TemplateBody"])["Resources"].values()
    return found["Properties"], [each["Properties"]["ConfigRuleName"] for each in rules]


def descriptions(stack: cdk.Stack) -> list[str]:
    rules = Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    return [each["Properties"]["Description"] for each in rules]


def test_rules_come_after_the_recorders_in_the_security_account(
    tmp_path: Path, app: cdk.App
) -> None:
    stacks = composed(tmp_path, app)
    rules = stacks["rules"]
    assert (rules.account, rules.region) == ("333333333333", "eu-west-1")
    before = {each.node.id for each in rules.dependencies}
    assert {"members", "members-management-regional-eu-west-1"} <= before
    # Guardrails can stop everything before them.
    assert {"rules", "billing"} <= {each.node.id for each in stacks["guardrails"].dependencies}
    assert pack(rules)[1] == ["secbase-iam-user-mfa-enabled"]


def test_security_hub_tells_of_rules_where_it_is_on(tmp_path: Path, app: cdk.App) -> None:
    stacks = composed(tmp_path, app)
    for name in ("security", "members-management-regional-eu-west-1"):
        assert not [each for each in descriptions(stacks[name]) if "ompliance" in each]


def test_iam_4_iam_6_iam_9_are_watched_and_told_without_security_hub(
    tmp_path: Path, app: cdk.App
) -> None:
    stacks = composed(tmp_path, app, OFF)
    _, names = pack(stacks["rules"])
    roots = {
        "secbase-root-account-mfa-enabled",
        "secbase-root-account-hardware-mfa-enabled",
        "secbase-iam-root-access-key-check",
    }
    assert roots <= set(names)
    assert "Noncompliance to the security account" in descriptions(
        stacks["members-management-regional-eu-west-1"]
    )
    rules = Template.from_stack(stacks["security"]).find_resources("AWS::Events::Rule").values()
    heard = {
        each["Properties"]["Description"]: {
            prefix["prefix"]
            for prefix in each["Properties"]["EventPattern"]["detail"]["configRuleName"]
        }
        for each in rules
        if "Compliance" in each["Properties"]["Description"]
    }
    assert heard["CriticalFindings messages from Compliance"] == roots
    assert heard["HighFindings messages from Compliance"] == set(names) - roots


@pytest.mark.parametrize(
    ("capabilities", "number"),
    [
        ("", 1),
        ("config: {root_and_iam_rules: all}", 11),
        ("config: {root_and_iam_rules: none}", 0),
        ("security_hub: {standards: [fsbp, cis-5.0, nist-800-53-r5]}", 0),
        (OFF, 11),
        ("security_hub: {enabled: false}, config: {enabled: false}", 0),
    ],
)
def test_only_what_is_missing_unless_asked_otherwise(
    tmp_path: Path, capabilities: str, number: int
) -> None:
    assert len(rules_of(example(tmp_path, capabilities))) == number


def test_iam_3_iam_22_stricter_periods_of_the_configuration_are_rules_of_their_own(
    tmp_path: Path,
) -> None:
    configuration = example(tmp_path, "")
    keys = configuration.credentials.access_keys.model_copy(
        update={"rotate_after_days": 60, "unused_after_days": 30}
    )
    credentials = configuration.credentials.model_copy(update={"access_keys": keys})
    rules = rules_of(configuration.model_copy(update={"credentials": credentials}))
    assert {rule.name: dict(rule.parameters) for rule in rules} == {
        "iam-user-mfa-enabled": {},
        "access-keys-rotated": {"maxAccessKeyAge": "60"},
        "iam-user-unused-credentials-check": {"maxCredentialUsageAge": "30"},
    }


def test_without_a_missing_rule_there_is_no_stack(tmp_path: Path, app: cdk.App) -> None:
    assert "rules" not in composed(tmp_path, app, "config: {root_and_iam_rules: none}")


def test_accounts_without_a_recorder_are_left_out_by_id(tmp_path: Path, app: cdk.App) -> None:
    stacks = composed(tmp_path, app, 'config: {excluded_accounts: ["555555555555"]}')
    assert pack(stacks["rules"])[0]["ExcludedAccounts"] == ["555555555555"]
