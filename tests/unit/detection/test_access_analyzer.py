"""The analyzers: the whole organization, accepted access by name and day, nothing public unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.access_analyzer import (
    AcceptedDisuse,
    AcceptedSharing,
    InternalAccess,
    UnusedAccess,
)
from baseline.controls.registry import declarations
from baseline.detection.access_analyzer import (
    ExternalAccessAnalyzer,
    InternalAccessAnalyzer,
    UnusedAccessAnalyzer,
    watches_in,
)
from baseline.errors import BaselineError

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
ANALYZER = "AWS::AccessAnalyzer::Analyzer"
DECIDED = {"reason": "somebody looked at it", "until": "2099-12-31"}
TABLE = "arn:aws:dynamodb:eu-central-1:555555555555:table/payments"
BUCKET = "arn:aws:s3:::example-website"
OWN_TAG = {"ResourceTags": [[{"Key": "SecurityBaseline", "Value": "protected"}]]}


def properties(stack: cdk.Stack, of_type: OfType) -> dict[str, Any]:
    (analyzer,) = of_type(stack, ANALYZER)
    found: dict[str, Any] = analyzer["Properties"]
    return found


def test_iam_28_access_from_outside_the_organization_is_analyzed(
    stack: cdk.Stack, of_type: OfType
) -> None:
    ExternalAccessAnalyzer(stack, "ExternalAccess")
    assert properties(stack, of_type) == {"Type": "ORGANIZATION"}
    (claimed,) = (
        entry["controls"]
        for entry in declarations(stack)
        if entry["capability"] == "access-analyzer"
    )
    assert claimed == ["IAM.28"]


def test_the_free_analyzer_stays_when_its_stack_goes_and_those_that_cost_do_not(
    stack: cdk.Stack, of_type: OfType
) -> None:
    ExternalAccessAnalyzer(stack, "ExternalAccess")
    UnusedAccessAnalyzer(stack, "UnusedAccess", settings=UnusedAccess())
    assert [each.get("DeletionPolicy") for each in of_type(stack, ANALYZER)] == [
        "RetainExceptOnCreate",
        None,
    ]


def test_accepted_access_is_archived_for_those_it_is_for_and_never_when_public(
    stack: cdk.Stack, of_type: OfType
) -> None:
    accepted = AcceptedSharing(
        **DECIDED,
        principals=("777777777777",),
        federated=("cognito-identity.amazonaws.com",),
        resource_types=("AWS::IAM::Role",),
        accounts=("222222222222",),
    )
    ExternalAccessAnalyzer(stack, "ExternalAccess", accepted={"siem": accepted})
    assert properties(stack, of_type)["ArchiveRules"] == [
        {
            "RuleName": "siem",
            "Filter": [
                {"Property": "resourceType", "Eq": ["AWS::IAM::Role"]},
                {"Property": "resourceOwnerAccount", "Eq": ["222222222222"]},
                {"Property": "principal.AWS", "Eq": ["777777777777"]},
                {"Property": "principal.Federated", "Eq": ["cognito-identity.amazonaws.com"]},
                {"Property": "isPublic", "Eq": ["false"]},
            ],
        }
    ]


def test_what_is_public_is_accepted_resource_by_resource(stack: cdk.Stack, of_type: OfType) -> None:
    website = AcceptedSharing(**DECIDED, public=True, resources=(BUCKET,))
    ExternalAccessAnalyzer(stack, "ExternalAccess", accepted={"website": website})
    (rule,) = properties(stack, of_type)["ArchiveRules"]
    assert rule["Filter"] == [
        {"Property": "resource", "Eq": [BUCKET]},
        {"Property": "isPublic", "Eq": ["true"]},
    ]


@pytest.mark.parametrize(
    ("accepted", "message"),
    [
        ({"public": True}, "acceptance all is for everybody and names no resource"),
        ({"resource_types": ("AWS::IAM::Role",)}, "acceptance all names nobody outside"),
    ],
)
def test_an_acceptance_that_would_hide_too_much_is_refused(
    stack: cdk.Stack, accepted: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        ExternalAccessAnalyzer(
            stack, "ExternalAccess", accepted={"all": AcceptedSharing(**DECIDED, **accepted)}
        )


def test_unused_access_is_analyzed_without_the_roles_of_the_baseline(
    stack: cdk.Stack, of_type: OfType
) -> None:
    UnusedAccessAnalyzer(stack, "UnusedAccess", settings=UnusedAccess())
    assert properties(stack, of_type) == {
        "Type": "ORGANIZATION_UNUSED_ACCESS",
        "AnalyzerConfiguration": {
            "UnusedAccessConfiguration": {
                "UnusedAccessAge": 90,
                "AnalysisRule": {"Exclusions": [OWN_TAG]},
            }
        },
    }


def test_exclusions_and_accepted_disuse_are_data(stack: cdk.Stack, of_type: OfType) -> None:
    role = "arn:aws:iam::555555555555:role/disaster-recovery"
    settings = UnusedAccess(
        days=30,
        excluded_accounts=("999999999999", "555555555555"),
        excluded_tags={"Purpose": "drill"},
        accepted={
            "drill": AcceptedDisuse(**DECIDED, resources=(role,), finding_types=("UnusedIAMRole",))
        },
    )
    UnusedAccessAnalyzer(stack, "UnusedAccess", settings=settings)
    found = properties(stack, of_type)
    unused = found["AnalyzerConfiguration"]["UnusedAccessConfiguration"]
    assert unused == {
        "UnusedAccessAge": 30,
        "AnalysisRule": {
            "Exclusions": [
                {"AccountIds": ["555555555555", "999999999999"]},
                {"ResourceTags": [[{"Key": "Purpose", "Value": "drill"}]]},
                OWN_TAG,
            ]
        },
    }
    assert found["ArchiveRules"] == [
        {
            "RuleName": "drill",
            "Filter": [
                {"Property": "resource", "Eq": [role]},
                {"Property": "findingType", "Eq": ["UnusedIAMRole"]},
            ],
        }
    ]


def test_accepted_disuse_names_resources_or_accounts(stack: cdk.Stack) -> None:
    settings = UnusedAccess(accepted={"all": AcceptedDisuse(**DECIDED)})
    with pytest.raises(BaselineError, match="acceptance all names neither resources nor accounts"):
        UnusedAccessAnalyzer(stack, "UnusedAccess", settings=settings)


def test_internal_access_is_analyzed_for_the_named_resources_of_the_region(
    stack: cdk.Stack, of_type: OfType
) -> None:
    settings = InternalAccess(
        enabled=True,
        resources=(TABLE, BUCKET),
        resource_types=("AWS::RDS::DBSnapshot",),
        accounts=("555555555555",),
    )
    InternalAccessAnalyzer(stack, "InternalAccess", settings=settings, region="eu-west-1")
    found = properties(stack, of_type)
    assert found["Type"] == "ORGANIZATION_INTERNAL_ACCESS"
    rule = found["AnalyzerConfiguration"]["InternalAccessConfiguration"]
    assert rule["InternalAccessAnalysisRule"]["Inclusions"] == [
        {"ResourceArns": [BUCKET]},
        {"ResourceTypes": ["AWS::RDS::DBSnapshot"], "AccountIds": ["555555555555"]},
    ]


def test_a_region_without_critical_resources_gets_no_internal_analyzer(stack: cdk.Stack) -> None:
    settings = InternalAccess(enabled=True, resources=(TABLE,))
    assert watches_in(settings, "eu-central-1")
    assert not watches_in(settings, "eu-west-1")
    assert not watches_in(InternalAccess(resources=(TABLE,)), "eu-central-1")
    with pytest.raises(BaselineError, match="no critical resource is in eu-west-1"):
        InternalAccessAnalyzer(stack, "InternalAccess", settings=settings, region="eu-west-1")
