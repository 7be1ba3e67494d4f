"""Findings, and who hears of them (security account, home Region)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingNames(CoreNames):
    """Findings, and who hears of them (security account, home Region)."""

    @property
    def event_bus(self) -> str:
        """Name of the bus that collects the organization's security events."""
        return f"{self.prefix}-security"

    @property
    def event_bus_arn(self) -> str:
        """ARN of the bus that collects the organization's security events."""
        return (
            f"arn:{self.partition}:events:{self.home_region}:{self.security}"
            f":event-bus/{self.event_bus}"
        )

    @property
    def detector_parameter(self) -> str:
        """Parameter of each other Region with the ID of its GuardDuty detector.

        Guardrails keep the path of the prefix alone for deployers; a function writes this one.
        """
        return f"/{self.prefix}-regions/guardduty/detector"

    @property
    def export_key_parameter(self) -> str:
        """Parameter of each other Region with the ARN of the key of exported findings."""
        return f"/{self.prefix}-regions/guardduty/export-key"

    def topic(self, severity: str) -> str:
        """Name of the topic that sends out findings of a severity, such as ``critical``."""
        return f"{self.prefix}-findings-{severity}"

    def topic_arn(self, severity: str) -> str:
        """ARN of the topic of a severity, for other stacks of the security account."""
        return f"arn:{self.partition}:sns:{self.home_region}:{self.security}:{self.topic(severity)}"

    def team_topic(self, team: str) -> str:
        """Name of the topic of a team that hears of its own accounts."""
        return self.topic(f"team-{team}")

    def chat_topic(self, channel: str) -> str:
        """Name of the topic of a chat channel."""
        return self.topic(f"chat-{channel}")

    @property
    def finding_formatter_role(self) -> str:
        """Role of the function that writes messages of findings."""
        return f"{self.prefix}-finding-formatter"

    @property
    def finding_archive_role(self) -> str:
        """Role of the function that writes findings into the log archive."""
        return f"{self.prefix}-finding-archive"

    @property
    def finding_archive_role_arn(self) -> str:
        """ARN of that role, for the policies of the bucket."""
        return f"arn:{self.partition}:iam::{self.security}:role/{self.finding_archive_role}"

    @property
    def paging(self) -> str:
        """Name of the connection and the API destination of the paging service."""
        return f"{self.prefix}-paging"

    @property
    def alarm_arns(self) -> str:
        """ARN pattern of the baseline's alarms in the security account's home Region."""
        return (
            f"arn:{self.partition}:cloudwatch:{self.home_region}:{self.security}"
            f":alarm:{self.prefix}-*"
        )
