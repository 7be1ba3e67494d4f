"""The organization and its accounts: five core accounts and any number of members."""

from __future__ import annotations

from pydantic import Field

from baseline.config.delegation import Delegation
from baseline.config.forms import AccountId, Domain, OrganizationId, RootEmail, RootId, UnitPath
from baseline.config.section import Section


class Organization(Section):
    """The AWS Organizations organization that the baseline protects."""

    id: OrganizationId = Field(
        description="Organization ID, as `aws organizations describe-organization` shows it: o- and 10 to 32 letters and digits.",
    )
    root_id: RootId = Field(
        description="ID of the organization's root, as `aws organizations list-roots` shows it: r- and 4 to 32 letters and digits.",
    )
    email_domains: tuple[Domain, ...] = Field(
        min_length=1,
        description="Mail domains of the company. Every root e-mail address of an account and every contact belongs to one of them, "
        "because whoever reads that mailbox can reset the root password.",
    )
    delegation: Delegation = Field(
        default_factory=Delegation,
        description="What the security account may do with organization policies.",
    )


class CoreAccount(Section):
    """An account with a role of its own in the baseline. It exists before the first deployment."""

    id: AccountId = Field(description="AWS account ID: 12 digits, in quotes.")
    email: RootEmail = Field(
        description="Root e-mail address of the account: unique in all of AWS, at most 64 characters, a mailbox that a team reads.",
    )
    ou: UnitPath | None = Field(
        default=None,
        description="Path of the organizational unit that the account stands in, such as Security or Workloads/Production. "
        "The management account stands in the root and has none.",
    )
    guardrails: tuple[str, ...] = Field(
        default=(),
        description="Guardrails or guardrail sets attached to this account, beside those of its units. None by default.",
    )


class CoreAccounts(Section):
    """The five accounts that carry the baseline."""

    management: CoreAccount = Field(
        description="Owner of the organization: organizational units, policies, trail. No workloads.",
    )
    log_archive: CoreAccount = Field(
        description="Keeper of the logs: trail, Config and flow-log buckets with Object Lock.",
    )
    security: CoreAccount = Field(
        description="Delegated administrator of GuardDuty and Security Hub; findings are collected and sent out here.",
    )
    network: CoreAccount = Field(description="Owner of the shared VPC and its flow logs.")
    shared_services: CoreAccount = Field(
        description="Tools that all teams share, such as pipelines and images.",
    )


class MemberAccount(Section):
    """A workload account. The key in `members` is its name."""

    id: AccountId | None = Field(
        default=None,
        description="AWS account ID (12 digits, in quotes) of an account that exists already and is adopted. "
        "Without it CloudFormation creates the account.",
    )
    email: RootEmail = Field(
        description="Root e-mail address of the account: unique in all of AWS, at most 64 characters, a mailbox that a team reads.",
    )
    ou: UnitPath = Field(
        description="Path of the organizational unit that the account stands in, such as Workloads/Production.",
    )
    guardrails: tuple[str, ...] = Field(
        default=(),
        description="Guardrails or guardrail sets attached to this account, beside those of its units. None by default.",
    )
