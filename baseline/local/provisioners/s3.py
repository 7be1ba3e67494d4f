"""AWS::S3::Bucket: the properties that ministack leaves out, applied through the S3 API."""

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes


def _lifecycle_rule(number: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Rename what CloudFormation and the S3 API call differently in a lifecycle rule."""
    known = {
        "AbortIncompleteMultipartUpload",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "Id",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionTransitions",
        "Prefix",
        "Status",
        "Transitions",
    }
    unknown = sorted(rule.keys() - known)
    if unknown:
        raise ValueError(f"lifecycle rule members not applied here: {', '.join(unknown)}")
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = rule["ExpirationInDays"]
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = rule["ExpiredObjectDeleteMarker"]
    return {
        "ID": rule.get("Id", f"rule-{number}"),
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
        "Expiration": expiration or None,
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
        "Transitions": [
            {"StorageClass": one["StorageClass"], "Days": one["TransitionInDays"]}
            for one in rule.get("Transitions", [])
        ],
        "NoncurrentVersionTransitions": [
            {"StorageClass": one["StorageClass"], "NoncurrentDays": one["TransitionInDays"]}
            for one in rule.get("NoncurrentVersionTransitions", [])
        ],
    }


def _without_empty(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if value not in (None, [])}


def _encryption(bucket: str, resource: Resource) -> None:
    rules = resource.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    resource.call(
        "s3",
        "put_bucket_encryption",
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": _default_encryption(rule),
                    "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                }
                for rule in rules
            ]
        },
    )


def _default_encryption(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give the default encryption of a rule; ``aws:kms`` without a key means AWS's own key.

    ministack refuses to store objects under ``aws:kms`` without a key, which AWS accepts.
    """
    default = dict(rule["ServerSideEncryptionByDefault"])
    if default["SSEAlgorithm"] == "aws:kms":
        default.setdefault("KMSMasterKeyID", "alias/aws/s3")
    return default


def _lifecycle(bucket: str, resource: Resource) -> None:
    rules = resource.properties["LifecycleConfiguration"]["Rules"]
    shaped = [_without_empty(_lifecycle_rule(i, rule)) for i, rule in enumerate(rules)]
    resource.call(
        "s3",
        "put_bucket_lifecycle_configuration",
        Bucket=bucket,
        LifecycleConfiguration={"Rules": shaped},
    )


def _logging(bucket: str, resource: Resource) -> None:
    given = resource.properties["LoggingConfiguration"]
    target = {
        "TargetBucket": given.get("DestinationBucketName", bucket),
        "TargetPrefix": given.get("LogFilePrefix", ""),
        **(
            {"TargetObjectKeyFormat": given["TargetObjectKeyFormat"]}
            if "TargetObjectKeyFormat" in given
            else {}
        ),
    }
    resource.call(
        "s3", "put_bucket_logging", Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": target}
    )


def _object_lock(bucket: str, resource: Resource) -> None:
    given = resource.get("ObjectLockConfiguration", {"ObjectLockEnabled": "Enabled"})
    resource.call(
        "s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    resource.call(
        "s3", "put_object_lock_configuration", Bucket=bucket, ObjectLockConfiguration=given
    )


def _ownership(bucket: str, resource: Resource) -> None:
    resource.call(
        "s3",
        "put_bucket_ownership_controls",
        Bucket=bucket,
        OwnershipControls=resource.properties["OwnershipControls"],
    )


def _tags(bucket: str, resource: Resource) -> None:
    resource.call(
        "s3", "put_bucket_tagging", Bucket=bucket, Tagging={"TagSet": resource.tag_list()}
    )


def _access(bucket: str, resource: Resource) -> None:
    """Set the canned ACL: ``LogDeliveryWrite`` is ``log-delivery-write`` in the API."""
    canned = resource.get("AccessControl", "Private")
    acl = re.sub(r"(?<!^)(?=[A-Z])", "-", canned).lower()
    try:
        resource.call("s3", "put_bucket_acl", Bucket=bucket, ACL=acl)
    except ClientError as error:
        # A bucket without ACLs is private as it is.
        refused = error.response["Error"]["Code"] == "AccessControlListNotSupported"
        if canned != "Private" or not refused:
            raise


_APPLY = {
    "AccessControl": _access,
    "BucketEncryption": _encryption,
    "LifecycleConfiguration": _lifecycle,
    "LoggingConfiguration": _logging,
    "ObjectLockConfiguration": _object_lock,
    "ObjectLockEnabled": _object_lock,
    "OwnershipControls": _ownership,
    "Tags": _tags,
}


# Object Lock cannot be taken off a bucket.
_REMOVE = {
    "BucketEncryption": "delete_bucket_encryption",
    "LifecycleConfiguration": "delete_bucket_lifecycle",
    "OwnershipControls": "delete_bucket_ownership_controls",
    "Tags": "delete_bucket_tagging",
}


@completes("AWS::S3::Bucket", applies=_APPLY)
def complete_bucket(bucket: str, resource: Resource) -> None:
    """Apply encryption, lifecycle, logging, Object Lock, ownership and tags; remove the dropped."""
    for function in dict.fromkeys(_APPLY[name] for name in _APPLY if resource.get(name)):
        function(bucket, resource)
    for name in sorted(resource.dropped & _REMOVE.keys()):
        resource.call("s3", _REMOVE[name], Bucket=bucket)
    if "AccessControl" in resource.dropped:
        _access(bucket, resource)
    if "LoggingConfiguration" in resource.dropped:
        resource.call("s3", "put_bucket_logging", Bucket=bucket, BucketLoggingStatus={})
