"""Findings on their way into the log archive: who may write, what is written, what is lost to nobody."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_sns as sns
from moto import mock_aws

from baseline.audit.finding_archive import FindingArchive
from baseline.config import Configuration, Names, load
from baseline.controls.registry import declarations
from baseline.detection import event_patterns
from stacks.log_archive import LogArchiveStack
from tests.handlers import load_handler
from tests.support import CONTEXT
from tests.unit.audit.resource_policy import bucket_policy, key_policy
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches

handler = load_handler("baseline/audit/handlers/finding_archive")
BUCKET = "secbase-findings-222222222222-eu-west-1"
WRITER = {"aws:PrincipalArn": "arn:aws:iam::333333333333:role/secbase-finding-archive"}
TOPIC = "arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical"
Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load(Path("examples/configurations/security-hub.yaml"))


def archive(names: Names, *, unified: bool = False) -> tuple[cdk.App, Resources]:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    env = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(app, "Stack", env=env)
    topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
    FindingArchive(stack, "FindingArchive", names=names, topic=topic, unified=unified)
    return app, cdk.assertions.Template.from_stack(stack).to_json()["Resources"]


@pytest.fixture(scope="module")
def created(configuration: Configuration) -> tuple[cdk.App, Resources]:
    return archive(Names.of(configuration))


def log_archive(configuration: Configuration) -> Resources:
    names = Names.of(configuration)
    env = cdk.Environment(account=names.log_archive, region=names.home_region)
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stack = LogArchiveStack(app, "log-archive", configuration=configuration, names=names, env=env)
    resources: Resources = cdk.assertions.Template.from_stack(stack).to_json()["Resources"]
    return resources


@pytest.fixture(scope="module")
def kept(configuration: Configuration) -> Resources:
    return log_archive(configuration)


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def statements(resources: Resources, kind: str, start: str) -> dict[str, dict[str, Any]]:
    (found,) = (
        each["Properties"]
        for name, each in resources.items()
        if each["Type"] == kind and name.startswith(start)
    )
    document = found.get("PolicyDocument") or found["KeyPolicy"]
    return {each["Sid"]: each for each in document["Statement"] if "Sid" in each}


def test_s3_15_s3_14_the_bucket_locks_what_is_written(kept: Resources) -> None:
    (bucket,) = (each for each in of_type(kept, "AWS::S3::Bucket") if each["BucketName"] == BUCKET)
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": 365}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_kms_4_s3_17_the_bucket_has_a_key_of_its_own(kept: Resources) -> None:
    (bucket,) = (each for each in of_type(kept, "AWS::S3::Bucket") if each["BucketName"] == BUCKET)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    key = rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0]
    assert key.startswith("LogArchiveFindingsKey")
    assert kept[key]["Properties"]["EnableKeyRotation"] is True


def test_s3_9_s3_13_access_is_recorded_and_objects_end(kept: Resources) -> None:
    (bucket,) = (each for each in of_type(kept, "AWS::S3::Bucket") if each["BucketName"] == BUCKET)
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == f"{BUCKET}/"
    assert any("ExpirationInDays" in each for each in bucket["LifecycleConfiguration"]["Rules"])


def test_one_role_writes_below_one_prefix(kept: Resources) -> None:
    found = statements(kept, "AWS::S3::BucketPolicy", "LogArchiveFindings")
    write = found["FindingsWrite"]
    assert write["Action"] == "s3:PutObject"
    assert write["Condition"] == {"ArnEquals": WRITER}
    assert json.dumps(write["Resource"]).endswith('"/findings/*"]]}')
    assert "333333333333" in json.dumps(write["Principal"])
    assert {"DenyDeletingLogs", "DenyOtherKeys", "DenyWeakeningBucket"} <= found.keys()
    encrypt = statements(kept, "AWS::KMS::Key", "LogArchiveFindingsKey")["FindingsEncrypt"]
    assert encrypt["Action"] == "kms:GenerateDataKey"
    assert encrypt["Condition"] == {
        "ArnEquals": WRITER,
        "StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"},
    }


WRITING = "arn:aws:iam::333333333333:role/secbase-finding-archive"
OBJECT = f"arn:aws:s3:::{BUCKET}/findings/2026/11/22/10/x.json.gz"
THROUGH_S3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}


@pytest.mark.parametrize(
    ("principal", "action", "resource", "keys", "verdict"),
    [
        (WRITING, "s3:PutObject", OBJECT, {}, "allowed"),
        (WRITING, "s3:PutObject", f"arn:aws:s3:::{BUCKET}/x", {}, "silent"),
        (f"{WRITING}2", "s3:PutObject", OBJECT, {}, "silent"),
        (
            WRITING.replace("333333333333", "555555555555"),
            "s3:PutObject",
            OBJECT,
            {},
            "silent",
        ),
        (WRITING, "s3:GetObject", OBJECT, {}, "silent"),
        (WRITING, "s3:DeleteObjectVersion", OBJECT, {}, "denied by DenyDeletingLogs"),
        (
            WRITING,
            "s3:PutObject",
            OBJECT,
            {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:666:key/0"},
            "denied by DenyOtherKeys",
        ),
    ],
)
def test_what_the_bucket_answers(  # noqa: PLR0917 - a row of the table
    kept: Resources,
    principal: str,
    action: str,
    resource: str,
    keys: dict[str, str],
    verdict: str,
) -> None:
    policy = bucket_policy({"Resources": kept}, BUCKET)
    assert policy.verdict(principal, action, resource, keys) == verdict


@pytest.mark.parametrize(
    ("principal", "action", "keys", "verdict"),
    [
        (WRITING, "kms:GenerateDataKey", THROUGH_S3, "allowed"),
        (WRITING, "kms:GenerateDataKey", {}, "silent"),
        (WRITING, "kms:Decrypt", THROUGH_S3, "silent"),
        (f"{WRITING}2", "kms:GenerateDataKey", THROUGH_S3, "silent"),
    ],
)
def test_what_the_key_answers(
    kept: Resources, principal: str, action: str, keys: dict[str, str], verdict: str
) -> None:
    (name,) = (
        each
        for each, row in kept.items()
        if each.startswith("LogArchiveFindingsKey") and row["Type"] == "AWS::KMS::Key"
    )
    assert key_policy({"Resources": kept}, name).verdict(principal, action, "*", keys) == verdict


def test_without_the_switch_there_is_no_bucket(configuration: Configuration) -> None:
    hub = configuration.capabilities.security_hub.model_copy(update={"archive": False})
    capabilities = configuration.capabilities.model_copy(update={"security_hub": hub})
    resources = log_archive(configuration.model_copy(update={"capabilities": capabilities}))
    assert BUCKET not in {each["BucketName"] for each in of_type(resources, "AWS::S3::Bucket")}


def test_every_finding_goes_to_the_queue_whatever_its_state(
    created: tuple[cdk.App, Resources],
) -> None:
    (rule,) = of_type(created[1], "AWS::Events::Rule")
    pattern = rule["EventPattern"]
    for changes in ({}, {"RecordState": "ARCHIVED"}, {"Workflow": {"Status": "SUPPRESSED"}}):
        assert matches(pattern, sample_events.security_hub(**changes))
    guardduty = "arn:aws:securityhub:eu-west-1::product/aws/guardduty"
    assert matches(pattern, sample_events.security_hub(ProductArn=guardduty))
    assert not matches(pattern, sample_events.guardduty(9))


def test_findings_of_the_new_security_hub_are_kept_where_it_is_on() -> None:
    event = {
        "source": "aws.securityhub",
        "detail-type": "Findings Imported V2",
        "detail": {"findings": [{"severity": "High"}]},
    }
    assert matches(event_patterns.all_findings(unified=True), event)
    assert not matches(event_patterns.all_findings(), event)


def test_sqs_1_the_queue_is_encrypted_and_only_the_rule_sends(
    created: tuple[cdk.App, Resources],
) -> None:
    _, resources = created
    queues = of_type(resources, "AWS::SQS::Queue")
    assert all("KmsMasterKeyId" in each for each in queues)
    (queue,) = (each for each in queues if each.get("VisibilityTimeout", 0) > 300)
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    policies = [
        statement
        for each in of_type(resources, "AWS::SQS::QueuePolicy")
        for statement in each["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "QueueFindings"
    ]
    (send,) = policies
    assert send["Principal"] == {"Service": "events.amazonaws.com"}
    assert list(send["Condition"]) == ["ArnEquals"]


def test_a_batch_stays_hidden_while_it_is_written(created: tuple[cdk.App, Resources]) -> None:
    _, resources = created
    (mapping,) = of_type(resources, "AWS::Lambda::EventSourceMapping")
    (function,) = of_type(resources, "AWS::Lambda::Function")
    hidden = max(each.get("VisibilityTimeout", 0) for each in of_type(resources, "AWS::SQS::Queue"))
    window = mapping["MaximumBatchingWindowInSeconds"]
    assert hidden >= 6 * function["Timeout"] + window
    assert function["Environment"]["Variables"] == {
        "BUCKET": BUCKET,
        "OWNER": "222222222222",
        "PREFIX": "findings",
    }


def test_the_function_adds_objects_and_reads_none(created: tuple[cdk.App, Resources]) -> None:
    (policy,) = of_type(created[1], "AWS::IAM::ManagedPolicy")
    found = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    assert found["Keep"]["Action"] == "s3:PutObject"
    assert found["Keep"]["Resource"] == f"arn:aws:s3:::{BUCKET}/findings/*"
    assert found["EncryptKept"]["Action"] == "kms:GenerateDataKey"
    actions = json.dumps(policy["PolicyDocument"])
    assert "s3:GetObject" not in actions
    assert "s3:Delete" not in actions
    roles = [each.get("RoleName") for each in of_type(created[1], "AWS::IAM::Role")]
    assert roles == ["secbase-finding-archive"]


def test_somebody_hears_of_what_waits_and_of_what_is_lost(
    created: tuple[cdk.App, Resources],
) -> None:
    alarms = {each["MetricName"]: each for each in of_type(created[1], "AWS::CloudWatch::Alarm")}
    assert set(alarms) == {
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesVisible",
    }
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [TOPIC]
        assert alarm["TreatMissingData"] == "notBreaching"
    assert alarms["ApproximateAgeOfOldestMessage"]["Threshold"] == 3_600
    assert alarms["ApproximateNumberOfMessagesVisible"]["Threshold"] == 1


def test_the_capability_is_declared(created: tuple[cdk.App, Resources]) -> None:
    (declared,) = declarations(created[0])
    assert (declared["capability"], declared["controls"]) == ("finding-archive", ["SQS.1"])


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket under Object Lock, and the function's settings."""
    for name, value in (("BUCKET", BUCKET), ("OWNER", "123456789012"), ("PREFIX", "findings")):
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
            ObjectLockEnabledForBucket=True,
        )
        s3.put_object_lock_configuration(
            Bucket=BUCKET,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
            },
        )
        yield s3


