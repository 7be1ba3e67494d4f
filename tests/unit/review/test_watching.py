"""What finds, records, tells and answers: less of it is named, more of it is better."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.review import read_assembly, review
from baseline.review.openings import OPENINGS, SENDERS
from baseline.review.watched import OWN, WATCHED
from tests.unit.review.conftest import Compare, Write, texts, worse

ALARM: dict[str, Any] = {
    "Threshold": 1,
    "AlarmActions": [{"Ref": "Topic"}],
    "TreatMissingData": "breaching",
}
RULE: dict[str, Any] = {
    "State": "ENABLED",
    "EventPattern": {"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}},
    "Targets": [{"Id": "A", "Arn": "a", "DeadLetterConfig": {"Arn": "q"}}, {"Id": "B", "Arn": "b"}],
}
BLOCKING: dict[str, Any] = {
    "FirewallRules": [{"Action": "BLOCK", "Priority": 1}, {"Action": "BLOCK", "Priority": 2}]
}
ALERTING: dict[str, Any] = {
    "FirewallRules": [{"Action": "ALERT", "Priority": 1}, {"Action": "BLOCK", "Priority": 2}]
}
PACK: dict[str, Any] = {
    "TemplateBody": """
Resources:
  Mfa: {Type: "AWS::Config::ConfigRule", Properties: {Description: a, SourceIdentifier: MFA}}
  Keys: {Type: "AWS::Config::ConfigRule", Properties: {Description: b, SourceIdentifier: KEY_ROTATION}}
"""
}
PACK_OF_ONE: dict[str, Any] = {
    "TemplateBody": """
Resources:
  Mfa: {Type: "AWS::Config::ConfigRule", Properties: {SourceIdentifier: MFA, Description: other words}}
