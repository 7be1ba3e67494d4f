"""Membership in AWS Security Incident Response."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from baseline.config.forms import ContactEmail
from baseline.config.section import Section

SMALLEST_TEAM, LARGEST_TEAM = 2, 10
"""Source: AWS Security Incident Response API Reference, "CreateMembership"."""

Name = Annotated[str, StringConstraints(min_length=3, max_length=50)]


class Responder(Section):
    """Somebody whom AWS's responders call and write to."""

    name: Name = Field(description="Name of a person or team, of 3 to 50 characters.")
    job_title: Annotated[str, StringConstraints(min_length=1, max_length=50)] = Field(
        description="What they do, in at most 50 characters."
    )
    email: ContactEmail = Field(description="Address that is read at night, too.")


class SecurityIncidentResponse(Section):
    """The membership: AWS looks at findings, and helps in incidents. AWS bills it by findings."""

    name: Name = Field(
        default="Security baseline",
        description="Name of the membership, of 3 to 50 characters. Security baseline by default.",
    )
    team: tuple[Responder, ...] = Field(
        min_length=SMALLEST_TEAM,
        max_length=LARGEST_TEAM,
        description="The incident response team, of 2 to 10.",
    )
    triage: bool = Field(
        default=True,
        strict=True,
        description="AWS looks at each finding of GuardDuty and Security Hub, and opens cases of its own. On by default.",
    )

    @field_validator("team")
    @classmethod
    def _once(cls, team: tuple[Responder, ...]) -> tuple[Responder, ...]:
        """Refuse an address twice: the team would be smaller than it looks."""
        addresses = [each.email.lower() for each in team]
        twice = sorted({each for each in addresses if addresses.count(each) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands there twice; name another address")
        return team
