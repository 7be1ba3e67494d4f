"""The organization trail records everything, everywhere, tamper-evidently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.organization_trail import RETENTION, OrganizationTrail
from baseline.config import Names
from baseline.config.trail import DataEvents, TrailSettings
from baseline.controls.registry import declarations
from baseline.errors import BaselineError

Audit = dict[str, Any]
TRAIL = "OrganizationTrail32B0521E"
LOGS = "OrganizationTrailLogs924984AF"
KEY = "OrganizationTrailKeyA9CAC382"


@pytest.fixture
def trail(audit: Audit) -> dict[str, Any]:
    properties: dict[str, Any] = audit["Resources"][TRAIL]["Properties"]
    return properties


def test_cloudtrail_1_cloudtrail_3_all_accounts_all_regions_reads_and_writes(
    trail: dict[str, Any],
) -> None:
    for switch in (
        "IsLogging",
        "IsOrganizationTrail",
        "IsMultiRegionTrail",
        "IncludeGlobalServiceEvents",
    ):
        assert trail[switch] is True, switch
    # No readOnly field: both kinds. No field but the category: no event source is left out.
    assert trail["AdvancedEventSelectors"] == [
        {
            "Name": "All management events",
            "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
        }
    ]


def test_cloudtrail_2_logs_are_encrypted_with_the_archives_key(trail: dict[str, Any]) -> None:
    assert trail["KMSKeyId"] == "arn:aws:kms:eu-west-1:222222222222:alias/secbase-logs"
    assert trail["S3BucketName"] == "secbase-org-logs-222222222222-eu-west-1"


def test_cloudtrail_4_log_files_are_validated(trail: dict[str, Any]) -> None:
    assert trail["EnableLogFileValidation"] is True


def test_cloudtrail_5_events_reach_an_encrypted_log_group_for_a_year(
    audit: Audit, trail: dict[str, Any]
) -> None:
    assert trail["CloudWatchLogsLogGroupArn"] == {"Fn::GetAtt": [LOGS, "Arn"]}
    assert audit["Resources"][LOGS]["Properties"] == {
        "LogGroupName": "secbase-cloudtrail",
        "RetentionInDays": 365,
        "KmsKeyId": {"Fn::GetAtt": [KEY, "Arn"]},
        "DeletionProtectionEnabled": True,
    }


def test_unusual_call_and_error_rates_give_insights(trail: dict[str, Any]) -> None:
    assert trail["InsightSelectors"] == [
        {"InsightType": "ApiCallRateInsight"},
        {"InsightType": "ApiErrorRateInsight"},
    ]


def test_the_trail_has_the_name_that_the_archive_admits(
    trail: dict[str, Any], names: Names
) -> None:
    assert names.trail_arn.endswith(f":{names.management}:trail/{trail['TrailName']}")


def test_only_this_trail_assumes_the_role_and_writes_its_streams(
    audit: Audit, trail: dict[str, Any], names: Names
) -> None:
    role = trail["CloudWatchLogsRoleArn"]["Fn::GetAtt"][0]
    (trust,) = audit["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": names.trail_arn}}
    (policy_id,) = audit["Resources"][TRAIL]["DependsOn"]
    policy = audit["Resources"][policy_id]["Properties"]
    assert policy["Roles"] == [{"Ref": role}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    group = "arn:aws:logs:eu-west-1:111111111111:log-group:secbase-cloudtrail"
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == [
        f"{group}:log-stream:111111111111_CloudTrail_*",
        f"{group}:log-stream:o-exampleorgid_*",
    ]


def test_the_key_serves_this_log_group_only(audit: Audit) -> None:
    _, statement = audit["Resources"][KEY]["Properties"]["KeyPolicy"]["Statement"]
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": (
                "arn:aws:logs:eu-west-1:111111111111:log-group:secbase-cloudtrail"
            )
        }
    }


def test_trail_log_group_and_key_outlive_the_stack(audit: Audit) -> None:
    for logical_id in (TRAIL, LOGS, KEY):
        assert audit["Resources"][logical_id]["DeletionPolicy"].startswith("Retain")
        assert audit["Resources"][logical_id]["UpdateReplacePolicy"] == "Retain"


def test_a_trail_whose_creation_fails_does_not_keep_its_name(audit: Audit) -> None:
    assert audit["Resources"][TRAIL]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_s3_22_s3_23_object_events_are_a_named_choice(
    stack: cdk.Stack, names: Names, synthesized: Callable[[cdk.Stack], Audit]
) -> None:
    settings = TrailSettings(data_events=(DataEvents(type="AWS::S3::Object"),))
    OrganizationTrail(stack, "OrganizationTrail", names=names, settings=settings)
    (declared,) = declarations(stack)
    assert {"S3.22", "S3.23"} <= set(declared["controls"])  # type: ignore[call-overload]
    properties = synthesized(stack)["Resources"][TRAIL]["Properties"]
    management, data = properties["AdvancedEventSelectors"]
    assert management["Name"] == "All management events"
    assert data["FieldSelectors"] == [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {
            "Field": "resources.ARN",
            "NotStartsWith": ["arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1/"],
        },
    ]


def test_without_object_events_their_controls_are_not_claimed(audit_app: cdk.App) -> None:
    (declared,) = [
        each for each in declarations(audit_app) if each["capability"] == "organization-trail"
    ]
    assert declared["controls"] == [f"CloudTrail.{number}" for number in range(1, 6)]


@pytest.mark.parametrize("days", [0, 30, 364, 366, 36_500])
def test_less_than_a_year_or_an_unknown_number_of_days_is_refused(
    stack: cdk.Stack, names: Names, days: int
) -> None:
    with pytest.raises(BaselineError, match=f"one of 365, 400, .*, got {days}; audit logs"):
        OrganizationTrail(stack, "Trail", names=names, log_group_retention_days=days)


@pytest.mark.parametrize("days", RETENTION)
def test_every_accepted_number_of_days_is_what_is_deployed(
    stack: cdk.Stack, names: Names, synthesized: Callable[[cdk.Stack], Audit], days: int
) -> None:
    OrganizationTrail(stack, "OrganizationTrail", names=names, log_group_retention_days=days)
    assert synthesized(stack)["Resources"][LOGS]["Properties"]["RetentionInDays"] == days


def test_no_rule_pack_finds_anything(
    audit_app: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    assert findings(audit_app) == []
