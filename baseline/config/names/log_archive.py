"""Buckets, keys and replication of logs (log archive account)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.config.names.core import CoreNames

if TYPE_CHECKING:
    from baseline.config.log_replication import Log

_PURPOSES = {"cloudtrail": "org-logs", "config": "config", "flow_logs": "flow-logs"}
"""Logs that can be copied, with the part of the names of their buckets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogArchiveNames(CoreNames):
    """Buckets, keys and replication of logs (log archive account)."""

    @property
    def cloudtrail_bucket(self) -> str:
        """Bucket of the organization trail."""
        return self._bucket("org-logs")

    @property
    def config_bucket(self) -> str:
        """Bucket of the Config delivery channels."""
        return self._bucket("config")

    @property
    def flow_log_bucket(self) -> str:
        """Bucket of the VPC flow logs."""
        return self._bucket("flow-logs")

    @property
    def access_log_bucket(self) -> str:
        """Bucket that records access to the other log buckets."""
        return self._bucket("access-logs")

    @property
    def guardduty_bucket(self) -> str:
        """Bucket of the exported GuardDuty findings."""
        return self._bucket("guardduty")

    @property
    def finding_bucket(self) -> str:
        """Bucket of all findings of Security Hub, where they are kept."""
        return self._bucket("findings")

    @property
    def web_acl_bucket(self) -> str:
        """Bucket of the logs of AWS WAF, which demands the start of the name."""
        return f"aws-waf-logs-{self.prefix}-{self.log_archive}-{self.home_region}"

    def access_log_bucket_of(self, region: str) -> str:
        """Bucket that records access to the log buckets of a Region."""
        return self._bucket("access-logs", region)

    def load_balancer_bucket(self, region: str) -> str:
        """Bucket of the access logs of load balancers in a Region, or ``*`` for all of them."""
        # Begins like the bucket of access logs, so that the guardrails know it.
        return f"{self._bucket('access-logs', region)}-elb"

    def log_copy(self, log: Log, region: str) -> str:
        """Bucket of the copies of a log in a Region."""
        # Begins like the bucket that it copies; the log archive's ID stands in it wherever it is.
        return f"{self._bucket(_PURPOSES[log], region)}-copy"

    def access_logs_of_copies(self, region: str) -> str:
        """Bucket that records access to the copies in a Region."""
        return f"{self._bucket('access-logs', region)}-copy"

    @property
    def session_log_bucket(self) -> str:
        """Bucket of the recorded sessions on instances."""
        return self._bucket("session-logs")

    @property
    def inventory_bucket(self) -> str:
        """Bucket of the software inventory of all instances."""
        return self._bucket("inventory")

    @property
    def log_buckets(self) -> tuple[str, ...]:
        """All buckets of the log archive in the home Region that are always there."""
        return (
            self.access_log_bucket,
            self.config_bucket,
            self.flow_log_bucket,
            self.guardduty_bucket,
            self.inventory_bucket,
            self.cloudtrail_bucket,
            self.session_log_bucket,
        )

    @property
    def log_key_pattern(self) -> str:
        """ARN pattern of the keys of the log archive; their IDs are known only there."""
        return self._key_arn("key/*")

    @property
    def cloudtrail_key_alias(self) -> str:
        """Alias of the key of the trail bucket."""
        return f"alias/{self.prefix}-logs"

    @property
    def config_key_alias(self) -> str:
        """Alias of the key of the Config bucket."""
        return f"alias/{self.prefix}-config"

    @property
    def flow_log_key_alias(self) -> str:
        """Alias of the key of the flow-log bucket."""
        return f"alias/{self.prefix}-flow-logs"

    @property
    def web_acl_key_alias(self) -> str:
        """Alias of the key of the bucket of AWS WAF."""
        return f"alias/{self.prefix}-web-acl-logs"

    def log_copy_key_alias(self, log: Log) -> str:
        """Alias of the key of the copies of a log."""
        return f"alias/{self.prefix}-{_PURPOSES[log]}-copy"

    def copy_key_pattern(self, region: str, account: str | None) -> str:
        """ARN pattern of the keys of copies; their IDs are known only where they are."""
        return f"arn:{self.partition}:kms:{region}:{account or self.log_archive}:key/*"

    @property
    def replication_role(self) -> str:
        """Role with which Amazon S3 copies logs."""
        return f"{self.prefix}-log-replication"

    @property
    def replication_alarms(self) -> str:
        """Start of the names of the alarms about logs that were not copied."""
        return f"{self.prefix}-log-replication-"

    @property
    def replication_alarm_arns(self) -> str:
        """ARN pattern of those alarms."""
        return (
            f"arn:{self.partition}:cloudwatch:{self.home_region}:{self.log_archive}"
            f":alarm:{self.replication_alarms}*"
        )

    @property
    def cloudtrail_key_arn(self) -> str:
        """ARN of the alias of the trail bucket's key."""
        return self._key_arn(self.cloudtrail_key_alias)

    @property
    def config_key_arn(self) -> str:
        """ARN of the alias of the Config bucket's key."""
        return self._key_arn(self.config_key_alias)

    @property
    def flow_log_key_arn(self) -> str:
        """ARN of the alias of the flow-log bucket's key."""
        return self._key_arn(self.flow_log_key_alias)