def batch(*times: str) -> dict[str, Any]:
    events = [{**sample_events.security_hub(), "time": time, "id": time} for time in times]
    return {"Records": [{"messageId": each["id"], "body": json.dumps(each)} for each in events]}


def lines(s3: Any, key: str) -> list[dict[str, Any]]:
    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return [json.loads(line) for line in gzip.decompress(body).decode().splitlines()]


def test_a_batch_becomes_one_object_for_each_hour(bucket: Any) -> None:
    given = batch("2026-11-22T09:59:59Z", "2026-11-22T10:00:00Z", "2026-11-22T10:20:00Z")
    keys = handler.handler(given, None)["keys"]
    assert [key.rpartition("/")[0] for key in keys] == [
        "findings/2026/11/22/09",
        "findings/2026/11/22/10",
    ]
    assert [len(lines(bucket, key)) for key in keys] == [1, 2]
    (first,) = lines(bucket, keys[0])
    assert first["detail"]["findings"] == [sample_events.FINDING]


def test_what_is_written_is_locked(bucket: Any) -> None:
    (key,) = handler.handler(batch("2026-11-22T10:00:00Z"), None)["keys"]
    found = bucket.head_object(Bucket=BUCKET, Key=key)
    assert found["ObjectLockMode"] == "COMPLIANCE"
    assert found["ObjectLockRetainUntilDate"]


def test_a_second_attempt_writes_the_same_object(bucket: Any) -> None:
    given = batch("2026-11-22T10:00:00Z", "2026-11-22T10:20:00Z")
    assert handler.handler(given, None) == handler.handler(given, None)
    assert len(bucket.list_objects_v2(Bucket=BUCKET)["Contents"]) == 1


def test_what_cannot_be_written_is_an_error_and_stays_in_the_queue(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET", "another-bucket")
    with pytest.raises(bucket.exceptions.NoSuchBucket):
        handler.handler(batch("2026-11-22T10:00:00Z"), None)


def test_a_bucket_of_another_account_gets_nothing(
    bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []

    class Client:
        def put_object(self, **given: Any) -> None:
            sent.append(given)

    monkeypatch.setattr(handler.boto3, "client", lambda *_, **__: Client())
    handler.handler(batch("2026-11-22T10:00:00Z"), None)
    assert sent[0]["ExpectedBucketOwner"] == "123456789012"
    assert sent[0]["ChecksumAlgorithm"] == "SHA256"
    assert bucket.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
