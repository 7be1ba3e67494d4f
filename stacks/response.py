"""What the baseline answers without waiting for a person."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.gameday.canaries import CanaryUsers
from baseline.gameday.inbox import GameDayInbox
from baseline.response.evidence import EvidenceStore
from baseline.response.membership import IncidentResponseMembership
from baseline.response.open_ports import OpenPortCloser
from stacks.security import CRITICAL, SecurityStack


class ResponseStack(cdk.Stack):
    """Open-port closer, and the evidence of responses.

    Attributes:
        evidence: the :class:`EvidenceStore` of all responses.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        security: SecurityStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: responses",
            env=env,
        )
        settings = configuration.response.open_ports
        self.evidence = EvidenceStore(self, "Evidence")
        OpenPortCloser(
            self,
            "OpenPorts",
            bus=security.bus.bus,
            responder_role=names.responder_role,
            role_name=names.open_port_closer_role,
            organization_id=names.organization_id,
            evidence=self.evidence,
            topic=security.topics["high"],
            topic_key=security.notification_key,
            schedule_group=names.open_port_schedules,
            alarm_topic=security.topics[CRITICAL].topic,
            mode=settings.mode,
            ports=settings.ports,
            exemption_tag=settings.exemption_tag,
            exemption_days=settings.exemption_days,
        )
        # AWS's incident responders
        membership = configuration.response.security_incident_response
        if membership is not None:
            IncidentResponseMembership(self, "Membership", settings=membership)
        # Game days
        self._rehearse(configuration, names, security)

    def _rehearse(
        self,
        configuration: Configuration,
        names: Names,
        security: SecurityStack,
    ) -> None:
        """Create what game days need: nothing by default."""
        chosen = configuration.response
        if chosen.game_days.inbox:
            GameDayInbox(
                self,
                "GameDays",
                names=names,
                topics=security.topics,
                bus=security.bus.bus,
                evidence=self.evidence,
            )
            cdk.CfnOutput(self, "EvidenceBucket", value=self.evidence.bucket.bucket_name)
        if chosen.canary_users:
            CanaryUsers(
                self,
                "Canaries",
                users=chosen.canary_users,
                exempt_tag=configuration.credentials.access_keys.exempt_tag,
            )