"""
}
OURS = [{"Key": "SecurityBaseline", "Value": "protected"}]
FEATURES: dict[str, Any] = {"TrustedAccess": ["iam.amazonaws.com", "sso.amazonaws.com"]}


def of(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"It": {"Type": kind, "Properties": properties}}


def without(properties: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key != name}


@pytest.mark.parametrize(
    ("type_", "before", "after", "said"),
    [
        ("AWS::CloudWatch::Alarm", ALARM, {**ALARM, "Threshold": 99}, "`99` instead of `1`"),
        ("AWS::CloudWatch::Alarm", ALARM, without(ALARM, "AlarmActions"), "`AlarmActions` is gone"),
        ("AWS::CloudWatch::Alarm", ALARM, {**ALARM, "ActionsEnabled": False}, "`False` besides"),
        (
            "AWS::CloudWatch::Alarm",
            ALARM,
            {**ALARM, "TreatMissingData": "notBreaching"},
            "`notBreaching` instead of `breaching`",
        ),
        ("AWS::Events::Rule", RULE, {**RULE, "State": "DISABLED"}, "`DISABLED`"),
        ("AWS::Events::Rule", RULE, {**RULE, "Targets": RULE["Targets"][:1]}, "loses"),
        (
            "AWS::Events::Rule",
            RULE,
            {
                **RULE,
                "Targets": [without(RULE["Targets"][0], "DeadLetterConfig"), RULE["Targets"][1]],
            },
            "`DeadLetterConfig.Arn q`",
        ),
        (
            "AWS::Events::Rule",
            RULE,
            {**RULE, "EventPattern": {**RULE["EventPattern"], "account": ["111111111111"]}},
            "`account 111111111111` besides",
        ),
        (
            "AWS::Route53Resolver::FirewallRuleGroup",
            BLOCKING,
            ALERTING,
            "`Action ALERT` instead of",
        ),
        (
            "Custom::OrganizationFeatures",
            FEATURES,
            {"TrustedAccess": ["iam.amazonaws.com"]},
            "loses `sso.amazonaws.com`",
        ),
        (
            "AWS::S3::Bucket",
            {"LoggingConfiguration": {"DestinationBucketName": "logs"}},
            {"LoggingConfiguration": {}},
            "`LoggingConfiguration` is gone",
        ),
        ("AWS::IAM::Role", {"MaxSessionDuration": 3600}, {"MaxSessionDuration": 43200}, "`43200`"),
        ("AWS::EC2::Subnet", {}, {"MapPublicIpOnLaunch": True}, "`True` besides"),
        ("AWS::EC2::FlowLog", {"TrafficType": "ALL"}, {"TrafficType": "REJECT"}, "`REJECT`"),
        (
            "AWS::EC2::FlowLog",
            {"LogDestination": "arn:aws:s3:::ours"},
            {"LogDestination": "arn:aws:s3:::others"},
            "`arn:aws:s3:::others` instead of `arn:aws:s3:::ours`",
        ),
        ("AWS::Lambda::Function", {}, {"ReservedConcurrentExecutions": 0}, "`0` besides"),
        ("AWS::Lambda::Function", {}, {"Layers": ["arn:layer:1"]}, "`arn:layer:1` besides"),
        (
            "AWS::WAFv2::WebACL",
            {"DefaultAction": {"Block": {}}},
            {"DefaultAction": {"Allow": {}}},
            "`Allow` instead of `Block`",
        ),
        (
            "AWS::CloudFront::Distribution",
            {"DistributionConfig": {"WebACLId": "acl", "Comment": "a"}},
            {"DistributionConfig": {"Comment": "b"}},
            "`DistributionConfig.WebACLId` is gone: `acl`",
        ),
        (
            "AWS::CloudFormation::StackSet",
            {"StackInstancesGroup": [{"Regions": ["eu-west-1"]}]},
            {
                "StackInstancesGroup": [
                    {
                        "Regions": ["eu-west-1"],
                        "DeploymentTargets": {"AccountFilterType": "DIFFERENCE"},
                    }
                ]
            },
            "`DeploymentTargets.AccountFilterType DIFFERENCE` besides",
        ),
        (
            "AWS::SecurityHub::ConfigurationPolicy",
            {"ConfigurationPolicy": {"SecurityHub": {"ServiceEnabled": True}}},
            {
                "ConfigurationPolicy": {
                    "SecurityHub": {
                        "ServiceEnabled": True,
                        "SecurityControlsConfiguration": {
                            "DisabledSecurityControlIdentifiers": ["IAM.19"]
                        },
                    }
                }
            },
            "DisabledSecurityControlIdentifiers IAM.19` besides",
        ),
        (
            "AWS::Config::OrganizationConformancePack",
            PACK,
            PACK_OF_ONE,
            "SourceIdentifier KEY_ROTATION`",
        ),
        (
            "AWS::Config::ConformancePack",
            {"TemplateBody": "Resources:\n  A: !Sub a\n  B: !Sub b\n"},
            {"TemplateBody": "Resources:\n  A: !Sub a\n"},
            "`B: !Sub b`",
        ),
    ],
)
def test_what_watches_less_is_named(
    compare: Compare, type_: str, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    found = compare(of(type_, before), of(type_, after))
    assert worse(found) == [("watches-otherwise", "warning", "app/It")]
    assert said in texts(found)


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        ("AWS::Events::Rule", {**RULE, "Targets": RULE["Targets"][:1]}, RULE),
        ("Custom::OrganizationFeatures", {"TrustedAccess": ["iam.amazonaws.com"]}, FEATURES),
        ("AWS::IAM::Role", {"MaxSessionDuration": 43200}, {"MaxSessionDuration": 3600}),
        ("AWS::CloudWatch::Alarm", without(ALARM, "AlarmActions"), ALARM),
        ("AWS::CloudWatch::Alarm", {**ALARM, "ActionsEnabled": False}, ALARM),
    ],
)
def test_what_watches_more_is_no_loss(
    compare: Compare, type_: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert worse(compare(of(type_, before), of(type_, after))) == []


@pytest.mark.parametrize(
    ("type_", "before", "after", "said"),
    [
        (
            "AWS::Lambda::Function",
            {"Environment": {"Variables": {"MODE": "close"}}},
            {"Environment": {"Variables": {"MODE": "report"}}},
            "`Variables.MODE report` instead of `Variables.MODE close`",
        ),
        (
            "AWS::Lambda::Function",
            {"Environment": {"Variables": {"EXCLUDED": ""}}},
            {"Environment": {"Variables": {"EXCLUDED": "", "DRY_RUN": "true"}}},
            "`Variables.DRY_RUN true` besides",
        ),
        (
            "AWS::StepFunctions::StateMachine",
            {"DefinitionString": json.dumps({"States": {"Do": {"Catch": [{"Next": "Tell"}]}}})},
            {"DefinitionString": json.dumps({"States": {"Do": {"Comment": "no catch"}}})},
            "`States.Do.Catch.Next Tell`",
        ),
        (
            "AWS::SSM::Document",
            {"Content": {"inputs": {"s3EncryptionEnabled": True}, "description": "a"}},
            {"Content": {"inputs": {"s3EncryptionEnabled": False}, "description": "b"}},
            "`inputs.s3EncryptionEnabled False` instead of",
        ),
    ],
)
def test_what_our_own_functions_do_is_compared(
    compare: Compare, type_: str, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    base, head = (of(type_, {**each, "Tags": OURS}) for each in (before, after))
    found = compare(base, head)
    assert worse(found) == [("watches-otherwise", "warning", "app/It")]
    assert said in texts(found)
    assert compare(of(type_, before), of(type_, after)).findings == (), "of somebody else"


def test_words_for_people_are_no_change(compare: Compare) -> None:
    one, other = (
        of("AWS::SSM::Document", {"Content": {"description": each, "a": 1}, "Tags": OURS})
        for each in "ab"
    )
    assert compare(one, other).findings == ()


def test_a_longer_retention_of_a_backup_is_no_loss(compare: Compare) -> None:
    base, head = (
        of("AWS::Backup::BackupPlan", {"BackupPlan": {"Lifecycle": {"DeleteAfterDays": days}}})
        for days in (30, 60)
    )
    assert worse(compare(base, head)) == []
    assert [kind for kind, _, _ in worse(compare(head, base))] == ["retention-shorter"]


def test_what_a_rule_waits_for_is_no_policy(compare: Compare) -> None:
    statement = {"Effect": ["Allow"], "Principal": ["*"]}
    pattern = {"detail": {"requestParameters": {"Policy": {"Statement": [statement]}}}}
    other = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    found = compare(other, {**other, **of("AWS::Events::Rule", {"EventPattern": pattern})})
    assert found.findings == ()


def test_a_policy_that_denies_and_goes_is_named(compare: Compare) -> None:
    stays = {"Other": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    for effect, named in (("Deny", [("removed", "warning", "app/It")]), ("Allow", [])):
        statement = {"Effect": effect, "Action": "iam:*", "Resource": "*"}
        policy = of("AWS::IAM::ManagedPolicy", {"PolicyDocument": {"Statement": [statement]}})
        assert worse(compare({**policy, **stays}, stays)) == named


def test_order_is_no_change(compare: Compare) -> None:
    turned = {**RULE, "Targets": list(reversed(RULE["Targets"]))}
    found = compare(of("AWS::Events::Rule", RULE), of("AWS::Events::Rule", turned))
    assert found.findings == ()


@pytest.mark.parametrize(
    "type_",
    [
        "AWS::EC2::NetworkAclEntry",
        "AWS::Lambda::Permission",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::SSM::PatchBaseline",
        "AWS::SSM::ServiceSetting",
        "AWS::Scheduler::Schedule",
        "AWS::StepFunctions::StateMachine",
    ],
)
def test_a_resource_that_watches_and_goes_is_named(compare: Compare, type_: str) -> None:
    stays = {"Other": {"Type": "AWS::IAM::Role", "Properties": {}}}
    found = compare({**of(type_, {}), **stays}, stays)
    assert worse(found) == [("removed", "warning", "app/It")]


def test_every_compared_type_exists_and_has_its_properties() -> None:
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415 - a second to import

    def has(schema: dict[str, Any], names: list[str], part: dict[str, Any]) -> bool:
        while "$ref" in part:
            part = schema["definitions"][part["$ref"].rpartition("/")[2]]
        found = part.get("properties", {})
        return not names or (names[0] in found and has(schema, names[1:], found[names[0]]))

    compared = [(type_, name) for table in (WATCHED, OWN, SENDERS) for type_ in table for name in table[type_]]  # fmt: skip
    compared += [(type_, name) for type_, row in OPENINGS.items() for name in row.of]
    compared += [(type_, row.only[0]) for type_, row in OPENINGS.items() if row.only]
    unknown = []
    for type_, name in compared:
        if not type_.startswith("Custom::"):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
            if not has(schema, name.split("."), schema):
                unknown.append(f"{type_} {name}")
    assert unknown == []


def encrypted(**rule: Any) -> dict[str, Any]:
    blocked = {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    return {
        "PublicAccessBlockConfiguration": blocked,
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
    }


KMS = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
AES = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        (encrypted(**KMS), encrypted(**AES), "error"),
        (
            encrypted(**AES, BlockedEncryptionTypes={"EncryptionType": ["SSE-C"]}),
            encrypted(**AES),
            "warning",
        ),
    ],
)
def test_weaker_encryption_of_a_bucket_is_named(
    compare: Compare, before: dict[str, Any], after: dict[str, Any], severity: str
) -> None:
    base, head = of("AWS::S3::Bucket", before), of("AWS::S3::Bucket", after)
    assert ("encryption-weaker", severity, "app/It") in worse(compare(base, head))
    assert worse(compare(head, base)) == []


def test_a_policy_of_one_account_that_goes_is_named(write: Write) -> None:
    """An account is no unit of the assembly: without its policies nothing stands for it."""
    content = {"Version": "2012-10-17", "Statement": [{"Sid": "Kept", "Effect": "Deny"}]}
    policy = {
        "Type": "AWS::Organizations::Policy",
        "Properties": {
            "Name": "own",
            "Type": "SERVICE_CONTROL_POLICY",
            "TargetIds": ["555555555555"],
            "Content": json.dumps(content),
        },
    }
    role = {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}
    base = read_assembly(write({"app": {"Policy": policy, **role}}, controls=[]))
    head = read_assembly(write({"app": role}, controls=[]))
    found = review(base, head, names=("a", "b"))
    assert worse(found) == [("policy-changed", "warning", "unit account 555555555555")]
    assert "`Kept`" in texts(found)
    back = review(head, base, names=("a", "b"))
    assert [each.kind for each in back.findings] == ["policy-changed"]
