"""Which rules an organization gets, when, and who hears of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from ruamel.yaml import YAML

from baseline.config import Configuration, Names, load
from baseline.detection.rule_choice import repaired_rules_of, resource_rules_of, rules_of
from stacks.choices import rules
from stacks.management_member import _regional
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.rules import RulesStack, has_rules_in
from stacks.security import SecurityStack
from stacks.wiring import Wiring
from tests.composed import Composed, composed
from tests.composed import example as shown

PACK = "AWS::Config::OrganizationConformancePack"
OFF = "security_hub: {enabled: false}, trusted_advisor: {enabled: false}"


def example(tmp_path: Path, capabilities: str) -> Configuration:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    path = tmp_path / "baseline.yaml"
    path.write_text(f"{text}\ncapabilities: {{{capabilities}}}\n", encoding="utf-8")
    return load(path)


def pack(stack: cdk.Stack, name: str = "root-and-iam") -> tuple[dict[str, Any], list[str]]:
    (found,) = (
        each
        for each in Template.from_stack(stack).find_resources(PACK).values()
        if each["Properties"]["OrganizationConformancePackName"] == f"secbase-{name}"
    )
    rules = YAML(typ="safe").load(found["Properties"]["TemplateBody"])["Resources"].values()
    return found["Properties"], [each["Properties"]["ConfigRuleName"] for each in rules]


def concerned(wiring: Wiring) -> None:
    """Create what has to do with rules."""
    rules(wiring)
    _regional(wiring)
    SecurityStack(
        wiring.app,
        "security",
        configuration=wiring.configuration,
        names=wiring.names,
        env=wiring.env(wiring.names.security),
    )


def alone(tmp_path: Path, capabilities: str, region: str) -> cdk.Stack:
    """Give the rules of a Region without the rest of the organization."""
    configuration = example(tmp_path, capabilities)
    names, security = (
        Names.of(configuration),
        cdk.Environment(account="333333333333", region=region),
    )
    return RulesStack(cdk.App(), "rules", configuration=configuration, names=names, env=security)


def descriptions(stack: cdk.Stack) -> list[str]:
    rules = Template.from_stack(stack).find_resources("AWS::Events::Rule").values()
    return [each["Properties"]["Description"] for each in rules]


def test_rules_come_after_the_recorders_in_the_security_account() -> None:
    stacks = composed(shown()).stacks
    rules = stacks["rules"]
    assert (rules.account, rules.region) == ("333333333333", "eu-west-1")
    before = {each.node.id for each in rules.dependencies}
    assert {"members", "members-management-regional-eu-west-1"} <= before
    # Guardrails can stop everything before them.
    assert {"rules", "billing"} <= {each.node.id for each in stacks["guardrails"].dependencies}
    assert pack(rules)[1] == ["secbase-iam-user-mfa-enabled"]
    elsewhere = stacks["rules-eu-central-1"]
    assert (elsewhere.account, elsewhere.region) == ("333333333333", "eu-central-1")
    assert "members" in {each.node.id for each in elsewhere.dependencies}
    security = Template.from_stack(stacks["security"])
    (view,) = security.find_resources("AWS::Config::ConfigurationAggregator").values()
    regions = view["Properties"]["OrganizationAggregationSource"]["AwsRegions"]
    assert regions == ["eu-central-1", "eu-west-1"]


def test_security_hub_tells_of_rules_where_it_is_on() -> None:
    stacks = composed(shown()).stacks
    for name in ("security", "members-management-regional-eu-west-1"):
        assert not [each for each in descriptions(stacks[name]) if "ompliance" in each]


def test_iam_4_iam_6_iam_9_are_watched_and_told_without_security_hub(tmp_path: Path) -> None:
    stacks = Composed(example(tmp_path, OFF), concerned).stacks
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
    # One start of a name stands for all rules about resources of a severity: a pattern is short.
    assert heard["CriticalFindings messages from Compliance"] == roots | {"secbase-critical-"}
    people = set(names) - roots
    assert heard["HighFindings messages from Compliance"] == people | {"secbase-high-"}


@pytest.mark.parametrize(
    ("capabilities", "number"),
    [
        ("", 1),
        ("config: {root_and_iam_rules: all}", 11),
        ("config: {root_and_iam_rules: none}", 0),
        ("security_hub: {standards: [fsbp, cis-5.0, nist-800-53-r5]}", 0),
        (OFF, 11),
        (f"{OFF}, config: {{enabled: false}}", 0),
        # What a class of units does not check, the rules do.
        ("security_hub: {classes: {sandbox: {standards: []}}}", 11),
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


def test_without_a_missing_rule_there_is_no_stack(tmp_path: Path) -> None:
    none = example(tmp_path, "config: {root_and_iam_rules: none, rules: {evaluate: none}}")
    assert not any(has_rules_in(none, region) for region in none.regions)
    assert has_rules_in(example(tmp_path, ""), "eu-central-1")


def test_accounts_without_a_recorder_are_left_out_by_id(tmp_path: Path) -> None:
    stack = alone(tmp_path, 'config: {excluded_accounts: ["555555555555"]}', "eu-west-1")
    for name in ("root-and-iam", "resource-rules"):
        assert pack(stack, name)[0]["ExcludedAccounts"] == ["555555555555"]


def test_ec2_28_s3_17_sns_1_each_governed_region_has_the_rules_that_security_hub_lacks(
    tmp_path: Path,
) -> None:
    home = pack(alone(tmp_path, "", "eu-west-1"), "resource-rules")[1]
    other = pack(alone(tmp_path, "", "eu-central-1"), "resource-rules")[1]
    assert home == other
    assert {
        "secbase-medium-sns-encrypted-kms",
        "secbase-medium-s3-default-encryption-kms",
        "secbase-low-ebs-resources-protected-by-backup-plan",
    } <= set(home)
    # fsbp and cis-5.0 evaluate these.
    assert not {"secbase-high-ec2-imdsv2-check", "secbase-high-restricted-ssh"} & set(home)


def test_ec2_13_ec2_19_cloudtrail_1_all_rules_on_demand_and_about_the_account_once(
    tmp_path: Path,
) -> None:
    everything = "config: {rules: {evaluate: all}}"
    home = set(pack(alone(tmp_path, everything, "eu-west-1"), "resource-rules")[1])
    other = set(pack(alone(tmp_path, everything, "eu-central-1"), "resource-rules")[1])
    assert {"secbase-high-restricted-ssh", "secbase-critical-restricted-common-ports"} <= other
    assert home - other == {
        "secbase-high-multi-region-cloudtrail-enabled",
        "secbase-medium-s3-account-level-public-access-blocks-periodic",
    }
    assert other < home


def test_rules_of_ones_own_come_and_others_go_by_name(tmp_path: Path) -> None:
    own = (
        "cost-center: {identifier: REQUIRED_TAGS, parameters: {tag1Key: CostCenter}, severity: low}"
    )
    off = "wafv2-logging-enabled: 'Firewall Manager logs every web ACL'"
    wanted = f"config: {{rules: {{own: {{{own}}}, off: {{{off}}}}}}}"
    properties, names = pack(alone(tmp_path, wanted, "eu-central-1"), "resource-rules")
    assert "secbase-low-cost-center" in names
    assert "secbase-low-wafv2-logging-enabled" not in names
    rules = YAML(typ="safe").load(properties["TemplateBody"])["Resources"]
    assert rules["CostCenter"]["Properties"]["InputParameters"] == {"tag1Key": "CostCenter"}


@pytest.mark.parametrize("named", [[], ["subnet-auto-assign-public-ip-disabled"]])
def test_a_rule_that_repairs_stands_in_every_account_and_in_no_pack(
    tmp_path: Path, named: list[str]
) -> None:
    wanted = f"config: {{rules: {{evaluate: all, remediate: {named}}}}}"
    configuration = example(tmp_path, wanted)
    in_pack = {rule.name for rule in resource_rules_of(configuration, "eu-west-1")}
    assert ("subnet-auto-assign-public-ip-disabled" in in_pack) == (not named)
    repaired, names = repaired_rules_of(configuration), Names.of(configuration)
    assert [rule.name for rule in repaired] == named
    regional = MemberRegionalStack(cdk.App(), "regional", names=names, repaired_rules=repaired)
    repairs = Template.from_stack(regional).find_resources("AWS::Config::RemediationConfiguration")
    assert len(repairs) == len(named)
    everywhere = MemberGlobalStack(cdk.App(), "global", names=names, repaired_rules=repaired)
    roles = Template.from_stack(everywhere).find_resources("AWS::IAM::Role").values()
    has_role = "secbase-config-remediation" in {
        each["Properties"].get("RoleName") for each in roles
    }
    assert has_role == bool(named)
