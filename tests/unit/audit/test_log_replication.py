"""Copies of logs: written by one role, locked, never deleted with their source, and missed aloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.config.log_replication import LogReplication
from baseline.controls.registry import declarations
from stacks.log_archive import LogArchiveStack, LogCopiesStack
from stacks.security import SecurityStack
from tests.unit.audit.conftest import BUCKETS, KEYS, new_app
from tests.unit.audit.resource_policy import ResourcePolicy, resolved

Rendered = dict[str, Any]
ROLE = "arn:aws:iam::222222222222:role/secbase-log-replication"
COPY = "secbase-{}-222222222222-eu-central-1-copy"
STRANGERS = (
    "arn:aws:iam::222222222222:role/Administrator",
    "arn:aws:iam::555555555555:role/secbase-log-replication",
    "arn:aws:iam::222222222222:role/elsewhere/secbase-log-replication",
)
VIA = {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
PURPOSES = {"cloudtrail": "org-logs", "config": "config", "flow_logs": "flow-logs"}


def with_copies(configuration: Configuration, **settings: Any) -> Configuration:
    replication = LogReplication.model_validate(
        {"region": "eu-central-1", "logs": list(PURPOSES), **settings}
    )
    archive = configuration.log_archive.model_copy(update={"replication": replication})
    return configuration.model_copy(update={"log_archive": archive})


def build(configuration: Configuration, names: Names) -> cdk.App:
    app = new_app()
    replication = configuration.log_archive.replication
    assert replication is not None
    account = replication.account or names.log_archive
    LogArchiveStack(
        app,
        "log-archive",
        configuration=configuration,
        names=names,
        env=cdk.Environment(account=names.log_archive, region=names.home_region),
    )
    LogCopiesStack(
        app,
        "log-copies",
        configuration=configuration,
        names=names,
        replication=replication,
        env=cdk.Environment(account=account, region=replication.region),
        synthesizer=cdk.BootstraplessSynthesizer(),
    )
    return app


@pytest.fixture(scope="module")
def copied(configuration: Configuration, names: Names) -> cdk.App:
    return build(with_copies(configuration), names)


@pytest.fixture(scope="module")
def source(copied: cdk.App) -> Rendered:
    # Circular references are an error here, and only CloudFormation's otherwise.
    return dict(Template.from_stack(copied.node.find_child("log-archive")).to_json())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def copies(copied: cdk.App) -> Rendered:
    return dict(copied.synth().get_stack_by_name("secbase-log-copies").template)


def of_type(template: Rendered, kind: str) -> dict[str, dict[str, Any]]:
    return {k: r["Properties"] for k, r in template["Resources"].items() if r["Type"] == kind}


def copy_of(copies: Rendered, purpose: str) -> tuple[str, dict[str, Any]]:
    (found,) = [
        (logical_id, properties)
        for logical_id, properties in of_type(copies, "AWS::S3::Bucket").items()
        if properties["BucketName"] == COPY.format(purpose)
    ]
    return found


@pytest.mark.parametrize("log", PURPOSES)
def test_s3_7_every_new_object_is_copied_to_another_region(source: Rendered, log: str) -> None:
    properties = source["Resources"][BUCKETS[log.replace("_", "-")]]["Properties"]
    configuration = properties["ReplicationConfiguration"]
    (role,) = of_type(source, "AWS::IAM::Role")
    assert configuration["Role"] == {"Fn::GetAtt": [role, "Arn"]}
    purpose = PURPOSES[log]
    assert configuration["Rules"] == [
        {
            "Id": "Copy",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            "Destination": {
                "Bucket": f"arn:aws:s3:::{COPY.format(purpose)}",
                "EncryptionConfiguration": {
                    "ReplicaKmsKeyID": (
                        f"arn:aws:kms:eu-central-1:222222222222:alias/secbase-{purpose}-copy"
                    )
                },
                "Metrics": {"Status": "Enabled"},
            },
        }
    ]


def test_without_the_choice_nothing_is_copied(archive: Rendered) -> None:
    for properties in of_type(archive, "AWS::S3::Bucket").values():
        assert "ReplicationConfiguration" not in properties
        assert "NotificationConfiguration" not in properties
    assert of_type(archive, "AWS::IAM::Role") == {}


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_s3_15_s3_17_copies_are_locked_and_under_a_key_of_their_own(
    copies: Rendered, purpose: str
) -> None:
    _, properties = copy_of(copies, purpose)
    assert properties["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}
    }
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key = rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0]
    (alias,) = [
        each["AliasName"]
        for each in of_type(copies, "AWS::KMS::Alias").values()
        if each["TargetKeyId"]["Fn::GetAtt"][0] == key
    ]
    assert alias == f"alias/secbase-{purpose}-copy"
    assert copies["Resources"][key]["Properties"]["EnableKeyRotation"] is True
    assert copies["Resources"][key]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("purpose", PURPOSES.values())
def test_only_the_replication_role_writes_copies_and_it_deletes_none(
    copies: Rendered, purpose: str
) -> None:
    logical_id, properties = copy_of(copies, purpose)
    (raw,) = [
        each["PolicyDocument"]
        for each in of_type(copies, "AWS::S3::BucketPolicy").values()
        if each["Bucket"] == {"Ref": logical_id}
    ]
    policy = ResourcePolicy(resolved(copies, raw))
    log = f"arn:aws:s3:::{properties['BucketName']}/AWSLogs/x"
    for action in ("s3:ReplicateObject", "s3:ReplicateTags"):
        assert policy.verdict(ROLE, action, log) == "allowed"
        for stranger in STRANGERS:
            assert policy.verdict(stranger, action, log) == "silent"
    assert policy.verdict(ROLE, "s3:ReplicateDelete", log) == "silent"
    assert policy.verdict(ROLE, "s3:GetObject", log) == "silent"
    for action in ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"):
        assert policy.verdict(ROLE, action, log) == "denied by DenyDeletingLogs"


def test_the_role_encrypts_through_s3_of_that_region_alone(copies: Rendered) -> None:
    keys = of_type(copies, "AWS::KMS::Key")
    assert len(keys) == 3
    for properties in keys.values():
        policy = ResourcePolicy(resolved(copies, properties["KeyPolicy"]))
        assert policy.verdict(ROLE, "kms:TagResource") == "allowed"  # its account delegates
        stranger = STRANGERS[1]
        assert policy.verdict(stranger, "kms:Encrypt", keys=VIA) == "silent"
        (statement,) = [
            s for s in properties["KeyPolicy"]["Statement"] if s.get("Sid") == "ReplicationEncrypt"
        ]
        assert statement["Action"] == ["kms:Encrypt", "kms:GenerateDataKey"]
        assert statement["Condition"] == {
            "ArnEquals": {"aws:PrincipalArn": ROLE},
            "StringEquals": VIA,
        }


def test_the_role_reads_these_logs_and_writes_these_copies_and_nothing_else(
    source: Rendered,
) -> None:
    (policy,) = of_type(source, "AWS::IAM::ManagedPolicy").values()
    statements = {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}
    assert set(statements) == {
        "ReadConfiguration",
        "ReadLogs",
        "WriteCopies",
        "DecryptLogs",
        "EncryptCopies",
    }
    buckets = {
        f"arn:aws:s3:::secbase-{purpose}-222222222222-eu-west-1" for purpose in PURPOSES.values()
    }
    assert set(statements["ReadConfiguration"]["Resource"]) == buckets
    assert set(statements["ReadLogs"]["Resource"]) == {f"{each}/*" for each in buckets}
    # With these two, a copy keeps the lock of its source.
    assert {"s3:GetObjectRetention", "s3:GetObjectLegalHold"} < set(
        statements["ReadLogs"]["Action"]
    )
    assert statements["WriteCopies"]["Action"] == ["s3:ReplicateObject", "s3:ReplicateTags"]
    assert set(statements["WriteCopies"]["Resource"]) == {
        f"arn:aws:s3:::{COPY.format(purpose)}/*" for purpose in PURPOSES.values()
    }
    assert statements["DecryptLogs"]["Resource"] == [
        {"Fn::GetAtt": [KEYS[name], "Arn"]} for name in ("cloudtrail", "config", "flow-logs")
    ]
    decrypt, encrypt = statements["DecryptLogs"], statements["EncryptCopies"]
    assert decrypt["Condition"]["StringEquals"] == {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    assert encrypt["Resource"] == "arn:aws:kms:eu-central-1:222222222222:key/*"
    assert encrypt["Condition"]["StringEquals"] == VIA
    named = encrypt["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
    assert set(named) == {
        f"arn:aws:s3:::{COPY.format(purpose)}{end}"
        for purpose in PURPOSES.values()
        for end in ("", "/*")
    }


def test_an_object_that_is_not_copied_alarms_in_five_minutes(source: Rendered) -> None:
    (queue,) = of_type(source, "AWS::SQS::Queue")
    for name in ("cloudtrail", "config", "flow-logs"):
        resource = source["Resources"][BUCKETS[name]]
        assert resource["Properties"]["NotificationConfiguration"] == {
            "QueueConfigurations": [
                {
                    "Event": "s3:Replication:OperationFailedReplication",
                    "Queue": {"Fn::GetAtt": [queue, "Arn"]},
                }
            ]
        }
        (policy,) = of_type(source, "AWS::SQS::QueuePolicy")
        assert policy in resource["DependsOn"]
    (alarm,) = of_type(source, "AWS::CloudWatch::Alarm").values()
    assert alarm["AlarmName"] == "secbase-log-replication-failed"
    assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:333333333333:secbase-findings-high"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert (alarm["Period"], alarm["Threshold"], alarm["EvaluationPeriods"]) == (300, 1, 1)
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
    ]
    assert alarm["ActionsEnabled"] is True


@pytest.mark.parametrize(
    ("context", "verdict"),
    [
        ({}, "allowed"),
        ({"aws:SourceAccount": "666666666666"}, "silent"),
        ({"aws:SourceArn": "arn:aws:s3:::other"}, "silent"),
    ],
)
def test_only_these_buckets_put_failures_into_the_queue(
    source: Rendered, context: dict[str, str], verdict: str
) -> None:
    keys = {
        "aws:SourceAccount": "222222222222",
        "aws:SourceArn": "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1",
        **context,
    }
    ((_, properties),) = [
        (name, each)
        for name, each in of_type(source, "AWS::KMS::Key").items()
        if each["Description"] == "Logs that were not copied"
    ]
    policy = ResourcePolicy(resolved(source, properties["KeyPolicy"]))
    assert policy.verdict("s3.amazonaws.com", "kms:GenerateDataKey", keys=keys) == verdict


def test_the_topic_hears_the_alarm_of_the_other_account(
    configuration: Configuration, names: Names, synthesized: Callable[[cdk.Stack], Rendered]
) -> None:
    found = {}
    for name, given in (("on", with_copies(configuration)), ("off", configuration)):
        stack = SecurityStack(
            new_app(),
            "security",
            configuration=given,
            names=names,
            env=cdk.Environment(account=names.security, region=names.home_region),
        )
        found[name] = synthesized(stack)
    sid = "PublishReplicationAlarms"
    assert sid not in str(found["off"])
    (statement,) = [
        each
        for properties in of_type(found["on"], "AWS::SNS::TopicPolicy").values()
        for each in properties["PolicyDocument"]["Statement"]
        if each.get("Sid") == sid
    ]
    assert statement["Condition"] == {
        "ArnLike": {
            "aws:SourceArn": (
                "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:secbase-log-replication-*"
            )
        },
        "StringEquals": {"aws:SourceAccount": "222222222222"},
    }
    # The auditors read copies, too.
    text = str(found["on"])
    assert COPY.format("org-logs") in text
    assert "s3.eu-central-1.amazonaws.com" in text


def test_copies_in_another_account_belong_to_it_and_are_protected_by_its_roles(
    configuration: Configuration, names: Names
) -> None:
    app = build(with_copies(configuration, account="444444444444"), names)
    assembly = app.synth()
    source = assembly.get_stack_by_name("secbase-log-archive").template
    copies = assembly.get_stack_by_name("secbase-log-copies").template
    destination = source["Resources"][BUCKETS["cloudtrail"]]["Properties"][
        "ReplicationConfiguration"
    ]["Rules"][0]["Destination"]
    assert destination["Account"] == "444444444444"
    assert destination["AccessControlTranslation"] == {"Owner": "Destination"}
    assert destination["EncryptionConfiguration"]["ReplicaKmsKeyID"] == (
        "arn:aws:kms:eu-central-1:444444444444:alias/secbase-org-logs-copy"
    )
    text = str(copies["Resources"])
    assert "arn:aws:iam::444444444444:role/OrgBreakGlass" in text
    assert "arn:aws:iam::444444444444:role/cdk-secbase-cfn-exec-role-444444444444-eu-west-1" in text
    assert ROLE in text
    for template in (source, copies):
        assert "s3:ObjectOwnerOverrideToBucketOwner" in str(template)
    # The names stay those that the guardrails know.
    assert copy_of(copies, "org-logs")


@pytest.mark.parametrize(
    ("settings", "claimed"),
    [({}, True), ({"region": "eu-west-1", "account": "444444444444"}, False)],
)
def test_s3_7_is_claimed_for_another_region_only(
    configuration: Configuration, names: Names, settings: dict[str, str], claimed: bool
) -> None:
    app = build(with_copies(configuration, **settings), names)
    controls = {
        str(control)
        for entry in declarations(app)
        if entry["capability"] == "log-replication"
        for control in entry["controls"]  # type: ignore[attr-defined]
    }
    assert ("S3.7" in controls) is claimed


def test_everything_that_holds_copies_outlives_the_stack(copies: Rendered) -> None:
    for logical_id, resource in copies["Resources"].items():
        assert resource["DeletionPolicy"].startswith("Retain"), logical_id


def test_no_rule_pack_finds_anything(
    copied: cdk.App, findings: Callable[[cdk.App], list[str]]
) -> None:
    assert findings(copied) == []
