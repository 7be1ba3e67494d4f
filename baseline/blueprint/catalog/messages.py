"""Topics, queues, streams and log groups."""

from __future__ import annotations

from baseline.blueprint.settings import Hardening, Setting, kept, lacks, on
from baseline.blueprint.site import Site, Value


def _encrypted(site: Site) -> str | None:
    return "KMS" if site.key() is not None else None


def _own_key(site: Site) -> Value:
    ours = "encryption" not in site.explicit and site.props.get("encryption") == "KMS"
    return site.key() if ours else None


def _shorter(value: Value, site: Site) -> str | None:
    days = site.platform.log_retention_days
    # A number that a parameter decides is negative here.
    return f"logs end after {value:g} days, before {days}" if 0 <= value < days else None


TOPIC = Hardening(
    name="topic",
    construct="aws-cdk-lib.aws-sns.Topic",
    title="TLS only, encrypted with a key that alarms, events and buckets of the account can use",
    settings=(
        on("enforce_ssl", "nobody reads messages on their way", prop="enforceSSL"),
        Setting(
            name="master_key",
            why="who reads messages needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
            controls=("SNS.1",),
        ),
    ),
)

QUEUE = Hardening(
    name="queue",
    construct="aws-cdk-lib.aws-sqs.Queue",
    title="TLS only, encrypted with a key that topics, events and buckets of the account can use",
    settings=(
        on("enforce_ssl", "nobody reads messages on their way", prop="enforceSSL"),
        Setting(
            name="encryption",
            why="messages are read from storage",
            shown="`KMS`",
            default=_encrypted,
            when=lacks("encryptionMasterKey"),
            weaker=lambda value, _site: "it is off" if value in {"NONE", "UNENCRYPTED"} else None,
            controls=("SQS.1",),
        ),
        Setting(
            name="encryption_master_key",
            why="who reads messages needs the key as well",
            shown="key of the stack",
            default=_own_key,
        ),
        kept("the messages go with their stack"),
    ),
)

STREAM = Hardening(
    name="stream",
    construct="aws-cdk-lib.aws-kinesis.Stream",
    title="encrypted",
    settings=(
        Setting(
            name="encryption",
            why="records are read from storage",
            shown="`KMS`",
            default=_encrypted,
            when=lacks("encryptionKey"),
            weaker=lambda value, _site: "it is off" if value == "NONE" else None,
            controls=("Kinesis.1",),
        ),
        Setting(
            name="encryption_key",
            why="who reads records needs the key as well",
            shown="key of the stack",
            default=_own_key,
        ),
        kept("the records go with their stack"),
    ),
)

LOG_GROUP = Hardening(
    name="log-group",
    # As the CDK spells it.
    construct="aws-cdk-lib.aws-log.LogGroup",
    title="kept a year, encrypted",
    settings=(
        Setting(
            name="retention",
            why="what happened can be found out later; what nobody needs ends",
            shown="365 days, or the platform's number",
            default=lambda site: site.platform.log_retention_days,
            weaker=_shorter,
            severity="warning",
            controls=("CloudWatch.16",),
        ),
        Setting(
            name="encryption_key",
            why="who reads logs needs the key as well",
            shown="key of the stack",
            default=lambda site: site.key(),
        ),
        kept("the logs go with their stack"),
    ),
)

LOG_RETENTION = Hardening(
    name="log-retention",
    construct="aws-cdk-lib.aws-log.LogRetention",
    title="the function that sets the retention of others' log groups is asked for as long",
    settings=(
        Setting(
            name="retention",
            why="what happened can be found out later",
            weaker=_shorter,
            severity="warning",
            controls=("CloudWatch.16",),
        ),
    ),
)

MESSAGES = (TOPIC, QUEUE, STREAM, LOG_GROUP, LOG_RETENTION)
