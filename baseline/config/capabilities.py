"""Which detections and records are on. Everything is on unless the configuration says otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.access_analyzer import AccessAnalyzerSettings
from baseline.config.backups import BackupPolicy
from baseline.config.config_rules import ResourceRules
from baseline.config.detective import DetectiveSettings
from baseline.config.forms import AccountId, RegionName
from baseline.config.guardduty import GuardDutyTuning
from baseline.config.inspector import InspectorSettings
from baseline.config.macie import MacieSettings
from baseline.config.organization_policies import (
    AiOptOut,
    Ec2Attributes,
    S3Attributes,
    TagKey,
    TagRule,
    UnifiedSecurityHub,
)
from baseline.config.section import Section
from baseline.config.security_hub import SecurityHubSettings
from baseline.config.trusted_advisor import TrustedAdvisorSettings

# What CIS AWS Foundations Benchmark 5.0.0 wants an alarm for, in its order, 4.1 to 4.15.
ActivityName = Literal[
    "unauthorized-calls",
    "sign-in-without-mfa",
    "root-use",
    "iam-policy-changes",
    "trail-changes",
    "sign-in-failures",
    "key-removal",
    "bucket-policy-changes",
    "config-changes",
    "security-group-changes",
    "network-acl-changes",
    "gateway-changes",
    "route-changes",
    "vpc-changes",
    "organization-changes",
]
Events = Annotated[StrictInt, Field(ge=1, le=1_000_000)]


def _switch(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=True, strict=True, description=f"{description} true by default.")
    return switch


class GuardDutyPlans(Section):
    """The protection plans of GuardDuty that are on."""

    s3_data_events: bool = _switch("S3 protection: analyses S3 data events.")
    eks_audit_logs: bool = _switch("EKS protection: analyses Kubernetes audit logs.")
    ebs_malware_protection: bool = _switch("Malware scan of volumes after a suspicious finding.")
    rds_login_events: bool = _switch("RDS protection: analyses logins to Aurora and RDS.")
    lambda_network_logs: bool = _switch(
        "Lambda protection: analyses network activity of functions."
    )
    runtime_monitoring: bool = _switch("Runtime monitoring of EC2, ECS and EKS by an agent.")


class GuardDutySettings(GuardDutyPlans):
    """GuardDuty in every account and governed Region, and the protection plans that are on."""

    enabled: bool = _switch("GuardDuty in every account and governed Region.")
    regions: dict[RegionName, GuardDutyPlans] = Field(
        default_factory=dict,
        description="Regions with other plans than the rest, by name; what is not named for such a Region is on there. None by default.",
    )
    tuning: GuardDutyTuning = Field(
        default_factory=GuardDutyTuning, description="Suppressions, lists and export of findings."
    )


class ConfigSettings(Section):
    """AWS Config: records every resource; Security Hub checks rest on it."""

    enabled: bool = _switch("Config recorder in every account and governed Region.")
    root_and_iam_rules: Literal["missing", "all", "none"] = Field(
        default="missing",
        description="Rules about root and IAM users in every account. missing: those that no enabled standard of Security Hub evaluates. "
        "all: also those, which then give two findings and cost twice. missing by default.",
    )
    rules: ResourceRules = Field(
        default_factory=ResourceRules, description="Rules about resources."
    )
    aggregator: bool = _switch("A view of the whole organization in the security account.")
    excluded_accounts: tuple[AccountId, ...] = Field(
        default=(),
        description="IDs of accounts that get no rules, such as those without a recorder. None by default.",
    )


class ActivityAlarms(Section):
    """Alarms of the CIS benchmark on the organization trail: who changes what matters."""

    enabled: bool = _switch("An alarm for each kind of activity that CIS 4.1 to 4.15 names.")
    thresholds: dict[ActivityName, Events] = Field(
        default_factory=dict,
        description="Events within five minutes, in all accounts together, from which an activity alarms. 1 by default, as CIS has it.",
    )


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
    activity_alarms: ActivityAlarms = Field(
        default_factory=ActivityAlarms, description="Alarms on the organization trail."
    )
    ec2_attributes: Ec2Attributes = Field(
        default_factory=Ec2Attributes, description="EC2's account attributes, declared for all."
    )
    s3_public_access_block: S3Attributes = Field(
        default_factory=S3Attributes, description="S3's block of public access for all accounts."
    )
    ai_opt_out: AiOptOut = Field(
        default_factory=AiOptOut, description="Opt-out of AI services' use of content."
    )
    inspector: InspectorSettings = Field(
        default_factory=InspectorSettings, description="Vulnerability scans by Inspector."
    )
    unified_security_hub: UnifiedSecurityHub = Field(
        default_factory=UnifiedSecurityHub, description="The new Security Hub."
    )
    access_analyzer: AccessAnalyzerSettings = Field(
        default_factory=AccessAnalyzerSettings, description="Analyzers of access."
    )
    macie: MacieSettings = Field(
        default_factory=MacieSettings, description="Sensitive data in buckets."
    )
    detective: DetectiveSettings = Field(
        default_factory=DetectiveSettings, description="Behavior, to look into findings."
    )
    trusted_advisor: TrustedAdvisorSettings = Field(
        default_factory=TrustedAdvisorSettings, description="Checks of Trusted Advisor."
    )
    backup: BackupPolicy | None = Field(
        default=None, description="A daily backup plan for every account. None by default."
    )
    tags: dict[TagKey, TagRule] = Field(
        default_factory=dict, description="Rules for tags, by tag key. None by default."
    )
