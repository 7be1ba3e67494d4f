"""From API calls to IAM actions: against botocore's models and the published list of actions."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from baseline.local.actions import NAMES, UNKNOWN_OPERATION, action_of, resource_of
from baseline.local.requests import ApiRequest
from tests.unit.guardrails import iam_data

ACCOUNT = "222222222222"
# Services that guardrails name or the embedded AWS implements, by SigV4 name and botocore name.
SERVICES = {
    "access-analyzer": "accessanalyzer",
    "account": "account",
    "budgets": "budgets",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "config": "config",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "events": "events",
    "guardduty": "guardduty",
    "iam": "iam",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "logs",
    "monitoring": "cloudwatch",
    "organizations": "organizations",
    "ram": "ram",
    "s3": "s3",
    "s3control": "s3control",
    "secretsmanager": "secretsmanager",
    "securityhub": "securityhub",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "states": "stepfunctions",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
}
# Operations of those services that have no action of their own in the Service Authorization
# Reference; they are evaluated under their own name, which wide denials still reach.
WITHOUT_ACTION = {
    "account": {"SendPhoneNumberVerification", "VerifyPhoneNumber"},
    "cloudtrail": {"ListInsightsMetricData"},
    "dynamodb": {"BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"},
    "ec2": {
        "CreateCapacityReservationDateChangeQuote",
        "DeleteClientVpnEndpointAuthorizationPolicy",
        "DescribeCapacityReservationDateChangeQuotes",
        "GetClientVpnEndpointAuthorizationPolicy",
        "ModifyClientVpnEndpointAuthorizationPolicy",
    },
    "iam": {"AcquireRole", "UpdateDelegationRequest"},
    "logs": {"GetLogObject"},
    "s3": {
        "CreateBucketMetadataConfiguration",
        "CreateSession",
        "DeleteBucketMetadataConfiguration",
        "GetBucketMetadataConfiguration",
        "ListDirectoryBuckets",
        "RenameObject",
        "WriteGetObjectResponse",
    },
    "s3control": {
        "DeleteAccessPointScope",
        "DeleteBucketLifecycleConfiguration",
        "DeleteBucketReplication",
        "DeleteBucketTagging",
        "GetAccessPointScope",
        "GetBucket",
        "GetBucketLifecycleConfiguration",
        "GetBucketReplication",
        "ListAccessPointsForDirectoryBuckets",
        "ListRegionalBuckets",
        "PutAccessPointScope",
        "PutBucketLifecycleConfiguration",
        "PutBucketReplication",
    },
    "monitoring": {
        "AssociateDatasetKmsKey",
        "CreateResourceMetricsConfiguration",
        "DeleteResourceMetricsConfiguration",
        "DescribeAlarmContributors",
        "DisassociateDatasetKmsKey",
        "GetResourceMetricsConfiguration",
        "UpdateOTelEnrichment",
        "UpdateResourceMetricsConfiguration",
    },
    "securityhub": {"RegisterConnectorV2"},
}


def call(service: str, operation: str, **parameters: object) -> ApiRequest:
    return ApiRequest(
        account=ACCOUNT,
        region="eu-west-1",
        service=service,
        operation=operation,
        parameters=parameters,
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/Developer",
        caller_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Developer/anna",
    )


@pytest.fixture(scope="module")
def session() -> Any:
    return botocore.session.get_session()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_has_an_action_that_aws_knows(service: str, session: Any) -> None:
    operations = session.get_service_model(SERVICES[service]).operation_names
    unknown = set()
    for operation in operations:
        prefix, _, name = action_of(call(service, operation)).partition(":")
        if name.lower() not in iam_data.actions(prefix):
            unknown.add(operation)
    assert unknown == WITHOUT_ACTION.get(service, set())


def test_the_exceptions_name_operations_that_exist(session: Any) -> None:
    for service, names in NAMES.items():
        operations = session.get_service_model(SERVICES[service]).operation_names
        assert set(names) <= set(operations), service


@pytest.mark.parametrize(
    ("request_", "action"),
    [
        (call("s3", "ListObjectsV2", Bucket="b"), "s3:ListBucket"),
        (call("s3", "GetObject", Bucket="b", Key="k", VersionId="1"), "s3:GetObjectVersion"),
        (call("s3", "DeleteObject", Bucket="b", Key="k"), "s3:DeleteObject"),
        (call("s3", "DeleteObject", Bucket="b", Key="k", VersionId="1"), "s3:DeleteObjectVersion"),
        (call("s3control", "PutPublicAccessBlock"), "s3:PutAccountPublicAccessBlock"),
        (call("apigateway", "CreateRestApi"), "apigateway:POST"),
        (call("apigateway", "Invented"), f"apigateway:{UNKNOWN_OPERATION}"),
        (call("monitoring", "PutMetricAlarm"), "cloudwatch:PutMetricAlarm"),
        (call("IoTSecuredTunneling", "OpenTunnel"), "iotsecuredtunneling:OpenTunnel"),
        (call("guardduty", ""), f"guardduty:{UNKNOWN_OPERATION}"),
    ],
)
def test_action(request_: ApiRequest, action: str) -> None:
    assert action_of(request_) == action


@pytest.mark.parametrize(
    ("request_", "resource"),
    [
        (call("s3", "ListBuckets"), "*"),
        (call("s3", "DeleteBucket", Bucket="b"), "arn:aws:s3:::b"),
        (call("s3", "DeleteObject", Bucket="b", Key="a/k"), "arn:aws:s3:::b/a/k"),
        (
            call("cloudtrail", "StopLogging", Name="secbase-org-trail"),
            f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/secbase-org-trail",
        ),
        (
            call("cloudtrail", "StopLogging", Name="arn:aws:cloudtrail:eu-west-1:1:trail/t"),
            "arn:aws:cloudtrail:eu-west-1:1:trail/t",
        ),
        (
            call("logs", "DeleteLogGroup", logGroupName="/secbase/x"),
            f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/secbase/x",
        ),
        (
            call("sts", "AssumeRole", RoleArn="arn:aws:iam::333333333333:role/r"),
            "arn:aws:iam::333333333333:role/r",
        ),
        (call("sns", "Publish", TopicArn="arn:aws:sns:eu-west-1:1:t"), "arn:aws:sns:eu-west-1:1:t"),
        (call("sns", "Publish", TopicArn="arn:aws:sqs:eu-west-1:1:t"), "*"),
        (call("guardduty", "DeleteDetector", DetectorId="1"), "*"),
    ],
)
def test_resource(request_: ApiRequest, resource: str) -> None:
    assert resource_of(request_) == resource
