"""How the baseline works with AWS Control Tower beyond the mode."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import AccountId, Action, RegionName, UnitPath
from baseline.config.forms_control_tower import (
    BaselineName,
    BaselineVersion,
    ControlName,
    EnabledBaselineArn,
    KeyArn,
    PrincipalArn,
    ResourceArn,
)
from baseline.config.section import Section

Mode = Literal["none", "controls", "landing-zone"]

RETENTION_DAYS: Final = 365


def _off(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=False, strict=True, description=f"{description} false by default.")
    return switch


class BackupIntegration(Section):
    """AWS Backup, administered by Control Tower."""

    administrator_account: AccountId = Field(
        description="ID of the account that administers AWS Backup; in the unit of the log archive."
    )
    vault_account: AccountId = Field(
        description="ID of the account with the central vault; in the unit of the log archive."
    )
    kms_key_arn: KeyArn = Field(description="ARN of the multi-Region key of the backup vaults.")


class Integrations(Section):
    """What Control Tower sets up beside the baseline. All of it is off unless it is named."""

    config: bool = _off(
        "AWS Config with Control Tower's recorders. Switch capabilities.config off with it."
    )
    centralized_logging: bool = _off(
        "Control Tower's organization trail and log buckets. Needs landing_zone.second_trail."
    )
    security_roles: bool = _off(
        "Roles with which the security account reads and administers every account. Needs config."
    )
    access_management: bool = _off(
        "Control Tower's permission sets in IAM Identity Center. Needs config and security_roles."
    )
    backup: BackupIntegration | None = Field(
        default=None,
        description="Control Tower's backup plans. Needs config and security_roles. None by default.",
    )


class EnabledBaseline(Section):
    """A Control Tower baseline that is enabled on units: it enrolls their accounts."""

    baseline: BaselineName = Field(
        default="AWSControlTowerBaseline",
        description="AWSControlTowerBaseline, or the 16 characters at the end of another baseline's ARN "
        "(aws controltower list-baselines). AWSControlTowerBaseline by default.",
    )
    version: BaselineVersion = Field(
        default="5.0", description="Its version; 5.0 goes with landing zone 4.0. 5.0 by default."
    )
    units: tuple[UnitPath, ...] = Field(min_length=1, description="Paths of the units.")
    identity_center_baseline: EnabledBaselineArn | None = Field(
        default=None,
        description="ARN of the enabled IdentityCenterBaseline (aws controltower list-enabled-baselines), "
        "which AWSControlTowerBaseline needs when Control Tower manages access. None by default.",
    )


class EnabledControl(Section):
    """A control of Control Tower that is enabled on units."""

    control: ControlName = Field(
        description="AWS-GR_... as the Controls Reference names it, or the ID or ARN of the control in the "
        "Control Catalog (aws controlcatalog list-controls).",
    )
    units: tuple[UnitPath, ...] = Field(min_length=1, description="Paths of the units.")
    allowed_regions: tuple[RegionName, ...] = Field(
        default=(), description="Parameter AllowedRegions of the Region control. None by default."
    )
    exempted_actions: tuple[Action, ...] = Field(
        default=(), description="Parameter ExemptedActions. None by default."
    )
    exempted_principals: tuple[PrincipalArn, ...] = Field(
        default=(), description="Parameter ExemptedPrincipalArns. None by default."
    )
    exempted_resources: tuple[ResourceArn, ...] = Field(
        default=(), description="Parameter ExemptedResourceArns. None by default."
    )
    exempt_baseline_roles: bool = _off(
        "Adds the roles that guardrails exempt (deployers, break-glass, the baseline's own) to "
        "ExemptedPrincipalArns. Only for controls that have this parameter."
    )
    exempt_assume_root: bool = _off(
        "Parameter ExemptAssumeRoot of AWS-GR_RESTRICT_ROOT_USER: lets central root access work."
    )


class ControlTower(Section):
    """How the baseline works with AWS Control Tower beyond the mode."""

    auto_enroll: bool = Field(
        default=True,
        strict=True,
        description="Accounts that move into a governed unit are enrolled, ones that move out are released. true by default.",
    )
    integrations: Integrations = Field(
        default_factory=Integrations,
        description="What Control Tower sets up in mode landing-zone. Nothing by default.",
    )
    second_trail: bool = _off(
        "Accepts that Control Tower's trail records what the organization trail records already: each "
        "management event is delivered and billed twice."
    )
    log_retention_days: StrictInt = Field(
        default=RETENTION_DAYS,
        ge=RETENTION_DAYS,
        description="Days that Control Tower's own log buckets keep objects. 365 by default.",
    )
    kms_key_arn: KeyArn | None = Field(
        default=None,
        description="Key that encrypts what Control Tower's integrations store: symmetric, one Region, in the "
        "management account. AES-256 by default.",
    )
    baselines: tuple[EnabledBaseline, ...] = Field(
        default=(),
        description="Baselines enabled on units, in this order, one at a time. None by default.",
    )
    controls: tuple[EnabledControl, ...] = Field(
        default=(),
        description="Controls enabled on units, in this order, one at a time. None by default.",
    )
