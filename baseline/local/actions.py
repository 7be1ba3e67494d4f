"""From an API call to the IAM action and the resource that policies see.

Most operations bear the action's name. The tables below are the exceptions.

Source: Service Authorization Reference ("Actions, resources, and condition keys"); S3 User Guide,
"Required permissions for Amazon S3 API operations"; botocore service models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import botocore.session

from baseline.local.requests import ApiRequest

UNKNOWN_OPERATION = "UnknownOperation"
"""Stands for an operation that no model describes: only denials of everything reach it."""

# SigV4 names that differ from the prefix of the IAM actions.
_PREFIXES = {
    "awsssoportal": "sso",
    "cloudcontrolapi": "cloudformation",
    "email": "ses",
    "iotdata": "iot",
    "monitoring": "cloudwatch",
    "s3control": "s3",
    "tagging": "tag",
}
_CONFIGURED = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
_CONFIGURATION = {
    f"{verb}Bucket{name}Configuration": f"{'Get' if verb == 'Get' else 'Put'}{name}Configuration"
    for name in _CONFIGURED
    for verb in ("Delete", "Get", "Put")
}
_S3 = {
    **_CONFIGURATION,
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
_BUDGET = dict.fromkeys(
    (
        f"{verb}{kind}"
        for verb in ("Create", "Delete", "Update")
        for kind in ("Budget", "Notification", "Subscriber")
    ),
    "ModifyBudget",
)
NAMES: Mapping[str, Mapping[str, str]] = {
    "s3": _S3,
    "s3control": {
        "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
        "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
        "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    },
    "budgets": {
        **_BUDGET,
        "DescribeBudget": "ViewBudget",
        "DescribeBudgetNotificationsForAccount": "ViewBudget",
        "DescribeBudgetPerformanceHistory": "ViewBudget",
        "DescribeBudgets": "ViewBudget",
        "DescribeNotificationsForBudget": "ViewBudget",
        "DescribeSubscribersForNotification": "ViewBudget",
    },
    "access-analyzer": {"GetFindingV2": "GetFinding", "ListFindingsV2": "ListFindings"},
    "dynamodb": {"TransactGetItems": "GetItem", "TransactWriteItems": "PutItem"},
    "kms": {"ReEncrypt": "ReEncryptFrom"},
    "lambda": {
        "GetLayerVersionByArn": "GetLayerVersion",
        "Invoke": "InvokeFunction",
        "InvokeWithResponseStream": "InvokeFunction",
    },
    "securityhub": {
        "BatchUpdateFindingsV2": "BatchUpdateFindings",
        "GetFindingStatisticsV2": "GetFindings",
        "GetFindingsV2": "GetFindings",
    },
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
}
"""SigV4 service to operation to action, where the two names differ."""

_VERSIONED = {"DeleteObject": "DeleteObjectVersion", "GetObject": "GetObjectVersion"}

# Service to the parameter that names the resource, and the ARN that its value becomes.
_ARNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cloudtrail": (
        ("Name", "arn:aws:cloudtrail:{region}:{account}:trail/{value}"),
        ("TrailName", "arn:aws:cloudtrail:{region}:{account}:trail/{value}"),
        ("ResourceId", "{value}"),
    ),
    "dynamodb": (("TableName", "arn:aws:dynamodb:{region}:{account}:table/{value}"),),
    "events": (
        ("EventBusName", "arn:aws:events:{region}:{account}:event-bus/{value}"),
        ("Name", "arn:aws:events:{region}:{account}:rule/{value}"),
    ),
    "iam": (
        ("RoleName", "arn:aws:iam::{account}:role/{value}"),
        ("UserName", "arn:aws:iam::{account}:user/{value}"),
    ),
    "kms": (
        ("AliasName", "arn:aws:kms:{region}:{account}:{value}"),
        ("KeyId", "arn:aws:kms:{region}:{account}:key/{value}"),
    ),
    "lambda": (("FunctionName", "arn:aws:lambda:{region}:{account}:function:{value}"),),
    "logs": (("logGroupName", "arn:aws:logs:{region}:{account}:log-group:{value}"),),
    "secretsmanager": (
        ("SecretId", "arn:aws:secretsmanager:{region}:{account}:secret:{value}"),
        ("Name", "arn:aws:secretsmanager:{region}:{account}:secret:{value}"),
    ),
    "sns": (("Name", "arn:aws:sns:{region}:{account}:{value}"),),
    "ssm": (
        ("AssociationId", "arn:aws:ssm:{region}:{account}:association/{value}"),
        ("BaselineId", "arn:aws:ssm:{region}:{account}:patchbaseline/{value}"),
        ("WindowId", "arn:aws:ssm:{region}:{account}:maintenancewindow/{value}"),
        ("Name", "arn:aws:ssm:{region}:{account}:parameter/{value}"),
        ("SettingId", "arn:aws:ssm:{region}:{account}:servicesetting{value}"),
        ("SyncName", "arn:aws:ssm:{region}:{account}:resource-data-sync/{value}"),
    ),
}


def action_of(request: ApiRequest) -> str:
    """Give the IAM action of an API call, ``service:Action``."""
    prefix = _PREFIXES.get(request.service, request.service.lower())
    if request.service == "apigateway":
        return f"apigateway:{_http_method(request.operation)}"
    name = NAMES.get(request.service, {}).get(request.operation, request.operation)
    if request.service == "s3" and request.parameters.get("VersionId"):
        name = _VERSIONED.get(name, name)
    return f"{prefix}:{name or UNKNOWN_OPERATION}"


def resource_of(request: ApiRequest) -> str:
    """Give the ARN of the resource that a call is about, ``*`` where the call does not tell."""
    if request.service == "s3":
        return _s3_resource(request.parameters)
    for parameter, pattern in _ARNS.get(request.service, ()):
        value = request.parameters.get(parameter)
        if isinstance(value, str) and value:
            filled = pattern.format(region=request.region, account=request.account, value=value)
            return value if value.startswith("arn:") else filled
    return next(iter(_named_arns(request)), "*")


def _s3_resource(parameters: Mapping[str, object]) -> str:
    """Give the ARN of a bucket or object; both are global and bear no account."""
    bucket, key = parameters.get("Bucket"), parameters.get("Key")
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _named_arns(request: ApiRequest) -> list[str]:
    """Give the ARNs among the parameters: those of the called service, in the model's order."""
    prefix = _PREFIXES.get(request.service, request.service)
    owner: Callable[[str], object] = re.compile(
        rf"arn:[\w-]+:({re.escape(prefix)}|iam):.+"
    ).fullmatch
    return [
        value
        for name, value in request.parameters.items()
        if name.lower().endswith("arn") and isinstance(value, str) and owner(value)
    ]


@cache
def _http_method(operation: str) -> str:
    """Give the HTTP method of an API Gateway operation, which is its IAM action."""
    model = botocore.session.get_session().get_service_model("apigateway")
    if operation not in model.operation_names:
        return UNKNOWN_OPERATION
    return str(model.operation_model(operation).http["method"])
