"""Amazon Detective: behavior of accounts, to look into a finding."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from baseline.config.forms import AccountId
from baseline.config.section import Section

# Without DETECTIVE_CORE, which every graph has. Source: Amazon Detective API Reference,
# "UpdateDatasourcePackages".
Package = Literal["ASFF_SECURITYHUB_FINDING", "EKS_AUDIT"]


class DetectiveSettings(Section):
    """Detective in every account and governed Region."""

    enabled: bool = Field(
        default=False,
        strict=True,
        description="Detective in every account and governed Region. AWS bills each gigabyte of CloudTrail, flow-log and GuardDuty data of every account. false by default.",
    )
    packages: tuple[Package, ...] = Field(
        default=("ASFF_SECURITYHUB_FINDING",),
        description="Data besides the core: ASFF_SECURITYHUB_FINDING for findings of Security Hub, EKS_AUDIT for Kubernetes audit logs. ASFF_SECURITYHUB_FINDING by default.",
    )
    excluded_accounts: tuple[AccountId, ...] = Field(
        default=(), description="IDs of accounts that do not become members. None by default."
    )
