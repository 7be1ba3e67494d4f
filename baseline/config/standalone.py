"""One account without an organization: baseline.yaml with `account:` instead of `organization:`.

The sections are those of an organization, without what only an organization has. So a file that
follows later, with `organization:`, takes them over as they are.
"""

from __future__ import annotations

from typing import Final, Self

from pydantic import Field, ValidationInfo, model_validator

from baseline.config.access_analyzer import ARCHIVE_RULES, AcceptanceName, AcceptedSharing
from baseline.config.access_analyzer import UnusedAccess as OrganizationUnusedAccess
from baseline.config.account_settings import AccountSettings
from baseline.config.billing import Billing
from baseline.config.capabilities import ActivityAlarms, GuardDutySettings
from baseline.config.config_rules import ResourceRules
from baseline.config.contacts import BreakGlass, Contacts
from baseline.config.finding import dotted
from baseline.config.forms import AccountId, Domain, Prefix, RegionName, RootEmail
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.network import NetworkSettings
from baseline.config.notifications import Notifications
from baseline.config.response import OpenPorts
from baseline.config.section import Section
from baseline.config.security_hub import MOST_ACCEPTED, AcceptedFinding, RuleName, Standard
from baseline.config.systems_manager import SystemsManagerSettings

PROFILE: Final = "standalone"

# Validation context of the loader, which runs the checks itself to give each finding its place.
CHECKED_ELSEWHERE: Final = {"checks": "elsewhere"}


def _switch(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=True, strict=True, description=f"{description} true by default.")
    return switch


class StandaloneAccount(Section):
    """The account. It is its own log archive, its own security account, its own network account."""

    id: AccountId = Field(description="AWS account ID: 12 digits, in quotes.")
    email: RootEmail = Field(
        description="Root e-mail address of the account: at most 64 characters, a mailbox that a team reads."
    )
    email_domains: tuple[Domain, ...] = Field(
        min_length=1,
        description="Mail domains of the company. The root e-mail address and every contact belong to one of them, "
        "because whoever reads that mailbox can reset the root password.",
    )


class StandaloneSecurityHub(Section):
    """Security Hub CSPM of the account: standards, and findings collected in the home Region."""

    enabled: bool = _switch("Security Hub in every governed Region.")
    standards: tuple[Standard, ...] = Field(
        default=("fsbp", "cis-5.0"),
        min_length=1,
        description="Standards that are checked. fsbp is AWS Foundational Security Best Practices. fsbp and cis-5.0 by default.",
    )
    accepted: dict[RuleName, AcceptedFinding] = Field(
        default_factory=dict,
        max_length=MOST_ACCEPTED,
        description="Findings that are suppressed, by name. None by default.",
    )
    insights: bool = _switch("The baseline's views of the findings in the home Region.")


class StandaloneConfig(Section):
    """AWS Config: records every resource; Security Hub checks rest on it."""

    enabled: bool = _switch("Config recorder in every governed Region.")
    rules: ResourceRules = Field(
        default_factory=ResourceRules, description="Rules about resources."
    )


class StandaloneUnusedAccess(Section):
    """Roles, permissions, keys and passwords of the account that nobody uses."""

    enabled: bool = _switch(
        "Analyze unused access, in the home Region. AWS bills each role and user each month; service-linked roles are free."
    )
    days: int = Field(
        default=OrganizationUnusedAccess.model_fields["days"].default,
        strict=True,
        ge=1,
        le=365,
        description="Days without use from which access counts as unused, 1 to 365. 90 by default.",
    )


class StandaloneAccessAnalyzer(Section):
    """Access from outside the account in every governed Region, unused access once."""

    enabled: bool = _switch(
        "An analyzer of the account in every governed Region: who outside has access. It is free."
    )
    accepted: dict[AcceptanceName, AcceptedSharing] = Field(
        default_factory=dict,
        max_length=ARCHIVE_RULES,
        description="Accepted access from outside, by name, at most 100; its findings are archived as they appear. None by default.",
    )
    unused_access: StandaloneUnusedAccess = Field(
        default_factory=StandaloneUnusedAccess, description="Access that nobody uses."
    )


class StandaloneCapabilities(Section):
    """The capabilities that an account has without an organization."""

    guardduty: GuardDutySettings = Field(
        default_factory=GuardDutySettings, description="GuardDuty and its protection plans."
    )
    security_hub: StandaloneSecurityHub = Field(
        default_factory=StandaloneSecurityHub, description="Security Hub and its standards."
    )
    config: StandaloneConfig = Field(
        default_factory=StandaloneConfig, description="AWS Config recorders."
    )
    activity_alarms: ActivityAlarms = Field(
        default_factory=ActivityAlarms, description="Alarms on the trail."
    )
    access_analyzer: StandaloneAccessAnalyzer = Field(
        default_factory=StandaloneAccessAnalyzer, description="Analyzers of access."
    )


class StandaloneResponse(Section):
    """What is answered without waiting for a person."""

    open_ports: OpenPorts = Field(
        default_factory=OpenPorts, description="Open ports that close themselves."
    )


class Standalone(Section):
    """What the account looks like and what protects it."""

    # Built in Python it is checked as a file is; pydantic.ValidationError then reports the problems.

    prefix: Prefix = Field(
        default="secbase",
        description="Start of every physical name: 3 to 16 lower-case letters, digits and hyphens. secbase by default. "
        "Changing it later replaces the log buckets.",
    )
    account: StandaloneAccount = Field(description="The account, which is in no organization.")
    home_region: RegionName = Field(
        description="Region of logs, keys and collected findings. One of `regions`."
    )
    regions: tuple[RegionName, ...] = Field(
        min_length=1,
        description="Governed Regions: detection and records run here. The trail records all Regions.",
    )
    contacts: Contacts = Field(description="Alternate contacts of the account.")
    break_glass: BreakGlass = Field(
        default_factory=BreakGlass,
        description="The emergency role, which the policies of the logs know, and who may assume it.",
    )
    notifications: Notifications = Field(description="Who gets findings.")
    log_archive: LogArchiveSettings = Field(
        default_factory=LogArchiveSettings, description="Retention of the logs."
    )
    network: NetworkSettings | None = Field(
        default=None,
        description="The hardened VPC; {} for one with all defaults. None by default: its endpoints cost by the hour.",
    )
    account_settings: AccountSettings = Field(
        default_factory=AccountSettings,
        description="The settings that the baseline keeps in the account.",
    )
    systems_manager: SystemsManagerSettings = Field(
        default_factory=SystemsManagerSettings,
        description="Systems Manager in every governed Region.",
    )
    billing: Billing = Field(default_factory=Billing, description="Budgets and cost anomalies.")
    response: StandaloneResponse = Field(
        default_factory=StandaloneResponse,
        description="What is answered without waiting for a person.",
    )
    capabilities: StandaloneCapabilities = Field(
        default_factory=StandaloneCapabilities, description="Which detections and records are on."
    )

    @model_validator(mode="after")
    def _passes_the_checks(self, info: ValidationInfo) -> Self:
        # Imported here: the checks read the models.
        from baseline.config.checks.standalone import run  # noqa: PLC0415

        if info.context != CHECKED_ELSEWHERE:
            findings = run(self.model_dump())
            if findings:
                raise ValueError("; ".join(f"{dotted(f.path)}: {f.message}" for f in findings))
        return self
