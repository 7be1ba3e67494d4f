"""Buckets, file systems, volumes, container repositories, and the keys and secrets beside them."""

from __future__ import annotations

import functools

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.blueprint.settings import (
    Hardening,
    Props,
    Setting,
    judged,
    kept,
    lacks,
    on,
)
from baseline.blueprint.site import Site, Value, module
from baseline.workload.outsiders import deny_cleartext

MINIMUM_TLS = 1.2
INCOMPLETE_UPLOAD_DAYS = 7
PENDING_DAYS = 30
BLOCKS = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)
LOG_DELIVERY = "LogDeliveryWrite"
BLOCKED_BY_DEFAULT = "@aws-cdk/aws-s3:publicAccessBlockedByDefault"


def _takes_logs_or_visitors(props: Props) -> bool:
    """Whether S3 has to encrypt with its own keys: log delivery and anonymous readers use no other."""
    return (
        props.get("accessControl") == LOG_DELIVERY
        or bool(props.get("publicReadAccess"))
        or any(name.startswith("website") for name in props)
    )


# Each of these values asks the CDK's process, and is the same for every bucket.
@functools.cache
def _block(name: str) -> Value:
    return getattr(module("aws_s3").BlockPublicAccess, name)


@functools.cache
def _no_customer_keys() -> Value:
    return [module("aws_s3").BlockedEncryptionType.SSE_C]


@functools.cache
def _abort_uploads() -> Value:
    days = cdk.Duration.days(INCOMPLETE_UPLOAD_DAYS)
    return [module("aws_s3").LifecycleRule(abort_incomplete_multipart_upload_after=days)]


def _public_access(site: Site) -> Value:
    return _block("BLOCK_ACLS_ONLY" if site.props.get("publicReadAccess") else "BLOCK_ALL")


def _open(value: Value, site: Site) -> str | None:
    blocked_where_unsaid = site.scope.node.try_get_context(BLOCKED_BY_DEFAULT)
    weak = (False,) if blocked_where_unsaid else (False, None)
    admitted = [name for name in BLOCKS if getattr(value, name) in weak]
    return f"{', '.join(admitted)} left off" if admitted else None


def _bucket_encryption(site: Site) -> str | None:
    if _takes_logs_or_visitors(site.props) or site.key() is None:
        return "S3_MANAGED"
    return "KMS"


def _bucket_key(site: Site) -> Value:
    ours = "encryption" not in site.explicit and site.props.get("encryption") == "KMS"
    return site.key() if ours else None


def _has_key(props: Props) -> bool:
    return props.get("encryption") in {"KMS", "KMS_MANAGED"} or "encryptionKey" in props


def _log_target(site: Site) -> Value:
    return site.access_logs()


def _unwritable(value: Value, _site: Site) -> str | None:
    if value.encryption_key is None:
        return None
    return (
        f"{value.node.path} is encrypted with a KMS key, and S3 delivers access logs only into "
        "buckets with encryption=BucketEncryption.S3_MANAGED: nothing would arrive"
    )


BUCKET = Hardening(
    name="bucket",
    construct="aws-cdk-lib.aws-s3.Bucket",
    title="private, encrypted, versioned, TLS 1.2, logged",
    settings=(
        Setting(
            name="block_public_access",
            why="a policy or ACL written later cannot publish the bucket",
            shown="`BLOCK_ALL`; `BLOCK_ACLS_ONLY` beside `public_read_access=True`",
            default=_public_access,
            weaker=_open,
            controls=("S3.1", "S3.8"),
        ),
        judged("public_read_access", "anybody reads every object", True, controls=("S3.2",)),
        judged(
            "access_control",
            "an ACL lets strangers in",
            "PublicRead",
            "PublicReadWrite",
            "AuthenticatedRead",
            controls=("S3.12",),
        ),
        on(
            "enforce_ssl",
            "nobody reads objects on their way",
            prop="enforceSSL",
            controls=("S3.5",),
        ),
        Setting(
            name="minimum_tls_version",
            prop="minimumTLSVersion",
            why="TLS 1.0 and 1.1 are broken",
            shown="`1.2`",
            default=lambda _site: MINIMUM_TLS,
            when=lambda props: props.get("enforceSSL") is True,
            weaker=lambda value, _site: f"it is {value}" if value < MINIMUM_TLS else None,
        ),
        Setting(
            name="encryption",
            why="who reads an object needs the key as well",
            shown="`KMS`; `S3_MANAGED` for websites, public buckets and targets of logs",
            default=_bucket_encryption,
            when=lacks("encryptionKey"),
            controls=("S3.17",),
        ),
        Setting(
            name="encryption_key",
            why="who reads an object needs the key as well",
            shown="key of the stack",
            default=_bucket_key,
            controls=("S3.17",),
        ),
        on(
            "bucket_key_enabled",
            "a request to KMS per object costs",
            severity="warning",
            when=_has_key,
        ),
        Setting(
            name="blocked_encryption_types",
            why="an object under a key that only its writer has is lost, or held to ransom",
            shown="`SSE_C`",
            default=lambda _site: _no_customer_keys(),
            when=lambda props: props.get("encryption") != "UNENCRYPTED",
        ),
        on(
            "versioned",
            "an object that was overwritten or deleted can be brought back",
            severity="warning",
            controls=("S3.14",),
        ),
        Setting(
            name="object_ownership",
            why="ACLs are off, and policies alone decide",
            shown="`BUCKET_OWNER_ENFORCED`",
            default=lambda _site: "BucketOwnerEnforced",
            when=lacks("accessControl"),
            weaker=lambda value, _site: "ACLs are on" if value != "BucketOwnerEnforced" else None,
            severity="warning",
            controls=("S3.12",),
        ),
        Setting(
            name="server_access_logs_bucket",
            why="who read what, and when",
            shown="bucket of the stack's access logs",
            default=_log_target,
            when=lambda props: (
                props.get("accessControl") != LOG_DELIVERY and "serverAccessLogsPrefix" not in props
            ),
            weaker=_unwritable,
            controls=("S3.9",),
        ),
        Setting(
            name="server_access_logs_prefix",
            why="the logs of each bucket are found apart",
            shown="path of the bucket",
            default=lambda site: f"{site.path}/",
            when=lambda props: "serverAccessLogsBucket" in props,
        ),
        Setting(
            name="lifecycle_rules",
            why="parts of uploads that never ended cost, and nobody sees them",
            shown="unfinished uploads end after 7 days",
            default=lambda _site: _abort_uploads(),
            controls=("S3.13",),
        ),
        kept("the bucket goes with its stack"),
    ),
)


