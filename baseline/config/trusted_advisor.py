"""AWS Trusted Advisor: its security checks in every account."""

from __future__ import annotations

from pydantic import Field

from baseline.config.forms import AccountId
from baseline.config.section import Section

SCHEDULE_PATTERN = r"^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]{0,2} (hour|hours|day|days)\))$"


class TrustedAdvisorSettings(Section):
    """The security checks of Trusted Advisor, read on a schedule in every account."""

    enabled: bool = Field(
        default=True,
        strict=True,
        description="Read the checks and refresh them. Needs AWS Business Support+, Enterprise Support or Unified Operations; an account without it is named in the report and told of once. true by default.",
    )
    schedule: str = Field(
        default="cron(0 5 * * ? *)",
        pattern=SCHEDULE_PATTERN,
        description="When, in UTC, as EventBridge Scheduler writes it. Daily at 05:00 by default.",
    )
    excluded_accounts: tuple[AccountId, ...] = Field(
        default=(), description="IDs of accounts that are left out. None by default."
    )
