"""The table, the packs and the page agree; every row is a rule of AWS, evaluated once."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from baseline.config.config_rules import known_identifiers
from baseline.config.security_hub import Standard
from baseline.detection import conformance_pack, managed_rules
from baseline.detection.conformance_pack import MAXIMUM_BYTES, MAXIMUM_RULES, pack_template, packs
from baseline.detection.managed_rule import LATE_REGION, ManagedRule, standards_by_control
from baseline.detection.managed_rules import DATA, missing_rules, resource_rules, rule_table
from baseline.errors import BaselineError
from tests.support import ROOT

TABLE = {rule.name: rule for rule in rule_table()}


def missing(*standards: str) -> set[str]:
    rules = resource_rules(region="eu-west-1", home=True)
    return {rule.name for rule in missing_rules(rules, standards)}  # type: ignore[arg-type]


def own(number: int, *, size: int = 10) -> ManagedRule:
    return ManagedRule(
        name=f"own-{number}",
        identifier="REQUIRED_TAGS",
        topic="own",
        severity="low",
        parameters={"tag1Key": "x" * size},
    )


@pytest.mark.parametrize("rule", rule_table(), ids=lambda rule: rule.name)
def test_every_row_is_a_managed_rule_with_all_that_a_reader_needs(rule: ManagedRule) -> None:
    assert rule.identifier in known_identifiers()
    assert all(re.fullmatch(r"AWS(::[A-Za-z0-9]+){2}", kind) for kind in rule.types)
    assert rule.remedy[0].isupper()
    assert not rule.remedy.endswith(".")
    assert len(conformance_pack.description(rule)) <= conformance_pack.DESCRIPTION_LENGTH
    # AWS Config appends "-conformance-pack-" and nine characters.
    assert len(conformance_pack.rule_name(rule, "p" * 16)) <= conformance_pack.NAME_LENGTH - 28
    assert standards_by_control().keys() >= set(rule.controls)


@pytest.mark.parametrize("rule", rule_table(), ids=lambda rule: rule.name)
def test_a_pack_evaluates_what_the_control_asks(rule: ManagedRule) -> None:
    """Every control of resource-rules and of root-and-iam-rules."""
    (made,) = YAML(typ="safe").load(pack_template([rule], "secbase"))["Resources"].values()
    properties = made["Properties"]
    assert properties["Source"] == {"Owner": "AWS", "SourceIdentifier": rule.identifier}
    assert properties.get("InputParameters", {}) == dict(rule.parameters)
    assert all(control in properties["Description"] for control in rule.controls)


def test_the_cdk_knows_every_identifier_that_it_lists() -> None:
    source = json.loads(
        (ROOT / "baseline/config/data/managed_rules.json").read_text(encoding="utf-8")
    )
    assert source == sorted(set(source))
    assert set(cdk_identifiers()) <= known_identifiers()


def cdk_identifiers() -> Iterator[str]:
    spec = importlib.util.find_spec("aws_cdk")
    assert spec is not None
    assert spec.origin is not None
    text = (Path(spec.origin).parent / "aws_config/__init__.py").read_text(encoding="utf-8")
    body = text.partition("class ManagedRuleIdentifiers")[2].partition("\nclass ")[0]
    return (found[1] for found in re.finditer(r'sget\(cls, "([A-Z0-9_]+)"\)', body))


def test_ec2_13_ssh_is_evaluated_by_either_of_two_ways_to_ask() -> None:
    rule = TABLE["restricted-ssh"]
    assert rule.identifier == "INCOMING_SSH_DISABLED"
    assert rule.is_evaluated(["nist-800-53-r5"])  # EC2.13
    assert rule.is_evaluated(["cis-5.0"])  # EC2.53 and EC2.54
    assert not rule.is_evaluated(["fsbp"])
    assert "restricted-ssh" in missing("fsbp")


def test_ec2_19_common_ports_are_those_of_databases_and_ftp() -> None:
    rule = TABLE["restricted-common-ports"]
    assert rule.severity == "critical"
    assert rule.parameters == {
        "blockedPort1": "21",
        "blockedPort2": "1433",
        "blockedPort3": "3306",
        "blockedPort4": "5432",
        "blockedPort5": "9200",
    }
    assert "restricted-common-ports" in missing("cis-5.0")
    assert "restricted-common-ports" not in missing("fsbp")


def test_what_the_default_standards_lack_is_evaluated_by_default() -> None:
    assert missing("fsbp", "cis-5.0") == {
        "backup-recovery-point-manual-deletion-disabled",
        "cloudwatch-log-group-encrypted",
        "cw-loggroup-retention-period-check",
        "dynamodb-resources-protected-by-backup-plan",
        "dynamodb-table-encrypted-kms",
        "ebs-resources-protected-by-backup-plan",
        "ec2-client-vpn-not-authorize-all",
        "rds-resources-protected-by-backup-plan",
        "s3-bucket-versioning-enabled",
        "s3-default-encryption-kms",
        "secretsmanager-using-cmk",
        "sns-encrypted-kms",
        "wafv2-logging-enabled",
    }


def test_without_security_hub_everything_is() -> None:
    assert missing() == {rule.name for rule in rule_table() if rule.topic != "root-and-iam"}


def test_rules_about_the_account_belong_to_the_home_region() -> None:
    home = {rule.name for rule in resource_rules(region="eu-west-1", home=True)}
    other = {rule.name for rule in resource_rules(region="eu-west-1", home=False)}
    assert home - other == {
        "multi-region-cloudtrail-enabled",
        "s3-account-level-public-access-blocks-periodic",
    }


@pytest.mark.parametrize("region", ["eu-south-2", LATE_REGION])
def test_a_region_that_gets_rules_late_has_those_documented_for_all_regions(region: str) -> None:
    # One rule that a Region lacks fails the whole pack.
    names = {rule.name for rule in resource_rules(region=region, home=False)}
    assert "restricted-ssh" in names
    assert "ec2-client-vpn-not-authorize-all" not in names
    assert all(TABLE[name].everywhere for name in names)


def test_the_whole_table_fits_one_pack_and_is_yaml() -> None:
    rules = resource_rules(region="eu-west-1", home=True)
    (only,) = packs(rules, "secbase")
    text = pack_template(only, "secbase")
    assert len(text.encode()) <= MAXIMUM_BYTES
    parsed = YAML(typ="safe").load(text)["Resources"]
    assert len(parsed) == len(rules)
    assert parsed["RestrictedSsh"] == {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": "secbase-high-restricted-ssh",
            "Description": "Security Hub EC2.13. Remove the rule; use Session Manager or an Instance "
            "Connect endpoint",
            "Scope": {"ComplianceResourceTypes": ["AWS::EC2::SecurityGroup"]},
            "Source": {"Owner": "AWS", "SourceIdentifier": "INCOMING_SSH_DISABLED"},
        },
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 900))
def test_packs_stay_within_the_limits_and_lose_nothing(number: int, size: int) -> None:
    rules = [own(each, size=size) for each in range(number)]
    found = packs(rules, "secbase")
    assert [rule for part in found for rule in part] == rules
    for part in found:
        assert len(part) <= MAXIMUM_RULES
        assert len(pack_template(part, "secbase").encode()) <= MAXIMUM_BYTES


def test_too_many_rules_for_a_pack_are_refused() -> None:
    with pytest.raises(BaselineError, match="131 entries; a conformance pack takes 130"):
        pack_template([own(each) for each in range(131)], "secbase")


def test_a_value_with_quotes_and_colons_stays_a_text() -> None:
    rule = ManagedRule(
        name="own",
        identifier="REQUIRED_TAGS",
        topic="own",
        severity="low",
        parameters={"tag1Value": 'a: "b", #c'},
    )
    parsed = YAML(typ="safe").load(pack_template([rule], "secbase"))
    assert parsed["Resources"]["Own"]["Properties"]["InputParameters"] == {
        "tag1Value": 'a: "b", #c'
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"controls": ["EC2.999"]}, "restricted-ssh names .*EC2.999"),
        ({"severity": "urgent"}, "restricted-ssh has severity 'urgent'"),
        ({"topic": "misc"}, "restricted-ssh has topic 'misc'"),
    ],
)
def test_a_wrong_row_stops_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    rows = json.loads((DATA / "config_rules.json").read_text(encoding="utf-8"))
    (row,) = (each for each in rows if each["name"] == "restricted-ssh")
    row.pop("covered_by")
    (tmp_path / "config_rules.json").write_text(json.dumps([{**row, **change}]), encoding="utf-8")
    monkeypatch.setattr(managed_rules, "DATA", tmp_path)
    with pytest.raises(BaselineError, match=message):
        rule_table.__wrapped__()


@pytest.mark.parametrize("rule", rule_table(), ids=lambda rule: rule.name)
def test_the_page_has_the_rule_with_its_controls_and_standards(rule: ManagedRule) -> None:
    page = (ROOT / "docs/config-rules.md").read_text(encoding="utf-8").partition("## Repairs")
    (row,) = [line for line in page[0].splitlines() if line.startswith(f"| `{rule.name}` |")]
    _, _, controls, severity, standards, remedy, _ = (cell.strip() for cell in row.split("|"))
    assert controls == (", ".join(rule.controls) or "none")
    assert severity == rule.severity
    known: tuple[Standard, ...] = get_args(Standard)
    evaluated = {name for name in known if rule.is_evaluated([name])}
    assert {name for name in known if name in standards} == evaluated
    assert remedy == rule.remedy
    repairs = [line for line in page[2].splitlines() if line.startswith(f"| `{rule.name}` |")]
    assert len(repairs) == (rule.remediation is not None)