def _files_for_roles(_site: Site) -> Value:
    return iam.PolicyDocument(statements=[deny_cleartext(actions=["*"])])


def _anonymous(value: Value, site: Site) -> str | None:
    # With a policy of the team's it is the policy that decides.
    open_ = value is True and "fileSystemPolicy" not in site.explicit
    return "there is no policy" if open_ else None


FILE_SYSTEM = Hardening(
    name="file-system",
    construct="aws-cdk-lib.aws-efs.FileSystem",
    title="encrypted, backed up, not for anonymous clients",
    settings=(
        on("encrypted", "files are read from storage", controls=("EFS.1",), replaces=True),
        Setting(
            name="kms_key",
            why="who reads files needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
            when=lambda props: props.get("encrypted") is not False,
            controls=("EFS.1",),
            replaces=True,
        ),
        on(
            "enable_automatic_backups",
            "files can be brought back",
            severity="warning",
            controls=("EFS.2",),
        ),
        Setting(
            name="file_system_policy",
            why="whoever reaches the network mounts it, and nobody reads files on their way",
            shown="TLS only; grants nothing, so that clients need a role of theirs",
            default=_files_for_roles,
            when=lacks("allowAnonymousAccess"),
        ),
        Setting(
            name="allow_anonymous_access",
            why="whoever reaches the network mounts it",
            shown="`True` beside the policy above, else the CDK adds one that grants",
            default=lambda _site: True,
            when=lambda props: "fileSystemPolicy" in props,
            weaker=_anonymous,
        ),
        kept("the files go with their stack"),
    ),
)

VOLUME = Hardening(
    name="volume",
    construct="aws-cdk-lib.aws-ec2.Volume",
    title="encrypted",
    settings=(
        on("encrypted", "a snapshot is read elsewhere", controls=("EC2.3",), replaces=True),
        Setting(
            name="encryption_key",
            why="who reads a snapshot needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
            when=lambda props: props.get("encrypted") is not False,
            replaces=True,
        ),
        kept("the data goes with its stack"),
    ),
)

REPOSITORY = Hardening(
    name="repository",
    construct="aws-cdk-lib.aws-ecr.Repository",
    title="scanned, immutable, encrypted",
    settings=(
        on("image_scan_on_push", "known vulnerabilities are found", controls=("ECR.1",)),
        Setting(
            name="image_tag_mutability",
            why="a tag that was checked stays the image that was checked",
            shown="`IMMUTABLE`",
            default=lambda _site: "IMMUTABLE",
            weaker=lambda value, _site: (
                "tags can be moved" if str(value).startswith("MUTABLE") else None
            ),
            severity="warning",
            controls=("ECR.2",),
        ),
        Setting(
            name="encryption_key",
            why="who pulls an image needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
            when=lacks("encryption"),
            controls=("ECR.5",),
            replaces=True,
        ),
        judged("empty_on_delete", "the images go with their stack", True, severity="warning"),
        kept("the images go with their stack"),
    ),
)


def _symmetric(props: Props) -> bool:
    spec: object = props.get("keySpec", "SYMMETRIC_DEFAULT")
    usage: object = props.get("keyUsage", "ENCRYPT_DECRYPT")
    return spec == "SYMMETRIC_DEFAULT" and usage == "ENCRYPT_DECRYPT"


KEY = Hardening(
    name="key",
    construct="aws-cdk-lib.aws-kms.Key",
    title="rotated yearly, deleted late",
    settings=(
        Setting(
            name="enable_key_rotation",
            why="what one version of the key encrypted ends with it",
            shown="`True` for symmetric keys",
            default=lambda _site: True,
            when=_symmetric,
            weaker=lambda value, site: (
                "it is turned off" if value is False and _symmetric(site.props) else None
            ),
            controls=("KMS.4",),
        ),
        Setting(
            name="pending_window",
            why="a deletion can be noticed and taken back",
            shown="30 days",
            default=lambda _site: cdk.Duration.days(PENDING_DAYS),
            weaker=lambda value, _site: (
                f"it is {value.to_days():g} days"
                if not value.is_unresolved() and value.to_days() < PENDING_DAYS
                else None
            ),
            severity="warning",
        ),
        kept("what is encrypted with it is lost with its stack"),
    ),
)

SECRET = Hardening(
    name="secret",
    construct="aws-cdk-lib.aws-secretsmanager.Secret",
    title="encrypted with a key that other accounts cannot be given by default",
    settings=(
        Setting(
            name="encryption_key",
            why="who reads the secret needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
        ),
    ),
)

STORAGE = (BUCKET, FILE_SYSTEM, VOLUME, REPOSITORY, KEY, SECRET)
