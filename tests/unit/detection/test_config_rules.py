"""Each control about root and IAM users is evaluated exactly once, whatever Security Hub does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, combinations
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from ruamel.yaml import YAML

from baseline.config.security_hub import Standard
from baseline.controls.registry import declarations
from baseline.detection import event_patterns
from baseline.detection.config_rules import RootAndIamRules
from baseline.detection.conformance_pack import pack_template
from baseline.detection.managed_rules import managed_rules, missing_rules
from baseline.errors import BaselineError
from tests.unit.detection.matching import matches

STANDARDS: tuple[Standard, ...] = get_args(Standard)
SUBSETS = list(chain.from_iterable(combinations(STANDARDS, n) for n in range(5)))
BY_NAME = {rule.name: rule for rule in managed_rules()}
OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


def missing(*standards: Standard) -> set[str]:
    return {rule.name for rule in missing_rules(managed_rules(), standards)}


def noncompliant(rule: str, **result: Any) -> dict[str, Any]:
    """Give an event after the sample of the AWS Config Developer Guide."""
    return {
        "version": "0",
        "source": "aws.config",
        "account": "555555555555",
        "region": "eu-west-1",
        "detail-type": "Config Rules Compliance Change",
        "detail": {
            "resourceId": "AIDACKCEVSQ6C2EXAMPLE",
            "awsRegion": "eu-west-1",
            "awsAccountId": "555555555555",
            "configRuleName": rule,
            "recordVersion": "1.0",
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": {"complianceType": "NON_COMPLIANT", **result},
            "oldEvaluationResult": {"complianceType": "COMPLIANT"},
            "notificationCreationTime": "2026-11-01T10:00:00.000Z",
            "resourceType": "AWS::IAM::User",
        },
    }


@pytest.mark.parametrize("standards", SUBSETS, ids=lambda names: "+".join(names) or "off")
def test_no_rule_stands_beside_one_of_security_hub_and_none_is_left_out(
    standards: tuple[Standard, ...],
) -> None:
    ours = missing(*standards)
    theirs = {rule.name for rule in managed_rules() if rule.is_evaluated(standards)}
    assert ours & theirs == set()
    assert ours | theirs == set(BY_NAME)


def test_iam_4_iam_6_iam_9_root_users_are_watched_without_security_hub() -> None:
    roots = {rule.controls: rule.identifier for rule in managed_rules() if rule.told == "critical"}
    assert roots == {
        ("IAM.4",): "IAM_ROOT_ACCESS_KEY_CHECK",
        ("IAM.6",): "ROOT_ACCOUNT_HARDWARE_MFA_ENABLED",
        ("IAM.9",): "ROOT_ACCOUNT_MFA_ENABLED",
    }
    assert {rule.name for rule in managed_rules()} == missing()


def test_iam_9_is_missing_from_best_practices_alone() -> None:
    # IAM.9 is no control of AWS Foundational Security Best Practices.
    assert "root-account-mfa-enabled" in missing("fsbp")
    assert "root-account-mfa-enabled" not in missing("fsbp", "cis-5.0")


def test_iam_19_every_user_has_a_second_factor_by_default() -> None:
    assert missing("fsbp", "cis-5.0") == {"iam-user-mfa-enabled"}
    assert "IAM.19" in BY_NAME["iam-user-mfa-enabled"].controls


def test_iam_1_iam_2_iam_5_iam_18_permissions_and_second_factors() -> None:
    assert {rule.controls: rule.identifier for rule in managed_rules()[3:]} == {
        ("IAM.1",): "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        ("IAM.15", "IAM.16"): "IAM_PASSWORD_POLICY",
        ("IAM.18",): "IAM_POLICY_IN_USE",
        ("IAM.19",): "IAM_USER_MFA_ENABLED",
        ("IAM.2",): "IAM_USER_NO_POLICIES_CHECK",
        ("IAM.22",): "IAM_USER_UNUSED_CREDENTIALS_CHECK",
        ("IAM.3",): "ACCESS_KEYS_ROTATED",
        ("IAM.5",): "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    }


def test_iam_3_fewer_days_for_keys_are_a_rule_of_its_own() -> None:
    rules = managed_rules(key_age_days=60)
    (rule,) = [
        each for each in missing_rules(rules, STANDARDS) if each.name == "access-keys-rotated"
    ]
    assert rule.parameters == {"maxAccessKeyAge": "60"}
    assert "access-keys-rotated" not in missing("cis-5.0")
    # Security Hub reports at 90 days already: later tells nothing new.
    later = {rule.name for rule in missing_rules(managed_rules(key_age_days=180), STANDARDS)}
    assert "access-keys-rotated" not in later


def test_iam_22_fewer_days_without_use_are_a_rule_of_their_own() -> None:
    rules = managed_rules(unused_days=30)
    (rule,) = missing_rules([each for each in rules if "IAM.22" in each.controls], STANDARDS)
    assert rule.parameters == {"maxCredentialUsageAge": "30"}
    assert "iam-user-unused-credentials-check" not in missing("cis-5.0")
    assert "iam-user-unused-credentials-check" in missing("fsbp")


def test_iam_15_iam_16_the_password_policy_has_the_benchmarks_values() -> None:
    assert BY_NAME["iam-password-policy"].parameters == {
        "MinimumPasswordLength": "14",
        "PasswordReusePrevention": "24",
    }


def test_the_pack_is_yaml_with_one_rule_each() -> None:
    rules = managed_rules()
    parsed = YAML(typ="safe").load(pack_template(rules, "secbase"))
    assert list(parsed) == ["Resources"]
    assert len(parsed["Resources"]) == len(rules)
    assert parsed["Resources"]["AccessKeysRotated"] == {
        "Type": "AWS::Config::ConfigRule",
        "Properties": {
            "ConfigRuleName": "secbase-access-keys-rotated",
            "Description": "Security Hub IAM.3. Replace the key by a role, or rotate it",
            "InputParameters": {"maxAccessKeyAge": "90"},
            "Source": {"Owner": "AWS", "SourceIdentifier": "ACCESS_KEYS_ROTATED"},
        },
    }
    assert "InputParameters" not in parsed["Resources"]["RootAccountMfaEnabled"]["Properties"]


def test_the_pack_reaches_every_account_and_stays(stack: cdk.Stack, of_type: OfType) -> None:
    rules = [BY_NAME["root-account-mfa-enabled"]]
    RootAndIamRules(stack, "Rules", name="secbase-root-and-iam", prefix="secbase", rules=rules)
    (pack,) = of_type(stack, "AWS::Config::OrganizationConformancePack")
    assert pack["Properties"] == {
        "OrganizationConformancePackName": "secbase-root-and-iam",
        "TemplateBody": pack_template(rules, "secbase"),
    }
    assert pack["DeletionPolicy"] == "RetainExceptOnCreate"
    (declared,) = declarations(stack)
    assert declared["controls"] == ["IAM.9"]


def test_an_account_is_left_out_by_name_only(stack: cdk.Stack, of_type: OfType) -> None:
    RootAndIamRules(
        stack,
        "Rules",
        name="secbase-root-and-iam",
        prefix="secbase",
        rules=managed_rules(),
        excluded_accounts=["555555555555"],
    )
    (pack,) = of_type(stack, "AWS::Config::OrganizationConformancePack")
    assert pack["Properties"]["ExcludedAccounts"] == ["555555555555"]


def test_an_empty_pack_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="rules is empty"):
        RootAndIamRules(stack, "Rules", name="pack", prefix="secbase", rules=[])


def test_a_failed_rule_of_ours_is_heard() -> None:
    pattern = event_patterns.noncompliance(["secbase-root-account-mfa-enabled"])
    event = noncompliant("secbase-root-account-mfa-enabled-conformance-pack-abc123")
    assert matches(pattern, event)


@pytest.mark.parametrize(
    "event",
    [
        noncompliant("somebody-elses-rule"),
        noncompliant("secbase-access-keys-rotated-conformance-pack-abc123"),
        noncompliant("secbase-root-account-mfa-enabled", complianceType="COMPLIANT"),
        noncompliant("secbase-root-account-mfa-enabled", complianceType="NOT_APPLICABLE"),
    ],
)
def test_other_rules_and_good_news_are_not_heard(event: dict[str, Any]) -> None:
    pattern = event_patterns.noncompliance(["secbase-root-account-mfa-enabled"])
    assert not matches(pattern, event)
