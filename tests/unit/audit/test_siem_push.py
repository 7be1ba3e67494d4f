"""Streams deliver encrypted, with a token from Secrets Manager, and keep what the SIEM refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template as Assertions

from baseline.audit import siem_patterns
from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_push import SiemPush
from baseline.config import Configuration, Names
from baseline.config.siem import PRESETS, Siem
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.primitives.protection_tag import mark_protected
from stacks.siem import SiemStack, SiemTrailStack
from tests.unit.audit.conftest import new_app

Template = dict[str, Any]
ALL = ["findings", "activity", "trail"]
DOMAIN = "arn:aws:es:eu-west-1:333333333333:domain/siem"
KEYWORD = {
    "splunk": "SplunkDestinationConfiguration",
    "opensearch": "AmazonopensearchserviceDestinationConfiguration",
}
KEY = "SiemPushKey9C64CA8E"


def push_of(destination: str) -> dict[str, Any]:
    if destination == "opensearch":
        return {"destination": destination, "domain": DOMAIN}
    return {"destination": destination, "url": PRESETS[destination].example, "sources": ALL}


def make(configuration: Configuration, **push: object) -> cdk.App:
    section = Siem.model_validate({"push": push}).push
    assert section is not None
    app, names = new_app(), Names.of(configuration)
    env = cdk.Environment(account=names.security, region=names.home_region)
    SiemStack(app, "siem", configuration=configuration, names=names, push=section, env=env)
    mark_protected(app)
    return app


@pytest.fixture(scope="module")
def apps(configuration: Configuration) -> dict[str, cdk.App]:
    return {name: make(configuration, **push_of(name)) for name in PRESETS}


@pytest.fixture(scope="module")
def templates_of(apps: dict[str, cdk.App]) -> dict[str, Template]:
    return {
        name: dict(app.synth().get_stack_by_name("secbase-siem").template)
        for name, app in apps.items()
    }


@pytest.fixture(scope="module")
def template(templates_of: dict[str, Template]) -> Template:
    return templates_of["https"]


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: each["Properties"]
        for name, each in template["Resources"].items()
        if each["Type"] == kind
    }


def streams(template: Template) -> dict[str, dict[str, Any]]:
    return of_type(template, "AWS::KinesisFirehose::DeliveryStream")


def destination(stream: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = stream[KEYWORD.get(name, "HttpEndpointDestinationConfiguration")]
    return found


def statements(template: Template, start: str) -> dict[str, dict[str, Any]]:
    (policy,) = [
        each
        for name, each in of_type(template, "AWS::IAM::ManagedPolicy").items()
        if name.startswith(start)
    ]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


@pytest.mark.parametrize("name", PRESETS)
def test_every_stream_encrypts_what_it_holds(templates_of: dict[str, Template], name: str) -> None:
    found = streams(templates_of[name])
    assert len(found) == (2 if name == "opensearch" else 3)
    for stream in found.values():
        assert stream["DeliveryStreamType"] == "DirectPut"
        assert stream["DeliveryStreamEncryptionConfigurationInput"] == {
            "KeyType": "CUSTOMER_MANAGED_CMK",
            "KeyARN": {"Fn::GetAtt": [KEY, "Arn"]},
        }


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_refused_is_kept_encrypted_and_the_reason_logged(
    templates_of: dict[str, Template], name: str
) -> None:
    modes = {"splunk": "FailedEventsOnly", "opensearch": "FailedDocumentsOnly"}
    for stream in streams(templates_of[name]).values():
        given = destination(stream, name)
        assert given["S3BackupMode"] == modes.get(name, "FailedDataOnly")
        assert given["RetryOptions"] == {"DurationInSeconds": 3600}
        backup = given["S3Configuration"]
        key = backup["EncryptionConfiguration"]["KMSEncryptionConfig"]["AWSKMSKeyARN"]
        assert key == {"Fn::GetAtt": [KEY, "Arn"]}
        assert backup["CompressionFormat"] == "GZIP"
        start = backup["Prefix"]
        assert backup["ErrorOutputPrefix"] == f"{start}!{{firehose:error-output-type}}/"
        for place in (given, backup):
            assert place["CloudWatchLoggingOptions"]["Enabled"] is True
    prefixes = [
        destination(stream, name)["S3Configuration"]["Prefix"]
        for stream in streams(templates_of[name]).values()
    ]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("name", ["https", "datadog", "new_relic"])
def test_https_endpoints_get_compressed_batches(
    templates_of: dict[str, Template], name: str
) -> None:
    for stream in streams(templates_of[name]).values():
        given = destination(stream, name)
        assert given["EndpointConfiguration"] == {
            "Name": PRESETS[name].name,
            "Url": PRESETS[name].example,
        }
        assert given["RequestConfiguration"] == {"ContentEncoding": "GZIP"}
        assert given["BufferingHints"] == {
            "IntervalInSeconds": 60,
            "SizeInMBs": PRESETS[name].buffer_megabytes,
        }


def test_splunk_gets_raw_events_and_acknowledges(templates_of: dict[str, Template]) -> None:
    for stream in streams(templates_of["splunk"]).values():
        given = destination(stream, "splunk")
        assert given["HECEndpoint"] == PRESETS["splunk"].example
        assert given["HECEndpointType"] == "Raw"
        assert 180 <= given["HECAcknowledgmentTimeoutInSeconds"] <= 600
        assert given["BufferingHints"] == {"IntervalInSeconds": 60, "SizeInMBs": 5}


def test_opensearch_gets_an_index_a_day_and_no_secret(templates_of: dict[str, Template]) -> None:
    template = templates_of["opensearch"]
    for stream in streams(template).values():
        given = destination(stream, "opensearch")
        assert (given["DomainARN"], given["IndexName"]) == (DOMAIN, "aws-security")
        assert given["IndexRotationPeriod"] == "OneDay"
    assert of_type(template, "AWS::SecretsManager::Secret") == {}
    index = statements(template, "SiemPushFindingsDeliveryPolicy")["WriteIndex"]
    assert index["Resource"] == [DOMAIN, f"{DOMAIN}/*"]
    assert "Outputs" not in template


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("splunk", "hec_token"),
        ("https", "api_key"),
        ("datadog", "api_key"),
        ("new_relic", "api_key"),
    ],
)
def test_the_token_stands_in_no_template(
    templates_of: dict[str, Template], name: str, token: str
) -> None:
    template = templates_of[name]
    ((logical_id, secret),) = of_type(template, "AWS::SecretsManager::Secret").items()
    assert "SecretString" not in secret
    assert secret["GenerateSecretString"]["GenerateStringKey"] == token
    assert secret["KmsKeyId"] == {"Fn::GetAtt": [KEY, "Arn"]}
    for stream in streams(template).values():
        given = destination(stream, name)
        assert given["SecretsManagerConfiguration"]["Enabled"] is True
        assert given["SecretsManagerConfiguration"]["SecretARN"] == {"Ref": logical_id}
        assert "HECToken" not in given
        assert "AccessKey" not in given.get("EndpointConfiguration", {})


def test_nobody_but_the_streams_reads_the_token_and_people_can_enter_it(
    template: Template,
) -> None:
    (policy,) = of_type(template, "AWS::SecretsManager::ResourcePolicy").values()
    (denied,) = policy["ResourcePolicy"]["Statement"]
    assert denied["Effect"] == "Deny"
    assert denied["Action"] == "secretsmanager:GetSecretValue"
    readers = denied["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    roles = {each["Fn::GetAtt"][0] for each in readers}
    assert len(roles) == 3
    assert all("DeliveryRole" in role for role in roles)
    # The guardrail on tagged resources would keep out who rotates it.
    (secret,) = of_type(template, "AWS::SecretsManager::Secret").values()
    assert "Tags" not in secret
    (stream, *_) = streams(template).values()
    assert {"Key": "SecurityBaseline", "Value": "protected"} in stream["Tags"]


def test_a_stream_does_no_more_than_deliver_and_keep(template: Template) -> None:
    rights = statements(template, "SiemPushFindingsDeliveryPolicy")
    assert set(rights) == {
        "KeepFailures",
        "FindFailures",
        "EncryptFailures",
        "TellWhy",
        "ReadToken",
        "DecryptToken",
    }
    assert "/findings/*" in str(rights["KeepFailures"]["Resource"])
    assert rights["ReadToken"]["Action"] == "secretsmanager:GetSecretValue"
    bound = rights["DecryptToken"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert bound == "secretsmanager.eu-west-1.amazonaws.com"
    bound = rights["EncryptFailures"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert bound == "s3.eu-west-1.amazonaws.com"
    (role,) = [
        each
        for name, each in of_type(template, "AWS::IAM::Role").items()
        if name.startswith("SiemPushFindingsDeliveryRole")
    ]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "333333333333"}}


def test_rules_send_findings_and_activity_to_their_streams(template: Template) -> None:
    rules = of_type(template, "AWS::Events::Rule")
    found = {name.removeprefix("SiemPush")[:-12]: each for name, each in rules.items()}
    assert {name: each["EventPattern"] for name, each in found.items()} == {
        "SecurityHub": siem_patterns.security_hub_changes(),
        "GuardDuty": siem_patterns.guardduty_changes(),
        "Activity": siem_patterns.activity(),
    }
    buses = {name: each.get("EventBusName") for name, each in found.items()}
    assert buses == {
        "SecurityHub": None,
        "GuardDuty": "secbase-security",
        "Activity": "secbase-security",
    }
    for name, rule in found.items():
        (target,) = rule["Targets"]
        stream = "Activity" if name == "Activity" else "Findings"
        assert target["Arn"]["Fn::GetAtt"][0].startswith(f"SiemPush{stream}Stream")
        assert target["RoleArn"]["Fn::GetAtt"][0].startswith(f"SiemPush{stream}SenderRole")
        assert "UndeliveredEventsQueue" in str(target["DeadLetterConfig"])
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86400


def test_sqs_1_an_event_that_reaches_no_stream_waits_and_is_told(template: Template) -> None:
    ((queue_id, queue),) = of_type(template, "AWS::SQS::Queue").items()
    assert queue["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("SiemPushUndeliveredQueueKey")
    (policy,) = of_type(template, "AWS::SQS::QueuePolicy").values()
    (allowed,) = [
        each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"
    ]
    assert len(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) == 3
    (alarm,) = [
        each
        for each in of_type(template, "AWS::CloudWatch::Alarm").values()
        if queue_id in str(each.get("Dimensions"))
    ]
    assert alarm["Threshold"] == 1


def test_the_trail_comes_unpacked_through_a_destination_of_one_account(template: Template) -> None:
    (target,) = of_type(template, "AWS::Logs::Destination").values()
    assert target["DestinationName"] == "secbase-siem-trail"
    assert target["TargetArn"]["Fn::GetAtt"][0].startswith("SiemPushTrailStream")
    (allowed,) = json.loads(target["DestinationPolicy"])["Statement"]
    assert allowed["Principal"] == {"AWS": "111111111111"}
    assert allowed["Action"] == "logs:PutSubscriptionFilter"
    (role,) = [
        each
        for name, each in of_type(template, "AWS::IAM::Role").items()
        if name.startswith("SiemPushTrailSourceSenderRole")
    ]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"] == [
        "arn:aws:logs:eu-west-1:111111111111:*",
        "arn:aws:logs:eu-west-1:333333333333:*",
    ]
    unpacked = {
        name: destination(each, "https").get("ProcessingConfiguration")
        for name, each in streams(template).items()
    }
    processed = [each for each in unpacked.values() if each]
    assert [each["Type"] for each in processed[0]["Processors"]] == [
        "Decompression",
        "CloudWatchLogProcessing",
    ]
    # Firehose fails every record that is not compressed.
    assert len(processed) == 1


def test_datafirehose_1_s3_9_s3_13_and_s3_17_failures_are_kept_safe_for_a_while(
    apps: dict[str, cdk.App], template: Template
) -> None:
    buckets = of_type(template, "AWS::S3::Bucket")
    (data,) = [each for name, each in buckets.items() if "UndeliveredData" in name]
    (rule,) = data["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = rule["ServerSideEncryptionByDefault"]
    assert default["SSEAlgorithm"] == "aws:kms"
    assert default["KMSMasterKeyID"] == {"Fn::GetAtt": [KEY, "Arn"]}
    assert data["LoggingConfiguration"]["LogFilePrefix"] == "siem/"
    expirations = [each.get("ExpirationInDays") for each in data["LifecycleConfiguration"]["Rules"]]
    assert 90 in expirations
    declared = {
        control
        for each in declarations(apps["https"])
        if each["capability"] == "siem-push"
        for control in each["controls"]  # type: ignore[attr-defined]
    }
    assert declared == {"DataFirehose.1", "S3.9", "S3.13", "S3.17", "SQS.1"}


@pytest.mark.parametrize("name", PRESETS)
def test_somebody_hears_of_failures_age_and_throttling(
    templates_of: dict[str, Template], name: str
) -> None:
    alarms = [
        each
        for each in of_type(templates_of[name], "AWS::CloudWatch::Alarm").values()
        if each["Namespace"] == "AWS/Firehose"
    ]
    start = PRESETS[name].metrics
    metrics = {each["MetricName"] for each in alarms}
    assert metrics == {f"{start}.Success", f"{start}.DataFreshness", "ThrottledRecords"}
    (topic,) = of_type(templates_of[name], "AWS::SNS::Topic")
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        (dimension,) = alarm["Dimensions"]
        assert dimension["Name"] == "DeliveryStreamName"
        if alarm["MetricName"].endswith("DataFreshness"):
            # Not before buffering and retries have had their time.
            assert alarm["Threshold"] == 60 + 3600 + 900
        if alarm["MetricName"].endswith("Success"):
            assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 3)
            assert alarm["ComparisonOperator"] == "LessThanThreshold"


def test_only_what_is_asked_for_is_sent(configuration: Configuration) -> None:
    app = make(configuration, **push_of("https") | {"sources": ["activity"]})
    template = app.synth().get_stack_by_name("secbase-siem").template
    assert len(streams(template)) == 1
    assert of_type(template, "AWS::Logs::Destination") == {}
    (rule,) = of_type(template, "AWS::Events::Rule").values()
    assert rule["EventPattern"] == siem_patterns.activity()


def test_the_trails_log_group_is_subscribed_in_the_management_account(names: Names) -> None:
    app = new_app()
    env = cdk.Environment(account=names.management, region=names.home_region)
    stack = SiemTrailStack(app, "siem-trail", names=names, env=env)
    (subscription,) = of_type(
        dict(Assertions.from_stack(stack).to_json()), "AWS::Logs::SubscriptionFilter"
    ).values()
    assert subscription == {
        "DestinationArn": "arn:aws:logs:eu-west-1:333333333333:destination:secbase-siem-trail",
        "FilterName": "secbase-siem-trail",
        "FilterPattern": "",
        "LogGroupName": "secbase-cloudtrail",
    }


@pytest.mark.parametrize("name", ["splunk", "opensearch"])
def test_the_packs_find_nothing(
    configuration: Configuration, findings: Callable[[cdk.App], list[str]], name: str
) -> None:
    assert findings(make(configuration, **push_of(name))) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"destination": "qradar", "url": "https://x"}, "destination 'qradar' is no SIEM"),
        ({"destination": "splunk"}, "destination splunk needs url and secret"),
        (
            {"destination": "https", "url": "http://siem.example.com"},
            "url must start with https:// .* logs are never sent in the clear",
        ),
        (
            {"destination": "splunk", "url": "https://x", "buffer_seconds": 61},
            "buffer_seconds must be 0 to 60 for splunk, got 61",
        ),
        ({"destination": "opensearch"}, "destination opensearch needs domain"),
        (
            {"destination": "opensearch", "domain": DOMAIN, "sources": ["trail"]},
            "Firehose does not deliver log groups to OpenSearch Service",
        ),
        ({"destination": "https", "url": "https://x", "sources": []}, "sources names nothing"),
        (
            {"destination": "https", "url": "https://x", "sources": ["flow_logs"]},
            "sources names 'flow_logs', which is no source",
        ),
    ],
)
def test_what_firehose_would_refuse_or_send_in_the_clear_is_an_error(
    stack: cdk.Stack, names: Names, arguments: dict[str, Any], message: str
) -> None:
    alarms = SiemAlarms(stack, "Alarms", addresses=["security@example.com"])
    with pytest.raises(BaselineError, match=message):
        SiemPush(stack, "Push", names=names, alarms=alarms, **arguments)
