from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.detection.guardduty_export import GuardDutyExport, RegionalGuardDutyExport
from tests.support import CONTEXT

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


@pytest.fixture
def export(stack: cdk.Stack, names: Names) -> GuardDutyExport:
    return GuardDutyExport(
        stack, "Export", bucket_name=names.guardduty_bucket, break_glass_role="OrgBreakGlass"
    )


@pytest.mark.usefixtures("export")
def test_findings_go_to_the_archive_under_a_key_of_this_account(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (destination,) = of_type(stack, "AWS::GuardDuty::PublishingDestination")
    properties = destination["Properties"]["DestinationProperties"]
    assert properties["DestinationArn"] == "arn:aws:s3:::secbase-guardduty-222222222222-eu-west-1"
    assert properties["KmsKeyArn"]["Fn::GetAtt"][0].startswith("ExportKey")
    assert destination["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.usefixtures("export")
def test_guardduty_may_use_the_key_for_this_detector_only(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (key,) = (
        key
        for key in of_type(stack, "AWS::KMS::Key")
        if key["Properties"]["Description"].startswith("GuardDuty")
    )
    (statement,) = (
        statement
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement["Principal"] == {"Service": "guardduty.amazonaws.com"}
    )
    assert statement["Action"] == "kms:GenerateDataKey"
    bound = statement["Condition"]["StringEquals"]
    assert bound["aws:SourceAccount"] == "333333333333"
    assert "detector/" in str(bound["aws:SourceArn"])
    assert "DetectorId" in str(bound["aws:SourceArn"])


@pytest.mark.usefixtures("export")
def test_kms_3_only_break_glass_deletes_the_key_and_with_it_the_findings(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (key,) = (
        key
        for key in of_type(stack, "AWS::KMS::Key")
        if key["Properties"]["Description"].startswith("GuardDuty")
    )
    denied = {
        statement["Sid"]: statement
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement["Effect"] == "Deny"
    }
    break_glass = "arn:aws:iam::333333333333:role/OrgBreakGlass"
    deletion = denied["DenyDeletingKey"]
    assert deletion["Action"] == "kms:ScheduleKeyDeletion"
    assert deletion["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [break_glass]}}
    # The deployer stays able to change the key, or no later deployment could.
    weakening = denied["DenyWeakeningKey"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert weakening[0] == break_glass
    assert weakening[1].startswith("arn:aws:iam::333333333333:role/cdk-")
    assert weakening[1].endswith("-cfn-exec-role-333333333333-eu-west-1")


def test_in_an_opt_in_region_guardduty_has_a_principal_of_its_own(of_type: OfType) -> None:
    environment = cdk.Environment(account="333333333333", region="eu-south-1")
    stack = cdk.Stack(cdk.App(), "security", env=environment)
    GuardDutyExport(
        stack, "Export", bucket_name="secbase-guardduty", break_glass_role="OrgBreakGlass"
    )
    policies = [str(key["Properties"]["KeyPolicy"]) for key in of_type(stack, "AWS::KMS::Key")]
    assert any("guardduty.eu-south-1.amazonaws.com" in policy for policy in policies)
    assert not any("guardduty.amazonaws.com" in policy for policy in policies)


def test_other_regions_use_the_key_each_under_its_own_principal(
    of_type: OfType,
) -> None:
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "security", env=environment)
    GuardDutyExport(
        stack,
        "Export",
        bucket_name="secbase-guardduty",
        break_glass_role="OrgBreakGlass",
        regions=["eu-west-1", "eu-central-1", "us-east-1", "eu-south-1"],
    )
    admitted = {
        statement["Sid"]: (
            statement["Principal"]["Service"],
            statement["Condition"]["ArnLike"]["aws:SourceArn"],
        )
        for key in of_type(stack, "AWS::KMS::Key")
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement.get("Sid", "").startswith("EncryptFindingsOf")
    }
    assert admitted == {
        "EncryptFindingsOfEuCentral1": (
            "guardduty.amazonaws.com",
            [
                "arn:aws:guardduty:eu-central-1:333333333333:detector/*",
                "arn:aws:guardduty:us-east-1:333333333333:detector/*",
            ],
        ),
        # A Region that has to be enabled has a principal of its own.
        "EncryptFindingsOfEuSouth1": (
            "guardduty.eu-south-1.amazonaws.com",
            "arn:aws:guardduty:eu-south-1:333333333333:detector/*",
        ),
    }


def test_another_region_exports_to_the_bucket_of_the_home_region(of_type: OfType) -> None:
    environment = cdk.Environment(account="333333333333", region="eu-central-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT), "regional", env=environment)
    RegionalGuardDutyExport(
        stack,
        "Export",
        detector_id="abc",
        bucket_name="secbase-guardduty",
        key_arn="arn:aws:kms:eu-west-1:333333333333:key/1",
    )
    (destination,) = of_type(stack, "AWS::GuardDuty::PublishingDestination")
    assert destination["Properties"]["DetectorId"] == "abc"
    assert destination["Properties"]["DestinationProperties"] == {
        "DestinationArn": "arn:aws:s3:::secbase-guardduty",
        "KmsKeyArn": "arn:aws:kms:eu-west-1:333333333333:key/1",
    }
    assert destination["DeletionPolicy"] == "RetainExceptOnCreate"
    # One key for all: none here, where nothing else would use it.
    assert of_type(stack, "AWS::KMS::Key") == []
