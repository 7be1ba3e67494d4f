from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.detection.guardduty_export import GuardDutyExport

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


@pytest.fixture
def export(stack: cdk.Stack, names: Names) -> GuardDutyExport:
    return GuardDutyExport(stack, "Export", bucket_name=names.guardduty_bucket)


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
