"""Playbooks: how incidents are answered, from the security account."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.response.playbooks.choice import chosen, chosen_families
from baseline.response.playbooks.playbooks import Playbooks
from stacks.response import ResponseStack
from stacks.security import CRITICAL, SecurityStack
from stacks.wiring import Wiring


class PlaybooksStack(cdk.Stack):
    """The playbooks that are not off."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        security: SecurityStack,
        response: ResponseStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: playbooks of incidents",
            env=env,
        )
        settings = configuration.response.playbooks
        Playbooks(
            self,
            "Playbooks",
            names=names,
            families=chosen_families(configuration),
            modes=chosen(settings),
            bus=security.bus.bus,
            evidence=response.evidence,
            topic=security.topics[CRITICAL],
            topic_key=security.notification_key,
            break_glass_role=configuration.break_glass.role,
            security_hub=configuration.capabilities.security_hub.enabled,
            approval_hours=settings.approval_hours,
            environment=configuration.response.exposure.environment(),
        )


def playbooks(
    wiring: Wiring, *, security: SecurityStack, response: ResponseStack
) -> list[cdk.Stack]:
    """Create the stack of the playbooks, unless all are off."""
    if not chosen(wiring.configuration.response.playbooks):
        return []
    return [
        PlaybooksStack(
            wiring.app,
            "playbooks",
            configuration=wiring.configuration,
            names=wiring.names,
            security=security,
            response=response,
            env=wiring.env(wiring.names.security),
        )
    ]
