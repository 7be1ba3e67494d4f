"""Which detections and records are on. Everything is on unless the configuration says otherwise."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from baseline.config.section import Section

Standard = Literal["fsbp", "cis-5.0", "nist-800-53-r5", "pci-4.0.1"]


def _switch(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=True, strict=True, description=f"{description} true by default.")
    return switch


class GuardDutySettings(Section):
    """GuardDuty in every account and governed Region, and the protection plans that are on."""

    enabled: bool = _switch("GuardDuty in every account and governed Region.")
    s3_data_events: bool = _switch("S3 protection: analyses S3 data events.")
    eks_audit_logs: bool = _switch("EKS protection: analyses Kubernetes audit logs.")
    ebs_malware_protection: bool = _switch("Malware scan of volumes after a suspicious finding.")
    rds_login_events: bool = _switch("RDS protection: analyses logins to Aurora and RDS.")
    lambda_network_logs: bool = _switch(
        "Lambda protection: analyses network activity of functions."
    )
    runtime_monitoring: bool = _switch("Runtime monitoring of EC2, ECS and EKS by an agent.")


class SecurityHubSettings(Section):
    """Security Hub CSPM: central configuration, aggregation into the home Region, standards."""

    enabled: bool = _switch("Security Hub in every account and governed Region.")
    standards: tuple[Standard, ...] = Field(
        default=("fsbp", "cis-5.0"),
        description="Standards that are checked. fsbp is AWS Foundational Security Best Practices. fsbp and cis-5.0 by default.",
    )


class ConfigSettings(Section):
    """AWS Config: records every resource; Security Hub checks rest on it."""

    enabled: bool = _switch("Config recorder in every account and governed Region.")


class Capabilities(Section):
    """The capabilities of the baseline."""

    guardduty: GuardDutySettings = Field(
        default_factory=GuardDutySettings, description="GuardDuty and its protection plans."
    )
    security_hub: SecurityHubSettings = Field(
        default_factory=SecurityHubSettings, description="Security Hub and its standards."
    )
    config: ConfigSettings = Field(
        default_factory=ConfigSettings, description="AWS Config recorders."
    )
