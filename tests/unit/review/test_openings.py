"""What comes with a change and lets somebody in, sends something out, or hides what is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.review.conftest import ACCOUNT, Compare, texts, worse

STAYS = {"Other": {"Type": "AWS::SNS::Topic", "Properties": {}}}
STRANGER = "666666666666"
ASSIGNMENT = {"PrincipalId": "g-1", "PermissionSetArn": "set", "TargetId": ACCOUNT}


def of(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {**STAYS, "It": {"Type": kind, "Properties": properties}}


@pytest.mark.parametrize(
    ("type_", "properties", "kind", "severity"),
    [
        ("AWS::SSO::Assignment", ASSIGNMENT, "let-in", "warning"),
        ("AWS::IAM::AccessKey", {"UserName": "a"}, "let-in", "error"),
        ("AWS::IAM::OIDCProvider", {"Url": "https://tokens.example"}, "let-in", "error"),
        ("AWS::IAM::SAMLProvider", {"SamlMetadataDocument": "<x/>"}, "let-in", "error"),
        ("AWS::RolesAnywhere::TrustAnchor", {"Source": {"SourceType": "x"}}, "let-in", "error"),
        ("AWS::IAM::User", {"UserName": "a"}, "let-in", "warning"),
        ("AWS::EC2::VPCPeeringConnection", {"PeerVpcId": "vpc-1"}, "connected", "warning"),
        ("AWS::RAM::ResourceShare", {"Principals": [STRANGER]}, "connected", "warning"),
        ("AWS::GuardDuty::Filter", {"Action": "ARCHIVE", "Name": "a"}, "hides", "warning"),
        ("AWS::GuardDuty::IPSet", {"Location": "https://a"}, "hides", "warning"),
        ("AWS::InspectorV2::Filter", {"FilterAction": "SUPPRESS"}, "hides", "warning"),
        ("AWS::SecurityHub::AutomationRule", {"RuleName": "a"}, "hides", "warning"),
    ],
)
def test_what_opens_something_by_being_there_is_named(
    compare: Compare, type_: str, properties: dict[str, Any], kind: str, severity: str
) -> None:
    found = compare(STAYS, of(type_, properties))
    assert worse(found) == [(kind, severity, "app/It")]
    same = of(type_, properties)
    assert compare(same, same).findings == ()


def test_others_that_get_in_are_named(compare: Compare) -> None:
    other = {**ASSIGNMENT, "PrincipalId": "g-2"}
    found = compare(of("AWS::SSO::Assignment", ASSIGNMENT), of("AWS::SSO::Assignment", other))
    assert worse(found) == [("let-in", "warning", "app/It")]
    assert "`g-2`" in texts(found)
    assert "g-1" not in texts(found)


def test_a_policy_that_counts_for_others_too_is_named(compare: Compare) -> None:
    base, head = (of("AWS::IAM::ManagedPolicy", {"Roles": each}) for each in (["a"], ["a", "b"]))
    assert worse(compare(base, head)) == [("let-in", "warning", "app/It")]
    assert worse(compare(head, base)) == []
    assert worse(compare(STAYS, head)) == [], "a new one is read as a whole"


@pytest.mark.parametrize(
    "properties", [{"Action": "NOOP", "Name": "a"}, {"Name": "a", "FindingCriteria": {}}]
)
def test_a_filter_that_hides_nothing_is_none(compare: Compare, properties: dict[str, Any]) -> None:
    assert compare(STAYS, of("AWS::GuardDuty::Filter", properties)).findings == ()


BUS = f"arn:aws:events:eu-west-1:{STRANGER}:event-bus/a"
OWN = f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/a"
MAIL = {"Protocol": "email", "Endpoint": "ops@example.com"}


@pytest.mark.parametrize(
    ("type_", "properties", "expected"),
    [
        ("AWS::Events::Rule", {"Targets": [{"Arn": BUS, "Id": "a"}]}, "error"),
        ("AWS::Events::Rule", {"Targets": [{"Arn": OWN, "Id": "a"}]}, None),
        ("AWS::Logs::SubscriptionFilter", {"DestinationArn": BUS}, "error"),
        ("AWS::SNS::Subscription", MAIL, "warning"),
        ("AWS::SNS::Subscription", {"Endpoint": "https://a.example"}, "warning"),
        ("AWS::SNS::Subscription", {"Endpoint": "+4930123456"}, "warning"),
        ("AWS::SNS::Subscription", {"Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}, None),
        (
            "AWS::S3::Bucket",
            {"ReplicationConfiguration": {"Rules": [{"Destination": {"Account": STRANGER}}]}},
            "error",
        ),
    ],
)
def test_what_leaves_for_strangers_is_named(
    compare: Compare, type_: str, properties: dict[str, Any], expected: str | None
) -> None:
    told = [("sent-outside", expected, "app/It")] if expected else []
    assert worse(compare(STAYS, of(type_, properties))) == told
    assert worse(compare(of(type_, {}), of(type_, properties))) == told
    assert worse(compare(of(type_, properties), of(type_, properties))) == []
