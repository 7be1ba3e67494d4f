"""Macie's data, its key and its bucket: for the governed Regions of the security account only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names
from baseline.config.macie import AcceptedData, AllowList, CustomIdentifier, MacieSettings
from baseline.detection.macie_data import MacieData
from baseline.detection.macie_export import MacieExportKey
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
SETTINGS = MacieSettings(
    custom_identifiers={
        "employee": CustomIdentifier(
            description="Number of an employee",
            regex="EMP-[0-9]{6}",
            keywords=("employee",),
            ignore_words=("EMP-000000",),
        )
    },
    allow_lists={"test-card": AllowList(description="Card of a test system", regex="4242")},
    accepted={
        "training": AcceptedData(
            reason="made-up people",
            until="2099-12-31",
            buckets=("example-b", "example-a"),
            accounts=("555555555555",),
            finding_types=("SensitiveData:S3Object/Personal",),
        )
    },
)


@pytest.fixture
def data(stack: cdk.Stack) -> MacieData:
    return MacieData(stack, "MacieData", settings=SETTINGS, name_prefix="secbase-")


@pytest.mark.usefixtures("data")
def test_identifiers_and_lists_are_ours_by_name(stack: cdk.Stack, of_type: OfType) -> None:
    (identifier,) = of_type(stack, "AWS::Macie::CustomDataIdentifier")
    assert identifier["Properties"] == {
        "Name": "secbase-employee",
        "Description": "Number of an employee",
        "Regex": "EMP-[0-9]{6}",
        "Keywords": ["employee"],
        "IgnoreWords": ["EMP-000000"],
        "MaximumMatchDistance": 50,
    }
    (allowed,) = of_type(stack, "AWS::Macie::AllowList")
    assert allowed["Properties"] == {
        "Name": "secbase-test-card",
        "Description": "Card of a test system",
        "Criteria": {"Regex": "4242"},
    }


@pytest.mark.usefixtures("data")
def test_accepted_findings_are_archived_where_they_are_accepted_only(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (accepted,) = of_type(stack, "AWS::Macie::FindingsFilter")
    assert accepted["Properties"] == {
        "Name": "secbase-training",
        "Description": "Until 2099-12-31: made-up people",
        "Action": "ARCHIVE",
        "Position": 1,
        "FindingCriteria": {
            "Criterion": {
                "accountId": {"eq": ["555555555555"]},
                "resourcesAffected.s3Bucket.name": {"eq": ["example-a", "example-b"]},
                "type": {"eq": ["SensitiveData:S3Object/Personal"]},
            }
        },
    }


def test_accepted_findings_name_buckets_or_accounts(stack: cdk.Stack) -> None:
    accepted = AcceptedData(
        reason="too many of them",
        until="2099-12-31",
        finding_types=("SensitiveData:S3Object/Personal",),
    )
    with pytest.raises(BaselineError, match="acceptance all names neither buckets nor accounts"):
        MacieData(
            stack,
            "MacieData",
            settings=MacieSettings(accepted={"all": accepted}),
            name_prefix="secbase-",
        )


def test_nothing_is_recognized_or_accepted_by_default(stack: cdk.Stack) -> None:
    MacieData(stack, "MacieData", settings=MacieSettings(enabled=True), name_prefix="secbase-")
    assert assertions.Template.from_stack(stack).to_json().get("Resources", {}) == {}


def test_macie_may_use_the_key_for_results_of_this_account_in_governed_regions(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    MacieExportKey(
        stack,
        "MacieExport",
        names=names,
        regions=("eu-west-1", "af-south-1"),
        break_glass_role="OrgBreakGlass",
    )
    (key,) = of_type(stack, "AWS::KMS::Key")
    policy = key["Properties"]["KeyPolicy"]["Statement"]
    writers = {
        statement["Principal"]["Service"]: statement
        for statement in policy
        if "Service" in statement.get("Principal", {})
    }
    # A Region that has to be enabled has a principal of its own.
    assert set(writers) == {"macie.amazonaws.com", "macie.af-south-1.amazonaws.com"}
    statement = writers["macie.amazonaws.com"]
    assert statement["Action"] == ["kms:Encrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnLike": {
            "aws:SourceArn": [
                "arn:aws:macie2:eu-west-1:333333333333:classification-job/*",
                "arn:aws:macie2:eu-west-1:333333333333:export-configuration:*",
            ]
        },
    }


def test_kms_3_only_break_glass_deletes_the_key_and_with_it_the_results(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    MacieExportKey(
        stack,
        "MacieExport",
        names=names,
        regions=("eu-west-1",),
        break_glass_role="OrgBreakGlass",
    )
    (key,) = of_type(stack, "AWS::KMS::Key")
    assert key["DeletionPolicy"] == "Retain"
    (denial,) = (
        statement
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement.get("Sid") == "DenyDeletingKey"
    )
    assert denial["Effect"] == "Deny"
    assert "OrgBreakGlass" in str(denial["Condition"]["ArnNotEquals"])
