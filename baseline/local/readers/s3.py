"""S3 buckets: encryption, public access, versions, Object Lock, lifecycle, ownership, logging, policy."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, attempt, policy, subset, tail


@reader(
    "AWS::S3::Bucket",
    capability="Buckets",
    covers="BucketName BucketEncryption PublicAccessBlockConfiguration VersioningConfiguration"
    " ObjectLockEnabled ObjectLockConfiguration LifecycleConfiguration OwnershipControls"
    " LoggingConfiguration NotificationConfiguration AccessControl",
)
def bucket(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read every protective setting of a bucket that the template sets."""
    s3 = place("s3")
    for name, read in _SETTINGS.items():
        if name in expected:
            shape: Callable[[Any], Any] = _EXPECTED.get(name, _as_is)
            wanted = shape(expected[name])
            yield Check(setting=name, expected=wanted, found=subset(read(s3, physical_id), wanted))


@reader("AWS::S3::BucketPolicy", capability="Buckets", covers="Bucket PolicyDocument")
def bucket_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read a bucket's policy."""
    answer = attempt(place("s3").get_bucket_policy, "NoSuchBucketPolicy", Bucket=expected["Bucket"])
    yield Check(
        setting="PolicyDocument",
        expected=policy(expected["PolicyDocument"]),
        found=policy(ABSENT if answer == ABSENT else answer["Policy"]),
    )


def _as_is(value: object) -> Any:  # noqa: ANN401 JSON of any shape
    return value


def _encryption(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = attempt(
        s3.get_bucket_encryption, "ServerSideEncryptionConfigurationNotFoundError", Bucket=name
    )
    if answer == ABSENT:
        return ABSENT
    return [_encryption_rule(rule) for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]]


def _encryption_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    default = rule.get(
        "ApplyServerSideEncryptionByDefault", rule.get("ServerSideEncryptionByDefault")
    )
    shaped = {"SSEAlgorithm": (default or {}).get("SSEAlgorithm")}
    if (default or {}).get("KMSMasterKeyID"):
        shaped["KMSMasterKeyID"] = tail((default or {})["KMSMasterKeyID"])
    return {"default": shaped, "bucket key": rule.get("BucketKeyEnabled", False)}


def _expected_encryption(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_encryption_rule(rule) for rule in value["ServerSideEncryptionConfiguration"]]


