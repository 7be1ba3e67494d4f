"""Settings of the organization's backups: the plan, the vaults, their copies, tests and reports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import AccountId, RegionName, RoleName
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

APPROVAL_TEAM_PATTERN = r"^arn:aws:mpa:[a-z0-9-]+:[0-9]{12}:approval-team/[A-Za-z0-9._/-]+$"
BACKUP_VAULT_PATTERN = r"^[A-Za-z0-9_-]{2,50}$"
CRON_PATTERN = r"^cron\(\S+( \S+){5}\)$"

COPY_DAYS = (7, 36_500)
"""A logically air-gapped vault keeps nothing for less than seven days.

Source: AWS Backup API Reference, "CreateLogicallyAirGappedBackupVault"."""

ApprovalTeam = Annotated[str, Field(pattern=APPROVAL_TEAM_PATTERN)]
Lock = Literal["governance", "compliance"]
RestoredType = Literal["DynamoDB", "EBS", "EFS", "S3"]
"""What AWS Backup restores without being told where to; databases need a subnet group."""

VaultName = Annotated[str, Field(pattern=BACKUP_VAULT_PATTERN)]


class CentralCopies(Section):
    """A copy of every backup in a vault of another account, which the owner cannot reach."""

    account: AccountId | None = Field(
        default=None,
        description="ID of the account of the vault, one that this file names; it has the CDK bootstrap in home_region. The log archive by default.",
    )
    region: RegionName | None = Field(
        default=None,
        description="Region that all copies go to, one of `regions`. By default there is a vault in every governed Region, and copies stay in theirs.",
    )
    delete_after_days: StrictInt = Field(
        default=35,
        ge=COPY_DAYS[0],
        le=COPY_DAYS[1],
        description="Days until a copy is deleted; at least 7. 35 by default. An air-gapped vault never lets it be changed.",
    )
    vault: Literal["locked", "air-gapped"] = Field(
        default="locked",
        description="locked: a vault with a key and a lock of its own. air-gapped: a logically air-gapped vault, whose lock nobody lifts, AWS included. locked by default.",
    )
    lock: Lock | None = Field(
        default=None,
        description="Lock of a locked vault: governance can be lifted by those with the right, compliance by nobody three days later. governance by default.",
    )
    approval_team: ApprovalTeam | None = Field(
        default=None,
        description="ARN of the approval team (Multi-party approval) that opens an air-gapped vault when its account is lost. None by default.",
    )


class BackupPolicy(Section):
    """A daily backup plan in every account, with the vault and the role that it needs there."""

    vault: VaultName | None = Field(
        default=None,
        description="Name of a vault that every account and governed Region has already; give role too. By default the baseline makes vault and role.",
    )
    role: RoleName | None = Field(
        default=None,
        description="Name of a role that AWS Backup assumes and every account has already; give vault too.",
    )
    tag_key: TagKey = Field(
        default="Backup", description="Tag that marks what is backed up. Backup by default."
    )
    tag_values: tuple[str, ...] = Field(
        default=("daily",), min_length=1, description="Values of that tag. daily by default."
    )
    schedule: Annotated[str, Field(pattern=CRON_PATTERN)] = Field(
        default="cron(0 3 ? * * *)",
        description="When backups start, in UTC. cron(0 3 ? * * *) by default.",
    )
    delete_after_days: StrictInt = Field(
        default=35, ge=1, le=36500, description="Days until a backup is deleted. 35 by default."
    )
    cold_storage_after_days: StrictInt | None = Field(
        default=None,
        ge=1,
        le=36500,
        description="Days until a backup moves to cold storage, where it stays at least 90 days. Never by default.",
    )
    lock: Lock = Field(
        default="governance",
        description="Lock of the vaults that the baseline makes: governance can be lifted by those with the right, compliance by nobody three days later. governance by default.",
    )
    central: CentralCopies | None = Field(
        default=None, description="Copies in a vault of another account. None by default."
    )
    restore_test: tuple[RestoredType, ...] = Field(
        default=(),
        description="Kinds of resources of which every account restores the newest backup each Sunday, and deletes it; costs what they cost, for hours. None by default.",
    )
    audit: bool = Field(
        default=False,
        strict=True,
        description="An audit framework of AWS Backup in every account and governed Region, and daily reports in the log archive; costs evaluations of AWS Config. false by default.",
    )

    @property
    def makes_vaults(self) -> bool:
        """Whether the baseline makes vault and role in every account."""
        return self.vault is None or self.role is None
