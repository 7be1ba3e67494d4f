"""A SIEM is told of new logs and reads them with one role; nobody else does, and silence is heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_s3 as s3

from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_pull import SOURCES, SiemPull
from baseline.audit.siem_reader import OwnReader, SiemReaderRole, Vendor
from baseline.config import Configuration, Names
from baseline.config.log_replication import LogReplication
from baseline.config.siem import Siem
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from stacks.log_archive import LogArchiveStack
from tests.unit.audit.conftest import BUCKETS, KEYS, new_app
from tests.unit.audit.resource_policy import ResourcePolicy, key_policy, resolved

Template = dict[str, Any]
VENDOR = "464646464646"
EXTERNAL_ID = "us1-7f3kq9x2m4w8z6b1"
TRAIL = "arn:aws:s3:::secbase-org-logs-222222222222-eu-west-1"
READER = "SiemPullReaderRole1C9EAB50"
KEY = "SiemPullKey89557D39"
S3 = "s3.amazonaws.com"


def with_siem(configuration: Configuration, **pull: object) -> Configuration:
    siem = Siem.model_validate({"pull": {"account": VENDOR, "external_id": EXTERNAL_ID, **pull}})
    return configuration.model_copy(update={"siem": siem})


def synthesize(configuration: Configuration) -> tuple[cdk.App, Template]:
    app, names = new_app(), Names.of(configuration)
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    LogArchiveStack(app, "log-archive", configuration=configuration, names=names, env=env)
    return app, dict(app.synth().get_stack_by_name("secbase-log-archive").template)


@pytest.fixture(scope="module")
def pulled(configuration: Configuration) -> tuple[cdk.App, Template]:
    return synthesize(with_siem(configuration))


@pytest.fixture(scope="module")
def template(pulled: tuple[cdk.App, Template]) -> Template:
    return pulled[1]


def properties(template: Template, logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def of_type(template: Template, kind: str, start: str = "Siem") -> dict[str, dict[str, Any]]:
    return {
        name: each["Properties"]
        for name, each in template["Resources"].items()
        if each["Type"] == kind and name.startswith(start)
    }


def statement(template: Template, sid: str) -> dict[str, Any]:
    (policy,) = of_type(template, "AWS::IAM::ManagedPolicy").values()
    document = policy["PolicyDocument"]
    (found,) = [each for each in document["Statement"] if each["Sid"] == sid]
    whole: dict[str, Any] = resolved(template, found)
    return whole


def test_without_the_section_nothing_of_it_is_there(archive: Template) -> None:
    assert [name for name in archive["Resources"] if name.startswith("Siem")] == []
    for logical_id in BUCKETS.values():
        assert "NotificationConfiguration" not in properties(archive, logical_id)


@pytest.mark.parametrize("source", SOURCES)
def test_each_bucket_tells_a_queue_of_its_own(template: Template, source: str) -> None:
    bucket = template["Resources"][BUCKETS[source.replace("_", "-")]]
    (told,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Event"] == "s3:ObjectCreated:*"
    rules = {rule["Name"]: rule["Value"] for rule in told["Filter"]["S3Key"]["Rules"]}
    assert rules["prefix"] == "AWSLogs/"
    # The empty file with which AWS Config tries a folder is no log.
    assert rules.get("suffix") == (".gz" if source == "config" else None)
    queue = told["Queue"]["Fn::GetAtt"][0]
    assert queue.startswith(f"SiemPull{SOURCES[source].id}Queue")  # type: ignore[index]
    # S3 tries the queue when the bucket gets its notification.
    (policy,) = bucket["DependsOn"]
    assert properties(template, policy)["Queues"] == [{"Ref": queue}]


def test_there_is_no_custom_resource(template: Template) -> None:
    kinds = {each["Type"] for each in template["Resources"].values()}
    assert "Custom::S3BucketNotifications" not in kinds
    assert "AWS::Lambda::Function" not in kinds


def test_sqs_1_and_sqs_3_queues_are_encrypted_tagged_and_lose_nothing(
    pulled: tuple[cdk.App, Template],
) -> None:
    app, template = pulled
    queues = of_type(template, "AWS::SQS::Queue")
    assert len(queues) == 2 * len(SOURCES)
    for queue in queues.values():
        assert queue["KmsMasterKeyId"] == {"Fn::GetAtt": [KEY, "Arn"]}
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    working = {name: each for name, each in queues.items() if "DeadLetter" not in name}
    assert all(each["RedrivePolicy"]["maxReceiveCount"] == 5 for each in working.values())
    assert {each["VisibilityTimeout"] for each in working.values()} == {600}
    declared = [each for each in declarations(app) if each["capability"] == "siem-pull"]
    assert [each["controls"] for each in declared] == [["SQS.1", "SQS.3"]]


@pytest.mark.parametrize(
    ("source", "account", "verdict"),
    [
        (TRAIL, "222222222222", "allowed"),
        ("arn:aws:s3:::somebody-elses", "222222222222", "silent"),
        (TRAIL, "474747474747", "silent"),
    ],
)
def test_s3_encrypts_and_sends_for_our_bucket_only(
    template: Template, source: str, account: str, verdict: str
) -> None:
    keys = {"aws:SourceArn": source, "aws:SourceAccount": account}
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert key_policy(template, KEY).verdict(S3, action, keys=keys) == verdict
    (policy,) = [
        each
        for name, each in of_type(template, "AWS::SQS::QueuePolicy").items()
        if name.startswith("SiemPullCloudTrailQueuePolicy")
    ]
    document = resolved(template, policy["PolicyDocument"])
    allow = [each for each in document["Statement"] if each["Effect"] == "Allow"]
    queue = ResourcePolicy({"Statement": allow})
    arn = allow[0]["Resource"]
    assert queue.verdict(S3, "sqs:SendMessage", arn, keys) == verdict
    assert queue.verdict(S3, "sqs:ReceiveMessage", arn, keys) == "silent"


def test_only_the_vendor_with_our_external_id_takes_the_role(template: Template) -> None:
    role = properties(template, READER)
    assert role["RoleName"] == "secbase-siem-reader"
    assert role["MaxSessionDuration"] == 3600
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert VENDOR in str(trust["Principal"]["AWS"])
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}


def test_the_role_reads_below_the_prefix_and_takes_messages_and_nothing_else(
    template: Template,
) -> None:
    (policy,) = of_type(template, "AWS::IAM::ManagedPolicy").values()
    statements = policy["PolicyDocument"]["Statement"]
    assert {each["Sid"] for each in statements} == {
        "ReadLogs",
        "DecryptLogs",
        "TakeMessages",
        "DecryptMessages",
    }
    assert statement(template, "ReadLogs")["Action"] == "s3:GetObject"
    read = statement(template, "ReadLogs")["Resource"]
    assert f"{TRAIL}/AWSLogs/*" in read
    assert len(read) == len(SOURCES)
    assert all(each.endswith("/AWSLogs/*") for each in read)
    assert set(statement(template, "TakeMessages")["Action"]) == {
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
    }
    assert all("Queue" in arn for arn in statement(template, "TakeMessages")["Resource"])


def test_the_role_decrypts_what_s3_reads_of_these_buckets_and_what_sqs_delivers(
    template: Template,
) -> None:
    logs = statement(template, "DecryptLogs")
    assert logs["Condition"]["StringEquals"] == {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    contexts = logs["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
    assert len(contexts) == 2 * len(SOURCES)
    assert not [each for each in contexts if each in ("*", "arn:aws:s3:::*")]
    # GuardDuty's findings are under a key of the security account.
    assert "arn:aws:kms:eu-west-1:333333333333:key/*" in logs["Resource"]
    exported = {KEYS[purpose] for purpose in ("cloudtrail", "config", "flow-logs", "guardduty")}
    assert {each.rpartition("/")[2] for each in logs["Resource"]} == {*exported, "*"}
    messages = statement(template, "DecryptMessages")
    assert messages["Condition"] == {
        "StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}
    }


def test_fewer_sources_are_fewer_rights(configuration: Configuration) -> None:
    _, template = synthesize(with_siem(configuration, sources=["cloudtrail"]))
    assert len(of_type(template, "AWS::SQS::Queue")) == 2
    read = statement(template, "ReadLogs")["Resource"]
    assert isinstance(read, str)
    assert read.endswith("/AWSLogs/*")
    assert "333333333333" not in str(statement(template, "DecryptLogs")["Resource"])
    assert "NotificationConfiguration" not in properties(template, BUCKETS["config"])


def test_somebody_hears_when_nobody_reads(template: Template) -> None:
    alarms = list(of_type(template, "AWS::CloudWatch::Alarm").values())
    ages = [each for each in alarms if each["MetricName"] == "ApproximateAgeOfOldestMessage"]
    failed = [each for each in alarms if "NumberOfMessagesVisible" in each["MetricName"]]
    assert len(ages) == len(failed) == len(SOURCES)
    assert {each["Threshold"] for each in ages} == {3600}
    assert {each["Threshold"] for each in failed} == {1}
    (topic,) = of_type(template, "AWS::SNS::Topic")
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["TreatMissingData"] == "notBreaching"
    assert len(of_type(template, "AWS::SNS::Subscription")) == 1


def test_what_the_siem_is_given_stands_in_the_outputs(template: Template) -> None:
    assert set(template["Outputs"]) >= {
        "SiemReaderRole",
        "SiemCloudTrailQueue",
        "SiemConfigQueue",
        "SiemFlowLogsQueue",
        "SiemGuardDutyQueue",
    }


def test_a_siem_of_ones_own_reads_with_its_role(configuration: Configuration) -> None:
    own = {"account": "555555555555", "role": "siem"}
    siem = Siem.model_validate({"pull": {"own_role": own}})
    _, template = synthesize(configuration.model_copy(update={"siem": siem}))
    (trust,) = properties(template, READER)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorgid"}
    assert "role/siem" in str(trust["Condition"]["ArnEquals"])


def test_the_packs_find_nothing(
    configuration: Configuration, findings: Callable[[cdk.App], list[str]]
) -> None:
    app, names = new_app(), Names.of(configuration)
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    LogArchiveStack(
        app, "log-archive", configuration=with_siem(configuration), names=names, env=env
    )
    assert findings(app) == []


@pytest.mark.parametrize(
    ("external_id", "message"),
    [
        ("short", "external_id must have 16 to 1224 characters"),
        ("with spaces in the middle", "external_id must have 16 to 1224 characters"),
        (f"acme-{VENDOR}", "holds the vendor's account ID 464646464646"),
    ],
)
def test_a_guessed_external_id_is_refused(external_id: str, message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        Vendor(account=VENDOR, external_id=external_id).principal()


def test_no_source_and_an_unknown_one_are_refused(stack: cdk.Stack, names: Names) -> None:
    alarms = SiemAlarms(stack, "Alarms", addresses=["security@example.com"])
    reader = OwnReader(account="555555555555", role="siem", organization_id="o-exampleorgid")
    for name, sources, message in (
        ("None", (), "sources names nothing; known: cloudtrail"),
        ("Odd", ("waf",), "sources names 'waf', which is no source"),
    ):
        with pytest.raises(BaselineError, match=message):
            SiemPull(
                stack,
                name,
                archive=None,  # type: ignore[arg-type]
                names=names,
                reader=reader,
                alarms=alarms,
                sources=sources,  # type: ignore[arg-type]
            )
    key = s3.Bucket(stack, "Bucket", encryption=s3.BucketEncryption.KMS).encryption_key
    assert key is not None
    with pytest.raises(BaselineError, match="readables is empty"):
        SiemReaderRole(stack, "Reader", role_name="r", reader=reader, readables=[], queue_key=key)


def test_alarms_need_somebody_who_hears_and_one_limit(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="addresses is empty"):
        SiemAlarms(stack, "Nobody", addresses=[])
    alarms = SiemAlarms(stack, "Somebody", addresses=["security@example.com"])
    metric = cloudwatch.Metric(namespace="AWS/SQS", metric_name="x")
    with pytest.raises(BaselineError, match="needs one limit: at_least or below"):
        alarms.watch(stack, "Both", metric=metric, description="x")


def test_a_bucket_that_is_copied_too_tells_both_queues(configuration: Configuration) -> None:
    """S3.7: a bucket has one notification configuration, which neither export takes over."""
    replication = LogReplication(region="eu-central-1", logs=("cloudtrail", "config"))
    archive = configuration.log_archive.model_copy(update={"replication": replication})
    copied = configuration.model_copy(update={"log_archive": archive})
    _, template = synthesize(with_siem(copied))
    for purpose, expected in (("cloudtrail", 2), ("config", 2), ("flow-logs", 1)):
        told = properties(template, BUCKETS[purpose])["NotificationConfiguration"]
        events = sorted(each["Event"] for each in told["QueueConfigurations"])
        queues = {each["Queue"]["Fn::GetAtt"][0] for each in told["QueueConfigurations"]}
        assert len(events) == len(queues) == expected, purpose
        assert any(event.startswith("s3:ObjectCreated:") for event in events)
        assert any(event.startswith("s3:Replication:") for event in events) == (expected == 2)
