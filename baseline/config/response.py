"""What the baseline answers by itself, and how far it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.exposure import Exposure
from baseline.config.forensics import ComputeResponse, Forensics
from baseline.config.game_days import CanaryName, GameDays
from baseline.config.incident_response import SecurityIncidentResponse
from baseline.config.section import Section

TAG_KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 _.:/=+@-]{0,127}$"
MAXIMUM_EXEMPTION_DAYS = 90
PORT = Annotated[StrictInt, Field(ge=1, le=65535)]


class OpenPorts(Section):
    """Ports for administrators that a security group opens to the internet."""

    mode: Literal["close", "report"] = Field(
        default="close",
        description="close revokes the rule that opens the port, and nothing else; report only tells. close by default.",
    )
    ports: tuple[PORT, ...] = Field(
        default=(22, 3389),
        min_length=1,
        max_length=5,
        description="Ports that nobody may open to the internet, at most five. 22 (SSH) and 3389 (Remote Desktop) by default.",
    )
    exemption_tag: str = Field(
        default="OpenPortUntil",
        pattern=TAG_KEY_PATTERN,
        description="Tag of a rule or its security group whose value is the last day on which the port may stay open, as in 2026-12-24. OpenPortUntil by default.",
    )
    exemption_days: StrictInt = Field(
        default=7,
        ge=0,
        le=MAXIMUM_EXEMPTION_DAYS,
        description="Days that an exemption may reach ahead; 0 for no exemptions. 7 by default.",
    )


PlaybookId = Literal[
    "compromised-access-key",
    "compromised-role-session",
    "compromised-instance",
    "crypto-mining",
    "dns-exfiltration",
    "exposed-bucket",
    "malware-object",
    "exposed-database",
    "root-use",
    "trail-tampering",
]
"""The playbooks there are; a test compares them with the catalog."""

MAXIMUM_APPROVAL_HOURS = 168


class Playbooks(Section):
    """Incidents that are answered step by step, by a state machine each."""

    enabled: bool = Field(
        default=True, description="Create the playbooks and their roles. On by default."
    )
    modes: Mapping[PlaybookId, Literal["contain", "ask", "dry_run", "off"]] = Field(
        default_factory=dict,
        description="Playbook to what it does: contain acts and asks before destructive steps; ask asks before each step that changes something; dry_run reports what it would do; off. Each has a default, named in docs/playbooks.md.",
    )
    approval_hours: StrictInt = Field(
        default=24,
        ge=1,
        le=MAXIMUM_APPROVAL_HOURS,
        description="Hours that a question waits for its answer; without one the step is left out. 24 by default.",
    )


class Response(Section):
    """What is answered without waiting for a person."""

    open_ports: OpenPorts = Field(
        default_factory=OpenPorts, description="Open ports that close themselves."
    )
    playbooks: Playbooks = Field(
        default_factory=Playbooks, description="Incidents that are contained step by step."
    )
    # Game days
    game_days: GameDays = Field(
        default_factory=GameDays, description="Rehearsals of incidents. docs/game-days.md."
    )
    canary_users: tuple[CanaryName, ...] = Field(
        default=(),
        max_length=5,
        description="Names of IAM users of the security account that may do nothing; whoever uses an access key of one, even to read, is told as critical. None by default.",
    )
    exposure: Exposure = Field(
        default_factory=Exposure, description="What is public on purpose, and stays so."
    )
    security_incident_response: SecurityIncidentResponse | None = Field(
        default=None,
        description="Membership in AWS Security Incident Response, which AWS bills. None by default; taking it out does not cancel it.",
    )
    compute: ComputeResponse = Field(
        default_factory=ComputeResponse, description="How playbooks about machines go."
    )
    forensics: Forensics | None = Field(
        default=None,
        description="Account that gets copies of machines' snapshots, under a key of its own. None by default.",
    )
