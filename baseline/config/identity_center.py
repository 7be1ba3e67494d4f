"""IAM Identity Center: who signs in, with which permissions, where."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from baseline.config.forms import (
    GroupId,
    GroupName,
    IdentityStoreId,
    PermissionSetId,
    RegionName,
    SsoInstanceArn,
    StartUrl,
    UnitPath,
)
from baseline.config.section import Section

Source = Literal["identity-center", "active-directory", "external"]
Delegate = Literal["security", "shared_services"]


class Group(Section):
    """A group of people. The key above it is its name in the identity store."""

    id: GroupId | None = Field(
        default=None,
        description="ID of a group that exists already, such as one that SCIM provisions. Without it CloudFormation creates the group, "
        "which the built-in directory allows only.",
    )
    description: str = Field(
        default="Access to AWS accounts",
        min_length=1,
        max_length=1024,
        description="What the group is for, of a group that CloudFormation creates. Access to AWS accounts by default.",
    )


class Assignment(Section):
    """A group that gets a permission set in accounts."""

    group: GroupName = Field(description="Name of the group, one of `groups`.")
    permission_set: PermissionSetId = Field(
        description="Name of the permission set's file, such as developer."
    )
    units: tuple[UnitPath, ...] = Field(
        default=(),
        description="Organizational units whose accounts it reaches, those of the units below and those that join later included. None by default.",
    )
    accounts: tuple[str, ...] = Field(
        default=(),
        description="Accounts by name: core accounts except management, and members with an id. None by default.",
    )


class ManagementAssignment(Section):
    """A group that gets a permission set in the management account."""

    group: GroupName = Field(description="Name of the group, one of `groups`.")
    permission_set: PermissionSetId = Field(
        description="Name of the permission set's file. The management account gets a permission set of its own from it, named Management and its name."
    )


class IdentityCenter(Section):
    """IAM Identity Center: who signs in, with which permissions, where."""

    instance: SsoInstanceArn | None = Field(
        default=None,
        description="ARN of the organization's instance, as `aws sso-admin list-instances` shows it. Without it the baseline leaves Identity Center alone.",
    )
    identity_store: IdentityStoreId | None = Field(
        default=None,
        description="ID of the instance's identity store, as `aws sso-admin list-instances` shows it.",
    )
    region: RegionName | None = Field(
        default=None,
        description="Region of the instance, one of `regions`. The home Region by default.",
    )
    start_url: StartUrl | None = Field(
        default=None,
        description="Address of the access portal, for `baseline identity profiles`.",
    )
    source: Source = Field(
        default="identity-center",
        description="Where people come from: identity-center (the built-in directory), active-directory, or external (an identity provider with SCIM). "
        "It is chosen in the console; here it decides what is checked. identity-center by default.",
    )
    delegate: Delegate | None = Field(
        default=None,
        description="Account that administers Identity Center: security or shared_services. The management account by default.",
    )
    custom_folder: str | None = Field(
        default=None,
        min_length=1,
        description="Folder with permission sets of your own, one YAML file each, relative to this file; one named like a permission set of the catalog replaces it. None by default.",
    )
    groups: dict[GroupName, Group] = Field(
        default_factory=dict,
        description="Groups by their name in the identity store. None by default.",
    )
    permission_sets: tuple[PermissionSetId, ...] = Field(
        default=(),
        description="Permission sets to create besides those that are assigned below. None by default.",
    )
    assignments: tuple[Assignment, ...] = Field(
        default=(),
        description="Which group gets which permission set where. None by default.",
    )
    management_assignments: tuple[ManagementAssignment, ...] = Field(
        default=(),
        description="Which group gets which permission set in the management account. None by default.",
    )
    attributes: dict[str, str] = Field(
        default_factory=dict,
        description='Attributes of people that become session tags, such as CostCenter: "${path:enterprise.costCenter}". None by default.',
    )
    remove_assignments: bool = Field(
        default=False,
        strict=True,
        description="true to remove what the assignment job itself assigned and this file asks for no more, as when an account leaves a unit. false by default: it is reported.",
    )

    @property
    def enabled(self) -> bool:
        """Tell whether the baseline manages Identity Center."""
        return self.instance is not None
