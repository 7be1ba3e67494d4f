"""The whole configuration: one baseline.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import Field, ValidationInfo, model_validator

from baseline.config import checks, units
from baseline.config.account_settings import AccountSettings
from baseline.config.accounts import CoreAccount, CoreAccounts, MemberAccount, Organization
from baseline.config.billing import Billing
from baseline.config.capabilities import Capabilities
from baseline.config.contacts import BreakGlass, Contacts
from baseline.config.control_tower import ControlTower, Mode
from baseline.config.credentials import Credentials
from baseline.config.delivery import Delivery
from baseline.config.edge import Edge
from baseline.config.endpoint import Endpoint
from baseline.config.evidence import Evidence
from baseline.config.finding import dotted
from baseline.config.forms import MemberName, Prefix, RegionName, UnitName
from baseline.config.guardrail_settings import GuardrailSettings
from baseline.config.iam import Iam
from baseline.config.identity_center import IdentityCenter
from baseline.config.images import Images
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.network import NetworkSettings
from baseline.config.notifications import Notifications
from baseline.config.patching import Patching
from baseline.config.response import Response
from baseline.config.section import Section
from baseline.config.siem import Siem
from baseline.config.standalone import CHECKED_ELSEWHERE, Standalone
from baseline.config.systems_manager import SystemsManagerSettings
from baseline.config.template_validation import TemplateValidation
from baseline.config.units import OrganizationalUnit
from baseline.config.workload import Workload

__all__ = ["CHECKED_ELSEWHERE", "Configuration"]


class Configuration(Section):
    """What the organization looks like and what protects it."""

    # Built in Python it is checked as a file is; pydantic.ValidationError then reports the problems.

    prefix: Prefix = Field(
        default="secbase",
        description="Start of every physical name: 3 to 16 lower-case letters, digits and hyphens. secbase by default. "
        "Changing it later replaces the log buckets.",
    )
    organization: Organization = Field(description="The organization and its mail domains.")
    home_region: RegionName = Field(
        description="Region of logs, keys and collected findings. One of `regions`."
    )
    regions: tuple[RegionName, ...] = Field(
        min_length=1,
        description="Governed Regions: detection and records run here, all others are denied by guardrails.",
    )
    control_tower: Mode = Field(
        default="none",
        description="How the baseline works with AWS Control Tower: none (the organization is not governed by it), controls "
        "(a landing zone exists, controls are enabled in it) or landing-zone (the landing zone is made here too). none by default.",
    )
    accounts: CoreAccounts = Field(description="The five accounts that carry the baseline.")
    members: dict[MemberName, MemberAccount] = Field(
        default_factory=dict,
        description="Workload accounts by name. None by default.",
    )
    organizational_units: dict[UnitName, OrganizationalUnit] = Field(
        description="Organizational units by name, with the guardrails attached to them.",
    )
    contacts: Contacts = Field(description="Alternate contacts, set in every account.")
    break_glass: BreakGlass = Field(
        default_factory=BreakGlass, description="The emergency role that guardrails exempt."
    )
    notifications: Notifications = Field(description="Who gets findings.")
    log_archive: LogArchiveSettings = Field(
        default_factory=LogArchiveSettings, description="Retention of the logs."
    )
    network: NetworkSettings = Field(
        default_factory=NetworkSettings, description="The VPC of the network account."
    )
    guardrails: GuardrailSettings = Field(
        default_factory=GuardrailSettings, description="What all guardrails share."
    )
    identity_center: IdentityCenter = Field(
        default_factory=IdentityCenter,
        description="IAM Identity Center: who signs in, with which permissions, where.",
    )
    account_settings: AccountSettings = Field(
        default_factory=AccountSettings,
        description="The settings that the baseline keeps in every account.",
    )
    systems_manager: SystemsManagerSettings = Field(
        default_factory=SystemsManagerSettings,
        description="Systems Manager in every account and governed Region.",
    )
    patching: Patching = Field(
        default_factory=Patching, description="Patches of machines in every account and Region."
    )
    credentials: Credentials = Field(
        default_factory=Credentials,
        description="Access keys, unused credentials and root credentials.",
    )
    billing: Billing = Field(default_factory=Billing, description="Budgets and cost anomalies.")
    landing_zone: ControlTower = Field(
        default_factory=ControlTower,
        description="How the baseline works with AWS Control Tower beyond the mode.",
    )
    iam: Iam = Field(
        default_factory=Iam,
        description="Permissions boundary, groups of IAM users, deploy roles of pipelines.",
    )
    response: Response = Field(
        default_factory=Response, description="What is answered without waiting for a person."
    )
    # Evidence
    evidence: Evidence = Field(
        default_factory=Evidence,
        description="Evidence of compliance that is collected by itself.",
    )
    siem: Siem = Field(
        default_factory=Siem, description="How a SIEM gets logs and findings; nothing by default."
    )
    images: Images | None = Field(
        default=None,
        description="Golden images that are built, scanned and shared; each build and image costs. None by default.",
    )
    # Edge
    edge: Edge = Field(
        default_factory=Edge,
        description="What stands before every application of the organization; nothing by default.",
    )
    endpoint: Endpoint = Field(
        default_factory=Endpoint, description="The agent that watches machines; none by default."
    )
    template_validation: TemplateValidation = Field(
        default_factory=TemplateValidation,
        description="The Guard rules in every account; not by default.",
    )
    workload: Workload | None = Field(
        default=None,
        description="The reference workload, in a workload account: docs/reference-workload.md. None by default.",
    )
    # Delivery
    delivery: Delivery | None = Field(
        default=None,
        description="A pipeline that delivers the baseline from its repository: docs/delivery.md. None by default.",
    )
    # Standalone
    standalone: Standalone | None = Field(
        default=None,
        description="The account that was alone before it joined: its former file, moved below this key as it was. "
        "Keeps its logs and what holds data: docs/standalone.md. None by default.",
    )
    capabilities: Capabilities = Field(
        default_factory=Capabilities, description="Which detections and records are on."
    )

    @model_validator(mode="after")
    def _passes_the_checks(self, info: ValidationInfo) -> Self:
        if info.context != CHECKED_ELSEWHERE:
            findings = checks.run(self.model_dump())
            if findings:
                raise ValueError("; ".join(f"{dotted(f.path)}: {f.message}" for f in findings))
        return self

    def walk_units(self) -> Iterator[tuple[str, OrganizationalUnit]]:
        """Give path and unit of every organizational unit, parents first, in configuration order."""
        return units.walk(self.organizational_units)

    def core_accounts(self) -> dict[str, CoreAccount]:
        """Give the five core accounts by role, management first."""
        return {role: getattr(self.accounts, role) for role in CoreAccounts.model_fields}

    def all_accounts(self) -> list[tuple[str, CoreAccount | MemberAccount]]:
        """Give name and account of the core accounts, then of the members."""
        return [*self.core_accounts().items(), *self.members.items()]

    def guardrails_of(self, path: str) -> tuple[str, ...]:
        """Give the guardrails that bind the unit at ``path``, its parents' first, each once.

        Raises:
            KeyError: no unit has this path.
        """
        tree = dict(self.walk_units())
        parts = path.split("/")
        chain = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
        return tuple(dict.fromkeys(name for step in chain for name in tree[step].guardrails))
