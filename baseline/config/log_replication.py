"""Where copies of the logs are kept: another Region, another account, or both."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from baseline.config.forms import AccountId, RegionName
from baseline.config.section import Section

Log = Literal["cloudtrail", "config", "flow_logs"]


class LogReplication(Section):
    """Copies of logs, under Object Lock and a key of their own."""

    region: RegionName = Field(
        description="Region of the copies, one of `regions`. Other than home_region, unless `account` names another account."
    )
    account: AccountId | None = Field(
        default=None,
        description="ID of the account of the copies, one that this file names; it has the CDK bootstrap in home_region. The log archive by default.",
    )
    logs: tuple[Log, ...] = Field(
        default=("cloudtrail", "config"),
        min_length=1,
        description="Logs that are copied. cloudtrail and config by default; flow_logs holds VPC flow logs and DNS query logs, which are many.",
    )
