"""Amazon Inspector: what is scanned, how, what is left out, and what is kept of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from baseline.config.backups import CRON_PATTERN
from baseline.config.forms import AccountId
from baseline.config.guardduty import FilterName, Reason
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

VULNERABILITY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{3,99}$"
PACKAGE_PATH_PATTERN = r"^(/(\.[-\w]+|[-\w]+([. ][-\w]+)*))+/?$"
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

# Source: Amazon Inspector API Reference, "CreateFilter", "CreateCisScanConfiguration",
# "UpdateOrgEc2DeepInspectionConfiguration", "CreateCodeSecurityIntegration".
MAXIMUM_VALUES = 10
MAXIMUM_TAGS = 5
MAXIMUM_PATHS = 5

VulnerabilityId = Annotated[str, Field(pattern=VULNERABILITY_PATTERN)]
FilterValue = Annotated[str, Field(min_length=1, max_length=1024)]
TagValue = Annotated[str, Field(min_length=1, max_length=256)]
PackagePath = Annotated[str, Field(pattern=PACKAGE_PATH_PATTERN, max_length=512)]
TagValues = Annotated[tuple[TagValue, ...], Field(min_length=1, max_length=MAXIMUM_TAGS)]
Filtered = Annotated[tuple[FilterValue, ...], Field(max_length=MAXIMUM_VALUES)]

Severity = Literal["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNTRIAGED"]
PullDays = Literal["DAYS_3", "DAYS_7", "DAYS_14", "DAYS_30", "DAYS_60", "DAYS_90", "DAYS_180"]
PushDays = Literal[
    "DAYS_3", "DAYS_7", "DAYS_14", "DAYS_30", "DAYS_60", "DAYS_90", "DAYS_180", "LIFETIME"
]
Day = Literal["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
RuleSet = Literal["SAST", "IAC", "SCA"]
CodeEvent = Literal["PULL_REQUEST", "PUSH"]
# What of an unscanned resource somebody may accept; what ends by itself is never a gap.
UncoveredReason = Literal[
    "EXCLUDED_BY_TAG",
    "IMAGE_SIZE_EXCEEDED",
    "NO_SCAN_CONFIGURATION_ASSOCIATED",
    "SCAN_FREQUENCY_MANUAL",
    "UNMANAGED_EC2_INSTANCE",
    "UNSUPPORTED_CODE_ARTIFACTS",
    "UNSUPPORTED_CONFIG_FILE",
    "UNSUPPORTED_LANGUAGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNSUPPORTED_OS",
    "UNSUPPORTED_RUNTIME",
]

SCANS = ("instances", "images", "functions", "function_code", "repositories")
"""The kinds of scans, as the settings name them."""


def _switch(description: str, *, default: bool) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    word = "true" if default else "false"
    switch: bool = Field(
        default=default, strict=True, description=f"{description} {word} by default."
    )
    return switch


class ImageRescans(Section):
    """How long an image in ECR is scanned again whenever a vulnerability becomes known."""

    after_push: PushDays = Field(
        default="DAYS_90",
        description="Days after the push, such as DAYS_30, or LIFETIME. DAYS_90 by default.",
    )
    after_pull: PullDays = Field(
        default="DAYS_90",
        description="Days after the image was last pulled or used. DAYS_90 by default.",
    )
    pull: Literal["LAST_PULL_DATE", "LAST_IN_USE_AT"] = Field(
        default="LAST_IN_USE_AT",
        description="What counts: LAST_PULL_DATE, or LAST_IN_USE_AT of containers in ECS and EKS. LAST_IN_USE_AT by default.",
    )


class CisScan(Section):
    """A scan of operating systems against the CIS benchmarks; costs per instance and scan."""

    level: Literal["LEVEL_1", "LEVEL_2"] = Field(
        default="LEVEL_1",
        description="Profile of the benchmark: LEVEL_1, or LEVEL_2, which includes it. LEVEL_1 by default.",
    )
    every: Literal["day", "week", "month"] = Field(
        default="week", description="How often: day, week or month. week by default."
    )
    day: Day = Field(
        default="SUN",
        description="Day of the week of a weekly or monthly scan. SUN by default.",
    )
    time: str = Field(
        default="02:00",
        pattern=TIME_PATTERN,
        description="When it starts, UTC, in quotes. 02:00 by default.",
    )
    accounts: tuple[AccountId, ...] = Field(
        default=(), description="IDs of the accounts. Every account by default."
    )
    tags: dict[TagKey, TagValues] = Field(
        min_length=1,
        max_length=MAXIMUM_TAGS,
        description="Tags of the instances, by key, with up to five values each; at most five keys. Inspector scans no instance without one of them.",
    )


class CodeScan(Section):
    """How repositories are scanned that a team has connected; one configuration for all of them."""

    rule_sets: tuple[RuleSet, ...] = Field(
        default=("SAST", "IAC", "SCA"),
        min_length=1,
        description="What is looked for: SAST (code), IAC (infrastructure as code), SCA (dependencies). All by default.",
    )
    events: tuple[CodeEvent, ...] = Field(
        default=("PULL_REQUEST", "PUSH"),
        description="Events that start a scan. PULL_REQUEST and PUSH by default.",
    )
    every: Literal["WEEKLY", "MONTHLY", "NEVER"] = Field(
        default="WEEKLY", description="Scans besides those events. WEEKLY by default."
    )
    github: tuple[FilterName, ...] = Field(
        default=(),
        max_length=20,
        description="Names of connections to GitHub; somebody authorizes each of them once in a browser. None by default.",
    )


class SuppressedVulnerability(Section):
    """Findings that Inspector hides: known, harmless where they are, and for a time."""

    reason: Reason = Field(
        description="Why they are harmless, in letters, digits and . : _ - / ( ); at least 10 characters."
    )
    expires: date = Field(
        description="Day from which the suppression is a mistake, such as 2027-06-30; within a year."
    )
    vulnerabilities: Annotated[tuple[VulnerabilityId, ...], Field(max_length=MAXIMUM_VALUES)] = (
        Field(default=(), description="IDs such as CVE-2026-12345. Every vulnerability by default.")
    )
    packages: Filtered = Field(default=(), description="Names of packages. Every one by default.")
    titles: Filtered = Field(
        default=(), description="Starts of titles of findings. Every one by default."
    )
    accounts: Annotated[tuple[AccountId, ...], Field(max_length=MAXIMUM_VALUES)] = Field(
        default=(), description="IDs of accounts. Every account by default."
    )
    resources: Filtered = Field(
        default=(), description="IDs or ARNs of resources. Every resource by default."
    )
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict,
        max_length=MAXIMUM_VALUES,
        description="Tags of resources, one of which is enough. Any by default.",
    )
    repositories: Filtered = Field(
        default=(), description="Names of repositories in ECR. Every one by default."
    )
    functions: Filtered = Field(
        default=(), description="Names of functions. Every function by default."
    )
    severities: tuple[Severity, ...] = Field(
        default=(), description="Severities, such as LOW. Every severity by default."
    )
    exploit_available: bool | None = Field(
        default=None,
        strict=True,
        description="Whether an exploit is known; null for either. null by default.",
    )
    fix_available: bool | None = Field(
        default=None,
        strict=True,
        description="Whether there is a fix; null for either. null by default.",
    )


class SbomExport(Section):
    """Bills of materials of everything that Inspector scans, written to the log archive."""

    enabled: bool = _switch("Export bills of materials from every governed Region.", default=True)
    format: Literal["CYCLONEDX_1_4", "SPDX_2_3"] = Field(
        default="CYCLONEDX_1_4", description="CYCLONEDX_1_4 or SPDX_2_3. CYCLONEDX_1_4 by default."
    )
    schedule: str = Field(
        default="cron(0 1 ? * SUN *)",
        pattern=CRON_PATTERN,
        description="When, in UTC. Sundays at 01:00 by default.",
    )


class InspectorSettings(Section):
    """Inspector in every account; costs per image, instance and function."""

    enabled: bool = _switch(
        "Scan for vulnerabilities in every account and governed Region; the security account administers it.",
        default=False,
    )
    instances: bool = _switch("Scan EC2 instances.", default=True)
    images: bool = _switch("Scan container images in ECR.", default=True)
    functions: bool = _switch("Scan the dependencies of Lambda functions.", default=True)
    function_code: bool = _switch(
        "Scan the code of Lambda functions; needs functions.", default=False
    )
    repositories: bool = _switch(
        "Scan code repositories, in the governed Regions that have it.", default=False
    )
    instance_scans: Literal["EC2_HYBRID", "EC2_SSM_AGENT_BASED"] = Field(
        default="EC2_HYBRID",
        description="EC2_HYBRID also scans snapshots of instances without the agent; EC2_SSM_AGENT_BASED leaves those unscanned. EC2_HYBRID by default.",
    )
    package_paths: tuple[PackagePath, ...] = Field(
        default=(),
        max_length=MAXIMUM_PATHS,
        description="Directories on instances in which packages of programming languages are looked for besides the usual ones; at most five. None by default.",
    )
    rescans: ImageRescans = Field(
        default_factory=ImageRescans, description="How long images are scanned again."
    )
    cis_scans: dict[FilterName, CisScan] = Field(
        default_factory=dict,
        description="Scans against the CIS benchmarks, by a name. None by default.",
    )
    code_scan: CodeScan = Field(
        default_factory=CodeScan, description="How repositories are scanned."
    )
    suppressions: dict[FilterName, SuppressedVulnerability] = Field(
        default_factory=dict,
        description="Findings that are hidden in every account and governed Region, by a name. None by default.",
    )
    accepted_gaps: tuple[UncoveredReason, ...] = Field(
        default=(),
        description="Reasons for which a resource may stay unscanned without a finding, such as UNSUPPORTED_OS. None by default.",
    )
    critical: Literal["exploitable", "all"] = Field(
        default="exploitable",
        description="Critical vulnerabilities that people are told as critical. exploitable: those with a known exploit, the others as high. all: all. exploitable by default.",
    )
    sbom: SbomExport = Field(default_factory=SbomExport, description="Bills of materials.")

    def exports_sbom(self) -> bool:
        """Tell whether bills of materials are written to the log archive."""
        return self.enabled and self.sbom.enabled
