"""People: who AWS calls, who may break the glass."""

from __future__ import annotations

from pydantic import Field

from baseline.config.forms import (
    ContactEmail,
    JobTitle,
    PersonName,
    PhoneNumber,
    RoleName,
    RolePath,
    UserName,
)
from baseline.config.section import Section


class Contact(Section):
    """A contact that AWS writes to or calls. A team's name and mailbox outlive a person's."""

    name: PersonName = Field(description="Name of the team or person, at most 64 characters.")
    title: JobTitle = Field(description="Role, such as Security Operations; at most 50 characters.")
    email: ContactEmail = Field(description="Corporate address that a team reads.")
    phone: PhoneNumber = Field(
        description='Telephone number in E.164 form, in quotes: "+", country code, number, no spaces ("+4930123456").',
    )


class Contacts(Section):
    """The alternate contacts that every account gets (control Account.1)."""

    security: Contact = Field(description="Gets abuse and security notices.")
    operations: Contact = Field(description="Gets notices about service events.")
    billing: Contact = Field(description="Gets invoices and notices about them.")


class BreakGlass(Section):
    """The way in when everything else fails."""

    role: RoleName = Field(
        default="OrgBreakGlass",
        description="Name of the emergency role that guardrails exempt. OrgBreakGlass by default.",
    )
    create: bool = Field(
        default=True,
        strict=True,
        description="true: the baseline makes the role in every account. false: it exists already under this name and is adopted as it is. true by default.",
    )
    users: tuple[UserName, ...] = Field(
        default=("break-glass-1", "break-glass-2"),
        max_length=10,
        description="IAM users of the management account that may assume the role with a second factor. They are made without credentials; the runbook says how to enrol them. break-glass-1 and break-glass-2 by default.",
    )
    federated_roles: tuple[RolePath, ...] = Field(
        default=(),
        max_length=5,
        description="Roles of the management account, such as one of a SAML provider, that may assume the role too. AWS sees no second factor in their sessions, so the identity provider has to ask for one. None by default.",
    )
