"""How long the log archive keeps what, and how firmly."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from baseline.config.forms import AccountId
from baseline.config.log_replication import LogReplication
from baseline.config.section import Section
from baseline.config.trail import TrailSettings

OBJECT_LOCK_MINIMUM_DAYS = 90
RETENTION_MINIMUM_DAYS = 365

# The values that CloudWatch Logs accepts (AWS::Logs::LogGroup, RetentionInDays), from one year on.
LogGroupDays = Literal[
    365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip


class LogArchiveSettings(Section):
    """Retention of the organization's logs. The defaults keep them seven years."""

    object_lock_mode: Literal["COMPLIANCE", "GOVERNANCE"] = Field(
        default="COMPLIANCE",
        description="COMPLIANCE: nobody, root included, deletes a log before the lock ends. "
        "GOVERNANCE: whoever holds s3:BypassGovernanceRetention may. COMPLIANCE by default.",
    )
    object_lock_days: StrictInt = Field(
        default=365,
        ge=OBJECT_LOCK_MINIMUM_DAYS,
        le=36_500,
        description="Days that Object Lock holds each log object; at least 90. 365 by default. In COMPLIANCE mode it cannot be taken back.",
    )
    retention_days: StrictInt = Field(
        default=2555,
        ge=RETENTION_MINIMUM_DAYS,
        le=36_500,
        description="Days after which logs are deleted (their versions 90 days later); at least 365 and not less than object_lock_days. 2555 (seven years) by default.",
    )
    glacier_after_days: StrictInt = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Days after which logs move to Glacier; less than retention_days. 90 by default.",
    )
    log_group_retention_days: LogGroupDays = Field(
        default=365,
        description="Days that CloudWatch log groups keep events: a value that CloudWatch Logs accepts, at least 365. 365 by default.",
    )
    trail: TrailSettings = Field(
        default_factory=TrailSettings,
        description="What the organization trail records beside management events.",
    )
    load_balancer_logs: bool = Field(
        default=True,
        strict=True,
        description="Buckets for access logs of load balancers of all accounts, one in each governed Region. true by default.",
    )
    load_balancer_accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="IDs of the accounts whose load balancers may log. Every account of the organization by default.",
    )
    web_acl_logs: bool = Field(
        default=True,
        strict=True,
        description="A bucket for the logs of AWS WAF of all accounts and Regions. true by default.",
    )
    replication: LogReplication | None = Field(
        default=None, description="Copies of logs in another Region or account. None by default."
    )
