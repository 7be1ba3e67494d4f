"""What every resource of a type has, wherever it stands: encryption, blocks, logs, locks, alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.policy_lint import listed

Templates = dict[str, dict[str, Any]]
Holds = Callable[[Any], bool]

FRAMEWORK = "AWS CDK resource provider framework"
"""CloudFormation waits for these functions and tells of their failures: they need no dead letters."""


def is_(wanted: object) -> Holds:
    return lambda value: value == wanted and type(value) is type(wanted)


def given(value: object) -> bool:
    return bool(value)


def at_least(least: int) -> Holds:
    return lambda value: isinstance(value, int) and value >= least


def at_most(most: int) -> Holds:
    return lambda value: isinstance(value, int) and value <= most


ENCRYPTED = "BucketEncryption.ServerSideEncryptionConfiguration[]"
REQUIRED: dict[str, dict[str, Holds]] = {
    "AWS::CloudFormation::StackSet": {
        "AutoDeployment.Enabled": is_(True),
        "AutoDeployment.RetainStacksOnAccountRemoval": is_(True),
        "OperationPreferences.FailureTolerancePercentage": at_most(20),
    },
    "AWS::CloudTrail::Trail": {
        "CloudWatchLogsLogGroupArn": given,
        "EnableLogFileValidation": is_(True),
        "IncludeGlobalServiceEvents": is_(True),
        "InsightSelectors[].InsightType": given,
        "IsLogging": is_(True),
        "IsMultiRegionTrail": is_(True),
        "IsOrganizationTrail": is_(True),
        "KMSKeyId": given,
    },
    "AWS::CloudWatch::Alarm": {"AlarmActions[]": given},
    "AWS::DynamoDB::Table": {
        "DeletionProtectionEnabled": is_(True),
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": is_(True),
        "SSESpecification.KMSMasterKeyId": given,
        "SSESpecification.SSEEnabled": is_(True),
    },
    "AWS::EC2::Subnet": {"MapPublicIpOnLaunch": is_(False)},
    "AWS::EC2::VPCEndpoint": {"PolicyDocument.Statement[].Condition": given},
    "AWS::Events::EventBus": {"DeadLetterConfig.Arn": given, "KmsKeyIdentifier": given},
    "AWS::Events::Rule": {"State": is_("ENABLED"), "Targets[].Arn": given},
    "AWS::KMS::Key": {"EnableKeyRotation": is_(True), "PendingWindowInDays": is_(30)},
    "AWS::Lambda::Function": {
        "KmsKeyArn": given,
        "LoggingConfig.LogFormat": is_("JSON"),
        "LoggingConfig.LogGroup": given,
        "TracingConfig.Mode": is_("Active"),
    },
    # A year; the copy of rejected traffic, from which alarms are counted, a month.
    "AWS::Logs::LogGroup": {"KmsKeyId": given, "RetentionInDays": at_least(30)},
    "AWS::S3::Bucket": {
        f"{ENCRYPTED}.BlockedEncryptionTypes.EncryptionType[]": is_("SSE-C"),
        f"{ENCRYPTED}.ServerSideEncryptionByDefault.SSEAlgorithm": given,
        "LifecycleConfiguration.Rules[].ExpirationInDays": at_least(90),
        "LifecycleConfiguration.Rules[].NoncurrentVersionExpiration.NoncurrentDays": at_least(30),
        "OwnershipControls.Rules[].ObjectOwnership": is_("BucketOwnerEnforced"),
        "PublicAccessBlockConfiguration.BlockPublicAcls": is_(True),
        "PublicAccessBlockConfiguration.BlockPublicPolicy": is_(True),
        "PublicAccessBlockConfiguration.IgnorePublicAcls": is_(True),
        "PublicAccessBlockConfiguration.RestrictPublicBuckets": is_(True),
        "VersioningConfiguration.Status": is_("Enabled"),
    },
    "AWS::SNS::Topic": {"KmsMasterKeyId": given},
    "AWS::SQS::Queue": {"KmsMasterKeyId": given, "MessageRetentionPeriod": is_(1_209_600)},
    "AWS::SSM::MaintenanceWindow": {"AllowUnassociatedTargets": is_(False)},
    "AWS::SSM::PatchBaseline": {
        "ApprovalRules.PatchRules[].ApproveAfterDays": at_most(30),
        "DefaultBaseline": is_(True),
        "RejectedPatchesAction": is_("BLOCK"),
    },
    "AWS::Scheduler::Schedule": {"State": is_("ENABLED")},
    "AWS::SecurityHub::AutomationRule": {"RuleStatus": is_("ENABLED")},
    "AWS::StepFunctions::StateMachine": {
        "LoggingConfiguration.Destinations[].CloudWatchLogsLogGroup.LogGroupArn": given,
        "LoggingConfiguration.Level": is_("ALL"),
        "TracingConfiguration.Enabled": is_(True),
    },
}
"""Path of a property to what each of its values has to be; at least one has to be there."""

LIMITED: dict[str, dict[str, Holds]] = {
    "AWS::CloudWatch::Alarm": {"ActionsEnabled": is_(True)},
    "AWS::IAM::Role": {"MaxSessionDuration": at_most(3600)},
}
"""The same for properties that may be absent."""

TLS = ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy")


def values(value: Any, path: str) -> Iterator[Any]:
    """Give what stands at a path; ``[]`` stands for each entry of a list."""
    if not path:
        yield value
        return
    first, _, rest = path.partition(".")
    found = value.get(first.removesuffix("[]")) if isinstance(value, dict) else None
    if found is None:
        return
    for each in listed(found) if first.endswith("[]") else [found]:
        yield from values(each, rest)


def lacking(templates: Templates) -> list[str]:
    """List the resources that have less than every resource of their type."""
    return [
        f"{name}/{logical_id}: {problem}"
        for name, template in templates.items()
        for logical_id, resource in template["Resources"].items()
        for problem in problems(resource["Type"], resource.get("Properties", {}))
    ]


def problems(type_: str, properties: dict[str, Any]) -> Iterator[str]:
    for path, holds in REQUIRED.get(type_, {}).items():
        found = list(values(properties, path))
        if not found or not all(map(holds, found)):
            yield path
    for path, holds in LIMITED.get(type_, {}).items():
        if not all(map(holds, values(properties, path))):
            yield path
    if type_ == "AWS::S3::Bucket" and not _own_key_is_used(properties):
        yield "SSEAlgorithm"
    archived = properties.get("LogDestinationType") == "s3"
    if type_ == "AWS::EC2::FlowLog" and archived and properties.get("TrafficType") != "ALL":
        yield "TrafficType"
    framework = str(properties.get("Description", "")).startswith(FRAMEWORK)
    if type_ == "AWS::Lambda::Function" and not framework and "DeadLetterConfig" not in properties:
        yield "DeadLetterConfig"
    if type_ in TLS and not any(map(_denies_clear_text, _statements(properties))):
        yield "no denial of clear text"
    if type_ == "AWS::KMS::Key" and not any(map(_manages, _statements(properties))):
        yield "nobody manages the key"


def _own_key_is_used(properties: dict[str, Any]) -> bool:
    rules = list(values(properties, f"{ENCRYPTED}.ServerSideEncryptionByDefault"))
    return all(("KMSMasterKeyID" in row) == (row["SSEAlgorithm"] == "aws:kms") for row in rules)


def _statements(properties: dict[str, Any]) -> list[dict[str, Any]]:
    document = properties.get("PolicyDocument") or properties.get("KeyPolicy") or {}
    return listed(document.get("Statement", []))


def _denies_clear_text(statement: dict[str, Any]) -> bool:
    return (
        statement["Effect"] == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and statement.get("Condition", {}).get("Bool") == {"aws:SecureTransport": "false"}
    )


def _manages(statement: dict[str, Any]) -> bool:
    return (statement["Effect"], statement["Action"]) == ("Allow", "kms:*")


def test_every_resource_has_what_its_type_has(templates: Templates) -> None:
    assert lacking(templates) == []


def test_every_bucket_queue_and_topic_has_a_policy(templates: Templates) -> None:
    """Without one there is nothing that denies clear text."""
    counted: dict[str, int] = {}
    for template in templates.values():
        for resource in template["Resources"].values():
            counted[resource["Type"]] = counted.get(resource["Type"], 0) + 1
    for kind in TLS:
        assert counted[kind] == counted[kind.removesuffix("Policy")], kind


@pytest.mark.parametrize("type_", [*REQUIRED, *LIMITED, *TLS])
def test_every_type_of_the_table_is_there_and_fails_without_it(
    type_: str, templates: Templates
) -> None:
    rows = [
        resource
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == type_
    ]
    assert rows
    if type_ not in LIMITED or type_ in REQUIRED:
        assert list(problems(type_, {}))
