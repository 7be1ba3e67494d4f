"""Who hears of findings: by severity, by team, in chat channels, by a pager."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from baseline.config.forms import ContactEmail, UnitPath
from baseline.config.organization_policies import TagKey
from baseline.config.section import Section

SLACK_WORKSPACE_PATTERN = r"^[TE][0-9A-Z]{6,20}$"
SLACK_CHANNEL_PATTERN = r"^[CG][0-9A-Z]{6,20}$"
# As AWS::Chatbot::MicrosoftTeamsChannelConfiguration has them.
UUID_PATTERN = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
TEAMS_CHANNEL_PATTERN = (
    r"^[a-zA-Z0-9_=+/.,-]*%3[aA][a-zA-Z0-9_=+/.,-]*%40[a-zA-Z0-9_=+/.,-]*$"  # : and @, encoded
)
AUDIENCE_PATTERN = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"
WEBHOOK_PATTERN = r"^https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}(/[A-Za-z0-9._~/-]*)?$"
VALUE_ARN_PATTERN = (
    r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$"
)
VALUE_KEY_PATTERN = r"^[A-Za-z0-9_.-]{1,128}$"
HEADER_PATTERN = r"^[A-Za-z0-9-]{1,64}$"

MOST_ROUTES = 20
MOST_CHANNELS = 20

Severity = Literal["critical", "high", "medium"]
AudienceName = Annotated[str, Field(pattern=AUDIENCE_PATTERN)]
Severities = tuple[Severity, ...]


class Route(Section):
    """A team that hears of the findings of its accounts, besides those who hear of all."""

    units: tuple[UnitPath, ...] = Field(
        default=(),
        description="Organizational units whose accounts are the team's, with the units below them. None by default.",
    )
    accounts: tuple[str, ...] = Field(
        default=(), description="Names of accounts that are the team's. None by default."
    )
    severities: Severities = Field(
        default=("critical", "high"),
        min_length=1,
        description="What the team hears of. critical and high by default.",
    )
    addresses: tuple[ContactEmail, ...] = Field(
        default=(), description="E-mail addresses of the team. None by default."
    )
    channels: tuple[AudienceName, ...] = Field(
        default=(), description="Channels of `chat` that get the team's findings. None by default."
    )


class SlackChannel(Section):
    """A channel of a Slack workspace that was authorized once by hand."""

    workspace: Annotated[str, Field(pattern=SLACK_WORKSPACE_PATTERN)] = Field(
        description="ID of the workspace, such as T0123ABCD."
    )
    channel: Annotated[str, Field(pattern=SLACK_CHANNEL_PATTERN)] = Field(
        description="ID of the channel, such as C0123ABCD."
    )


class TeamsChannel(Section):
    """A channel of Microsoft Teams whose team was authorized once by hand."""

    tenant: Annotated[str, Field(pattern=UUID_PATTERN)] = Field(description="ID of the tenant.")
    team: Annotated[str, Field(pattern=UUID_PATTERN)] = Field(description="ID of the team.")
    channel: Annotated[str, Field(pattern=TEAMS_CHANNEL_PATTERN, max_length=256)] = Field(
        description="ID of the channel as it stands in its link, encoded: 19%3a...%40thread.tacv2."
    )


class ChatChannel(Section):
    """A chat channel; it is Slack's or Microsoft Teams'."""

    slack: SlackChannel | None = Field(default=None, description="The channel in Slack.")
    teams: TeamsChannel | None = Field(default=None, description="The channel in Microsoft Teams.")
    severities: Severities = Field(
        default=("critical", "high"),
        description="What the channel gets of all accounts; empty: only what routes send there. critical and high by default.",
    )


class Paging(Section):
    """A service that wakes somebody, called through its webhook."""

    service: Literal["pagerduty", "opsgenie", "jira-service-management", "generic"] = Field(
        description="Whose form the request has: pagerduty (Events API v2), opsgenie, jira-service-management, or generic (a JSON object)."
    )
    secret: Annotated[str, Field(pattern=VALUE_ARN_PATTERN)] = Field(
        description="ARN of the secret in the security account's home Region that holds the key of the service."
    )
    secret_key: Annotated[str, Field(pattern=VALUE_KEY_PATTERN)] | None = Field(
        default=None,
        description="Key of the value within a secret that holds JSON. None by default: the secret is the value.",
    )
    endpoint: Annotated[str, Field(pattern=WEBHOOK_PATTERN, max_length=2048)] | None = Field(
        default=None,
        description="HTTPS address that is called. That of the service by default; a generic one has none.",
    )
    header: Annotated[str, Field(pattern=HEADER_PATTERN)] = Field(
        default="Authorization",
        description="Header that carries the key of a generic service. Authorization by default.",
    )
    severities: Severities = Field(
        default=("critical",),
        min_length=1,
        description="What wakes somebody. critical by default.",
    )
    requests_per_second: Annotated[StrictInt, Field(ge=1, le=300)] = Field(
        default=5, description="Most requests per second, 1 to 300. 5 by default."
    )


class Notifications(Section):
    """Who gets findings. SNS asks each e-mail address to confirm once."""

    critical: tuple[ContactEmail, ...] = Field(
        min_length=1, description="Addresses that get critical findings; at least one."
    )
    high: tuple[ContactEmail, ...] = Field(
        min_length=1, description="Addresses that get findings of high severity; at least one."
    )
    medium: tuple[ContactEmail, ...] = Field(
        default=(),
        description="Addresses that get findings of medium severity. Nobody by default; they stay visible in Security Hub.",
    )
    activity: tuple[ContactEmail, ...] = Field(
        default=(),
        description="Addresses that get the alarms about recorded activity (CIS 4.1 to 4.15). Those of `high` by default.",
    )
    security_hub_status: Literal["notified", "unchanged"] = Field(
        default="notified",
        description="What becomes of a finding in Security Hub once it was told: notified (its workflow status says so, and its updates are not told again "
        "unless it fails anew or its severity rises) or unchanged (every update is told). notified by default.",
    )
    routes: dict[AudienceName, Route] = Field(
        default_factory=dict,
        max_length=MOST_ROUTES,
        description="Teams by name, which hear of their own accounts. None by default.",
    )
    team_tag: TagKey | None = Field(
        default=None,
        description="Tag of an account in AWS Organizations whose value is the name of its route. None by default.",
    )
    owner_tag: TagKey | None = Field(
        default=None,
        description="Tag of a resource whose value is the name of its route, whatever account it is in. None by default.",
    )
    chat: dict[AudienceName, ChatChannel] = Field(
        default_factory=dict,
        max_length=MOST_CHANNELS,
        description="Chat channels by name. None by default.",
    )
    paging: Paging | None = Field(
        default=None, description="Who is woken, and how. Nobody by default."
    )

    def severities(self) -> frozenset[str]:
        """Give the severities that somebody hears of."""
        named = {name for name in ("critical", "high", "medium") if getattr(self, name)}
        for audience in (*self.routes.values(), *self.chat.values(), self.paging):
            named.update(audience.severities if audience else ())
        return frozenset(named)
