"""The trail records what is named, spelled as CloudTrail takes it, and never its own bucket."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.audit.organization_trail import OrganizationTrail
from baseline.audit.trail_selectors import controls
from baseline.config import Names
from baseline.config.trail import DataEvents, TrailSettings
from tests.unit.audit.conftest import new_app

OWN = "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1/"
CATEGORY = {"Field": "eventCategory", "Equals": ["Data"]}


def trail(names: Names, **settings: Any) -> dict[str, Any]:
    """Give the properties of a trail with these settings."""
    app = new_app()
    stack = cdk.Stack(app, "Audit")
    OrganizationTrail(stack, "Trail", names=names, settings=TrailSettings.model_validate(settings))
    resources = app.synth().get_stack_by_name("Audit").template["Resources"]
    (found,) = (r for r in resources.values() if r["Type"] == "AWS::CloudTrail::Trail")
    properties: dict[str, Any] = found["Properties"]
    return properties


@pytest.fixture(scope="module")
def recorded(names: Names) -> dict[str, Any]:
    """A trail that records something of everything."""
    return trail(
        names,
        data_events=[
            {"type": "AWS::S3::Object", "access": "write", "leave_out": ["arn:aws:s3:::big/"]},
            {"type": "AWS::Lambda::Function", "access": "read"},
            {
                "type": "AWS::DynamoDB::Table",
                "only": ["arn:aws:dynamodb:eu-west-1:555555555555:table/payments"],
            },
        ],
        data_event_insights=True,
        network_activity=["s3.amazonaws.com", "kms.amazonaws.com"],
    )


def fields(recorded: dict[str, Any], name: str) -> list[dict[str, Any]]:
    (found,) = [s for s in recorded["AdvancedEventSelectors"] if s["Name"] == name]
    selectors: list[dict[str, Any]] = found["FieldSelectors"]
    return selectors


def test_management_events_are_recorded_whatever_else_is(recorded: dict[str, Any]) -> None:
    assert recorded["AdvancedEventSelectors"][0]["FieldSelectors"] == [
        {"Field": "eventCategory", "Equals": ["Management"]}
    ]
    assert len(recorded["AdvancedEventSelectors"]) == 6


def test_s3_22_writes_of_objects_but_of_the_trails_own_bucket(recorded: dict[str, Any]) -> None:
    assert fields(recorded, "Write events of AWS::S3::Object") == [
        CATEGORY,
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "resources.ARN", "NotStartsWith": [OWN, "arn:aws:s3:::big/"]},
    ]


def test_other_types_are_not_narrowed_by_buckets(recorded: dict[str, Any]) -> None:
    assert fields(recorded, "Read events of AWS::Lambda::Function") == [
        CATEGORY,
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "readOnly", "Equals": ["true"]},
    ]
    assert fields(recorded, "All events of AWS::DynamoDB::Table")[2] == {
        "Field": "resources.ARN",
        "StartsWith": ["arn:aws:dynamodb:eu-west-1:555555555555:table/payments"],
    }


def test_network_activity_is_what_endpoints_refuse(recorded: dict[str, Any]) -> None:
    for source in ("s3.amazonaws.com", "kms.amazonaws.com"):
        assert fields(recorded, f"Refused network activity of {source}") == [
            {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
            {"Field": "eventSource", "Equals": [source]},
            {"Field": "errorCode", "Equals": ["VpceAccessDenied"]},
        ]


def test_allowed_network_activity_is_a_named_choice(names: Names) -> None:
    properties = trail(names, network_activity=["s3.amazonaws.com"], network_activity_allowed=True)
    assert fields(properties, "All network activity of s3.amazonaws.com") == [
        {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
        {"Field": "eventSource", "Equals": ["s3.amazonaws.com"]},
    ]


def test_insights_into_data_events_are_a_named_choice(recorded: dict[str, Any]) -> None:
    assert recorded["InsightSelectors"] == [
        {"InsightType": kind, "EventCategories": ["Management", "Data"]}
        for kind in ("ApiCallRateInsight", "ApiErrorRateInsight")
    ]


@pytest.mark.parametrize(
    ("events", "claimed"),
    [
        ([], []),
        ([{"type": "AWS::S3::Object"}], ["S3.22", "S3.23"]),
        ([{"type": "AWS::S3::Object", "access": "write"}], ["S3.22"]),
        ([{"type": "AWS::S3::Object", "access": "read"}], ["S3.23"]),
        ([{"type": "AWS::S3::Object", "only": ["arn:aws:s3:::one/"]}], []),
        ([{"type": "AWS::S3::Object", "leave_out": ["arn:aws:s3:::big/"]}], []),
        ([{"type": "AWS::Lambda::Function"}], []),
    ],
)
def test_s3_22_s3_23_are_claimed_for_all_objects_only(
    events: list[dict[str, Any]], claimed: list[str]
) -> None:
    assert controls([DataEvents.model_validate(each) for each in events]) == claimed
