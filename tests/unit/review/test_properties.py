"""Ports, protection, replacement, removal, controls: each named when it gets worse, and only then."""

from __future__ import annotations

import json
from typing import Any

import pytest

from baseline.review import read_assembly, review
from tests.unit.review.conftest import Compare, Write, texts, worse

HIDDEN = "0" * 64


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    properties = {"GroupDescription": "x", "SecurityGroupIngress": list(rules)}
    return {"Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}}


def rule(port: int, **source: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


INSIDE = rule(443, CidrIp="10.0.0.0/8")


@pytest.mark.parametrize(
    ("opened", "severity"),
    [
        (rule(22, CidrIp="0.0.0.0/0"), "error"),
        (rule(443, CidrIp="0.0.0.0/0"), "error"),
        (rule(22, CidrIpv6="::/0"), "error"),
        (rule(22, CidrIp="128.0.0.0/1"), "error"),
        (rule(22, CidrIp="10.1.0.0/16"), "warning"),
        (rule(22, CidrIpv6="fd00::/8"), "warning"),
        (rule(22, SourceSecurityGroupId={"Fn::GetAtt": ["Other", "GroupId"]}), "warning"),
        ({"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}, "error"),
        ({"Fn::If": ["Open", rule(22, CidrIp="0.0.0.0/0"), {"Ref": "AWS::NoValue"}]}, "error"),
    ],
)
def test_an_opened_port_is_named(compare: Compare, opened: dict[str, Any], severity: str) -> None:
    found = compare(group(INSIDE), group(INSIDE, opened))
    assert worse(found) == [("port-opened", severity, "app/Group")]
    closed = compare(group(INSIDE, opened), group(INSIDE))
    assert worse(closed) == []
    assert [each.kind for each in closed.findings] == ["port-closed"]


def test_a_separate_ingress_a_list_and_a_route_are_ways_too(compare: Compare) -> None:
    head = {
        "Rule": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": rule(5432, CidrIp="0.0.0.0/0", GroupId="sg-1"),
        },
        "List": {
            "Type": "AWS::EC2::PrefixList",
            "Properties": {"Entries": [{"Cidr": "0.0.0.0/0"}]},
        },
        "Route": {
            "Type": "AWS::EC2::Route",
            "Properties": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
        },
    }
    assert worse(compare({}, head)) == [
        ("port-opened", "error", "app/List"),
        ("port-opened", "error", "app/Rule"),
        ("way-out-opened", "warning", "app/Route"),
    ]


def test_a_group_that_comes_with_its_workload_may_talk_inside(compare: Compare) -> None:
    assert compare({}, group(INSIDE)).worse == ()


def test_what_a_rule_finds_is_named_with_the_rule(compare: Compare) -> None:
    def database(*, public: bool) -> dict[str, Any]:
        properties = {"StorageEncrypted": True, "PubliclyAccessible": public}
        return {"Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}

    found = compare(database(public=False), database(public=True))
    assert worse(found) == [("rule-public-database", "error", "app/Database")]
    back = compare(database(public=True), database(public=False))
    assert worse(back) == []
    assert "rule-public-database" in [each.kind for each in back.findings]


def of(kind: str, properties: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"It": {"Type": kind, "Properties": properties, **more}}


def locked(mode: str, days: int) -> dict[str, Any]:
    retention = {"DefaultRetention": {"Mode": mode, "Days": days}}
    return {"ObjectLockEnabled": True, "ObjectLockConfiguration": {"Rule": retention}}


def lifecycle(days: int) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": days}]}}


BLOCKED = {
    "PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
}


@pytest.mark.parametrize(
    ("type_", "before", "after", "kind"),
    [
        (
            "AWS::KMS::Key",
            {"EnableKeyRotation": True},
            {"EnableKeyRotation": False},
            "protection-off",
        ),
        ("AWS::KMS::Key", {"EnableKeyRotation": True}, {}, "protection-off"),
        ("AWS::CloudTrail::Trail", {"KMSKeyId": "k"}, {}, "key-removed"),
        (
            "AWS::Logs::LogGroup",
            {"KmsKeyId": "k", "RetentionInDays": 9},
            {"RetentionInDays": 9},
            "key-removed",
        ),
        (
            "AWS::Logs::LogGroup",
            {"RetentionInDays": 400},
            {"RetentionInDays": 7},
            "retention-shorter",
        ),
        ("AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}, "retention-shorter"),
        ("AWS::S3::Bucket", locked("COMPLIANCE", 365), locked("GOVERNANCE", 365), "protection-off"),
        (
            "AWS::S3::Bucket",
            locked("COMPLIANCE", 365),
            locked("COMPLIANCE", 30),
            "retention-shorter",
        ),
        ("AWS::S3::Bucket", lifecycle(400), lifecycle(30), "retention-shorter"),
        (
            "AWS::S3::Bucket",
            {"VersioningConfiguration": {"Status": "Enabled"}},
            {"VersioningConfiguration": {"Status": "Suspended"}},
            "protection-off",
        ),
        (
            "AWS::RDS::DBCluster",
            {"DeletionProtection": True},
            {"DeletionProtection": False},
            "protection-off",
        ),
        ("AWS::RDS::DBCluster", {"BackupRetentionPeriod": 35}, {}, "retention-shorter"),
    ],
)
def test_protection_that_goes_is_named(
    compare: Compare, type_: str, before: dict[str, Any], after: dict[str, Any], kind: str
) -> None:
    blocked = BLOCKED if type_ == "AWS::S3::Bucket" else {}
    base, head = of(type_, {**blocked, **before}), of(type_, {**blocked, **after})
    assert (kind, "error", "app/It") in worse(compare(base, head))
    assert compare(head, base).worse == ()


def test_one_loss_is_told_once(compare: Compare) -> None:
    """The Guard rule about rotation says no more than the property."""
    found = compare(
        of("AWS::KMS::Key", {"EnableKeyRotation": True}),
        of("AWS::KMS::Key", {"EnableKeyRotation": False}),
    )
    assert worse(found) == [("protection-off", "error", "app/It")]


def test_a_period_that_only_the_deployment_knows_is_left_alone(compare: Compare) -> None:
    found = compare(
        of("AWS::Logs::LogGroup", {"RetentionInDays": 400}),
        of("AWS::Logs::LogGroup", {"RetentionInDays": {"Ref": "Days"}}),
    )
    assert found.worse == ()


@pytest.mark.parametrize("name", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_a_deletion_policy_that_goes_is_named(compare: Compare, name: str) -> None:
    kept, gone = of("AWS::SQS::Queue", {}, **{name: "Retain"}), of("AWS::SQS::Queue", {})
    assert worse(compare(kept, gone)) == [("deletion-policy", "error", "app/It")]
    assert worse(compare(gone, kept)) == []


def test_a_log_bucket_that_goes_is_named(compare: Compare) -> None:
    bucket = of("AWS::S3::Bucket", BLOCKED, DeletionPolicy="Retain")
    found = compare({**bucket, **group()}, group())
    assert worse(found) == [("removed", "error", "app/It")]
    assert "the old one stays" in texts(found)
    found = compare({**of("AWS::S3::Bucket", BLOCKED), **group()}, group())
    assert "its data are deleted" in texts(found)


def test_what_watches_is_told_and_what_does_not_is_a_note(compare: Compare) -> None:
    found = compare({**of("AWS::CloudWatch::Alarm", {}), **group()}, group())
    assert worse(found) == [("removed", "warning", "app/It")]
    found = compare({**of("AWS::Lambda::Function", {}), **group()}, group())
    assert worse(found) == []
    assert [(each.kind, each.severity) for each in found.findings] == [("removed", "note")]


def test_what_is_replaced_is_named_with_the_property(compare: Compare) -> None:
    found = compare(
        of("AWS::DynamoDB::Table", {"TableName": "a"}, UpdateReplacePolicy="Retain"),
        of("AWS::DynamoDB::Table", {"TableName": "b"}, UpdateReplacePolicy="Retain"),
    )
    assert worse(found) == [("replaced", "error", "app/It")]
    assert "`TableName` cannot be changed" in texts(found)


def test_another_logical_id_or_stack_replaces_too(write: Write) -> None:
    table = of("AWS::DynamoDB::Table", {"TableName": "a"})
    base = read_assembly(write({"one": {**table, **group()}, "two": group()}, controls=[]))
    renamed = {"New": table["It"], **group()}
    moved = {"one": group(), "two": {**group(), **table}}
    for stacks, said in (
        ({"one": renamed, "two": group()}, "has another logical ID, `New`"),
        (moved, "stands in stack `two` now"),
    ):
        found = review(base, read_assembly(write(stacks, controls=[])), names=("a", "b"))
        assert worse(found) == [("replaced", "error", "one/It")]
        assert said in texts(found)


def test_a_stack_that_goes_names_its_data(write: Write) -> None:
    logs = of("AWS::S3::Bucket", BLOCKED, DeletionPolicy="Retain")
    base = read_assembly(write({"logs": logs, "app": group()}, controls=[]))
    head = read_assembly(write({"app": group()}, controls=[], unprotected=("app",)))
    found = review(base, head, names=("a", "b"))
    assert worse(found) == [
        ("termination-protection", "error", "app"),
        ("stack-removed", "error", "logs"),
    ]
    assert "It (AWS::S3::Bucket, stays)" in texts(found)


def test_the_body_of_a_stack_set_is_read(compare: Compare) -> None:
    def stack_set(resources: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps({"Resources": resources})
        properties = {"StackSetName": "secbase-member", "TemplateBody": body}
        return {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}

    opened = rule(3389, CidrIp="0.0.0.0/0")
    found = compare(stack_set(group()), stack_set(group(opened)))
    assert worse(found) == [("port-opened", "error", "app/secbase-member/Group")]
    gone = compare(stack_set({**of("AWS::KMS::Key", {}), **group()}), stack_set(group()))
    assert worse(gone) == [("removed", "error", "app/secbase-member/It")]


def test_controls_lost_and_gained_are_told(write: Write) -> None:
    trail = {
        "capability": "trail",
        "construct": "a/Trail",
        "controls": ["CloudTrail.1", "CloudTrail.2"],
    }
    alarm = {"capability": "alarms", "construct": "a/Alarms", "controls": []}
    both = read_assembly(write({"app": group()}, controls=[trail, alarm]))
    less = read_assembly(
        write(
            {"app": group()},
            controls=[{**trail, "construct": "b/New", "controls": ["CloudTrail.1"]}],
        )
    )
    found = review(both, less, names=("a", "b"))
    assert worse(found) == [("control-lost", "error", "alarms"), ("control-lost", "error", "trail")]
    assert "loses controls: `CloudTrail.2`" in texts(found)
    back = review(less, both, names=("a", "b"))
    assert back.worse == ()
    assert len(back.findings) == 2
    # Another construct that keeps the control is no change.
    same = read_assembly(write({"app": group()}, controls=[{**trail, "construct": "c"}, alarm]))
    assert review(both, same, names=("a", "b")).findings == ()


def test_a_side_without_controls_is_remarked(write: Write) -> None:
    one, other = (read_assembly(write({"app": group()})) for _ in range(2))
    found = review(one, other, names=("a", "b"))
    assert found.findings == ()
    assert "controls were not compared" in found.remarks[0]


def test_noise_is_no_change(compare: Compare) -> None:
    def noisy(digest: str, *, turned: bool) -> dict[str, Any]:
        rules = [INSIDE, rule(80, CidrIp="10.0.0.0/8", Description=digest)]
        resources = {
            **group(*(reversed(rules) if turned else rules)),
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"S3Key": f"{digest}.zip"}, "Description": digest},
                "Metadata": {"aws:asset:path": f"asset.{digest}"},
            },
            f"Version{digest[:8]}": {"Type": "AWS::Lambda::Version", "Properties": {}},
            "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": digest}},
        }
        return dict(reversed(resources.items())) if turned else resources

    found = compare(noisy(HIDDEN, turned=False), noisy("f" * 64, turned=True))
    assert found.findings == ()