def _public_access(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = attempt(
        s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", Bucket=name
    )
    return ABSENT if answer == ABSENT else answer["PublicAccessBlockConfiguration"]


def _versioning(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    return {"Status": s3.get_bucket_versioning(Bucket=name).get("Status", ABSENT)}


def _object_lock(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = attempt(
        s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError", Bucket=name
    )
    return ABSENT if answer == ABSENT else answer["ObjectLockConfiguration"]


def _object_lock_enabled(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    configuration = _object_lock(s3, name)
    return configuration != ABSENT and configuration.get("ObjectLockEnabled") == "Enabled"


def _lifecycle(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = attempt(
        s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=name
    )
    if answer == ABSENT:
        return ABSENT
    return sorted(
        (_lifecycle_rule(rule) for rule in answer["Rules"]), key=lambda rule: str(rule["Id"])
    )


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Give a rule of the S3 API as CloudFormation writes it."""
    expiration = rule.get("Expiration", {})
    shaped = {
        "Id": rule.get("ID"),
        "Status": rule["Status"],
        "Prefix": rule.get("Prefix") or rule.get("Filter", {}).get("Prefix") or "",
        "ExpirationInDays": expiration.get("Days"),
        "ExpiredObjectDeleteMarker": expiration.get("ExpiredObjectDeleteMarker"),
        "Transitions": [
            {"StorageClass": each["StorageClass"], "TransitionInDays": each.get("Days")}
            for each in rule.get("Transitions", ())
        ],
        "NoncurrentVersionExpiration": rule.get("NoncurrentVersionExpiration"),
        "NoncurrentVersionTransitions": [
            {"StorageClass": each["StorageClass"], "TransitionInDays": each.get("NoncurrentDays")}
            for each in rule.get("NoncurrentVersionTransitions", ())
        ],
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }
    return {name: value for name, value in shaped.items() if value not in (None, [])}


def _expected_lifecycle(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give CloudFormation's rules in the shape of :func:`_lifecycle_rule`."""
    rules = []
    for rule in value["Rules"]:
        shaped = {"Id": None, "Prefix": "", **rule}
        upload = shaped.get("AbortIncompleteMultipartUpload")
        if upload is not None:
            shaped["AbortIncompleteMultipartUpload"] = {
                "DaysAfterInitiation": upload["DaysAfterInitiation"]
            }
        if "NoncurrentVersionExpirationInDays" in shaped:
            days = shaped.pop("NoncurrentVersionExpirationInDays")
            shaped["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
        rules.append(shaped)
    return sorted(rules, key=lambda rule: str(rule["Id"]))


def _ownership(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = attempt(
        s3.get_bucket_ownership_controls, "OwnershipControlsNotFoundError", Bucket=name
    )
    return ABSENT if answer == ABSENT else answer["OwnershipControls"]


def _access_control(s3: Any, name: str) -> str:  # noqa: ANN401 API answers
    """Give the canned ACL by the groups that have access; a bucket without ACLs is private."""
    grants = s3.get_bucket_acl(Bucket=name)["Grants"]
    uris = {grant["Grantee"].get("URI", "").rpartition("/")[2] for grant in grants} - {""}
    canned = {"LogDelivery": "LogDeliveryWrite"}
    return "Private" if not uris else " ".join(canned.get(uri, uri) for uri in sorted(uris))


def _logging(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    enabled = s3.get_bucket_logging(Bucket=name).get("LoggingEnabled")
    if not enabled:
        return ABSENT
    return {"bucket": enabled["TargetBucket"], "prefix": enabled.get("TargetPrefix", "")}


def _expected_logging(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "bucket": value.get("DestinationBucketName"),
        "prefix": value.get("LogFilePrefix", ""),
    }


def _exists(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    return ABSENT if attempt(s3.head_bucket, "404", "NoSuchBucket", Bucket=name) == ABSENT else name


def _notifications(s3: Any, name: str) -> Any:  # noqa: ANN401 API answers
    answer = s3.get_bucket_notification_configuration(Bucket=name)
    return [
        _notification(each["QueueArn"], each["Events"], each.get("Filter", {}).get("Key", {}))
        for each in answer.get("QueueConfigurations", [])
    ]


def _expected_notifications(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give CloudFormation's notifications in the shape of :func:`_notifications`."""
    return [
        _notification(each["Queue"], [each["Event"]], each.get("Filter", {}).get("S3Key", {}))
        for each in value.get("QueueConfigurations", [])
    ]


def _notification(queue: str, events: list[str], key: Mapping[str, Any]) -> dict[str, Any]:
    rules = {
        rule["Name"].lower(): rule["Value"] for rule in key.get("FilterRules", key.get("Rules", []))
    }
    return {"queue": queue, "events": events, **rules}


_SETTINGS: Mapping[str, Callable[[Any, str], Any]] = {
    "AccessControl": _access_control,
    "BucketName": _exists,
    "BucketEncryption": _encryption,
    "PublicAccessBlockConfiguration": _public_access,
    "VersioningConfiguration": _versioning,
    "ObjectLockEnabled": _object_lock_enabled,
    "ObjectLockConfiguration": _object_lock,
    "LifecycleConfiguration": _lifecycle,
    "OwnershipControls": _ownership,
    "LoggingConfiguration": _logging,
    "NotificationConfiguration": _notifications,
}

_EXPECTED: Mapping[str, Callable[[Any], Any]] = {
    "BucketEncryption": _expected_encryption,
    "LifecycleConfiguration": _expected_lifecycle,
    "LoggingConfiguration": _expected_logging,
    "NotificationConfiguration": _expected_notifications,
}
