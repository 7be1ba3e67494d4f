"""Patches of machines: what is approved when, how missing patches are found, when they are installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import WORDS_PATTERN
from baseline.config.section import Section

KNOWN = Path(__file__).parent / "data" / "patch_baselines.json"

CONCURRENCY_PATTERN = r"^([1-9][0-9]{0,2}|[1-9][0-9]?%|100%)$"
ERRORS_PATTERN = r"^(0|[1-9][0-9]{0,2}|[0-9]%|[1-9][0-9]%|100%)$"
PATCH_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:*+~/-]{0,99}$"
# SSM::MaintenanceWindowTarget, Targets.Key: what a tag key may hold there.
PATCH_TAG_PATTERN = r"^[A-Za-z0-9_.:/=@-]{1,128}$"
ZONE_PATTERN = r"^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$"

HINTS: Mapping[str, str] = MappingProxyType(
    {
        CONCURRENCY_PATTERN: 'is neither a number of machines nor a share of them, such as "10" or "10%"',
        ERRORS_PATTERN: 'is neither a number of failures nor a share of the machines, such as "0" or "5%"',
        PATCH_PATTERN: "is not a patch as AWS names it: KB5034441, MS10-048 or kernel*",
        PATCH_TAG_PATTERN: "is not a tag key that a window can look for: letters, digits or _ . : / = @ -",
        ZONE_PATTERN: "is not a time zone, such as UTC or Europe/Berlin",
    }
)

MAXIMUM_APPROVAL_DAYS = 360
MAXIMUM_LISTED_PATCHES = 50
MAXIMUM_RULES = 10
MAXIMUM_WINDOWS = 10
"""So many windows fit the template of a StackSet beside all baselines."""
REASON_LENGTH = 10

OperatingSystem = Literal[
    "amazon-linux-2", "amazon-linux-2023", "debian", "rhel", "ubuntu", "windows"
]
Level = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Reboot = Literal["RebootIfNeeded", "NoReboot"]
Machines = Literal["tagged", "all", "none"]

Concurrency = Annotated[str, Field(pattern=CONCURRENCY_PATTERN)]
Errors = Annotated[str, Field(pattern=ERRORS_PATTERN)]
PatchName = Annotated[str, Field(pattern=PATCH_PATTERN)]
PatchGroup = Annotated[str, Field(min_length=1, max_length=256)]
Reason = Annotated[str, Field(min_length=REASON_LENGTH, max_length=256)]
WindowName = Annotated[str, Field(pattern=WORDS_PATTERN, max_length=32)]
Word = Annotated[str, Field(min_length=1, max_length=64)]


def _switch(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=True, strict=True, description=f"{description} true by default.")
    return switch


class ApprovalRule(Section):
    """Which patches are approved, after how many days."""

    classifications: tuple[Word, ...] = Field(
        default=(),
        max_length=20,
        description="Classifications as the operating system calls them, such as Security. All by default.",
    )
    severities: tuple[Word, ...] = Field(
        default=(),
        max_length=20,
        description="Severities (priorities for Debian and Ubuntu) as the operating system calls them. All by default.",
    )
    days: StrictInt = Field(
        ge=0,
        le=MAXIMUM_APPROVAL_DAYS,
        description="Days from the release of a patch to its approval. 0 for Debian and Ubuntu, whose patches have no date.",
    )
    level: Level = Field(
        default="HIGH",
        description="How severe it is that such a patch is missing. HIGH by default.",
    )


class PatchBaseline(Section):
    """The patch baseline of one operating system."""

    rules: tuple[ApprovalRule, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=MAXIMUM_RULES,
        description="What is approved when. By default security patches: critical ones after 2 days, important ones after 7, "
        "others after 14; at once for Debian and Ubuntu.",
    )
    approved: dict[PatchName, Reason] = Field(
        default_factory=dict,
        max_length=MAXIMUM_LISTED_PATCHES,
        description="Patches that are approved whatever the rules say, with the reason. None by default.",
    )
    rejected: dict[PatchName, Reason] = Field(
        default_factory=dict,
        max_length=MAXIMUM_LISTED_PATCHES,
        description="Patches that are never installed, with the reason. None by default.",
    )
    rejected_action: Literal["BLOCK", "ALLOW_AS_DEPENDENCY"] = Field(
        default="BLOCK",
        description="BLOCK: a rejected patch is installed under no circumstances. ALLOW_AS_DEPENDENCY: it is where another "
        "package needs it. BLOCK by default.",
    )
    available_security_updates: Literal["NON_COMPLIANT", "COMPLIANT"] = Field(
        default="NON_COMPLIANT",
        description="Windows only: what a machine is that lacks a security update which is not approved yet. NON_COMPLIANT by default.",
    )
    patch_groups: tuple[PatchGroup, ...] = Field(
        default=(),
        max_length=20,
        description="Values of the tag Patch Group (or PatchGroup) whose machines have this baseline. None by default: it is the "
        "account's default for its operating system.",
    )


class PatchWindow(Section):
    """A weekly time in which patches are installed."""

    day: Day = Field(default="sunday", description="Day of the week. sunday by default.")
    hour: StrictInt = Field(default=3, ge=0, le=23, description="Hour of the day. 3 by default.")
    timezone: Annotated[str, Field(pattern=ZONE_PATTERN, max_length=64)] = Field(
        default="UTC", description="Time zone of the IANA database. UTC by default."
    )
    duration_hours: StrictInt = Field(
        default=4, ge=1, le=24, description="Length of the window. 4 by default."
    )
    cutoff_hours: StrictInt = Field(
        default=1,
        ge=0,
        le=23,
        description="Hours before its end at which nothing is begun any more. 1 by default.",
    )
    at_cutoff: Literal["CONTINUE_TASK", "CANCEL_TASK"] = Field(
        default="CONTINUE_TASK",
        description="CONTINUE_TASK: what runs is finished. CANCEL_TASK: it is canceled, in the midst of an installation too. "
        "CONTINUE_TASK by default.",
    )
    reboot: Reboot = Field(
        default="RebootIfNeeded",
        description="NoReboot: patches that need a restart stay pending until somebody restarts the machine. RebootIfNeeded by default.",
    )
    concurrency: Concurrency = Field(
        default="10%",
        description="Machines at the same time, as a number or a share, in quotes. 10% by default.",
    )
    errors: Errors = Field(
        default="5%",
        description="Failures after which no further machine is begun, as a number or a share, in quotes. 5% by default.",
    )


class Patching(Section):
    """Patches of all managed machines, in every account and governed Region."""

    enabled: bool = _switch("Patch baselines and a daily scan, which changes no machine.")
    operating_systems: tuple[OperatingSystem, ...] = Field(
        default=("amazon-linux-2023", "rhel", "ubuntu", "windows"),
        min_length=1,
        description="Operating systems that get a patch baseline; others keep that of AWS. amazon-linux-2023, rhel, ubuntu and windows by default.",
    )
    baselines: dict[OperatingSystem, PatchBaseline] = Field(
        default_factory=dict,
        description="What differs from the baseline's own rules, by operating system. Nothing by default.",
    )
    install: Machines = Field(
        default="tagged",
        description="tagged: patches are installed on machines whose tag names a window. all: on every machine, in the one window. "
        "none: on no machine. tagged by default.",
    )
    tag: Annotated[str, Field(pattern=PATCH_TAG_PATTERN)] = Field(
        default="PatchWindow",
        description="Key of the tag whose value is the name of a window. PatchWindow by default.",
    )
    windows: dict[WindowName, PatchWindow] = Field(
        default_factory=lambda: {"weekly": PatchWindow()},
        max_length=MAXIMUM_WINDOWS,
        description="Windows by name. By default one, weekly: Sunday at 3 UTC, for 4 hours.",
    )
    logs: bool = _switch("Output of scans and installations goes to the log archive.")
    report: bool = _switch("A daily report of all accounts in the security account.")

    @property
    def installs(self) -> bool:
        """Whether patches are installed on any machine."""
        return self.enabled and self.install != "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """What AWS knows of an operating system's patches.

    Attributes:
        name: the operating system as AWS calls it.
        severity_key: what a rule calls severity there.
        dated: whether patches have a date of release, from which days are counted.
        classifications: classifications that a rule may name; none where there are none.
        severities: severities that a rule may name.
        rules: what is approved by default.
    """

    name: str
    severity_key: str
    dated: bool
    classifications: tuple[str, ...]
    severities: tuple[str, ...]
    rules: tuple[ApprovalRule, ...]


@cache
def systems() -> Mapping[str, System]:
    """Give the operating systems by their name in the configuration."""
    rows = json.loads(KNOWN.read_text(encoding="utf-8"))["operating_systems"]
    return MappingProxyType(
        {
            name: System(
                name=row["name"],
                severity_key=row["severity_key"],
                dated=row["dated"],
                classifications=tuple(row["classifications"]),
                severities=tuple(row["severities"]),
                rules=tuple(ApprovalRule.model_validate(rule) for rule in row["rules"]),
            )
            for name, row in rows.items()
        }
    )
