"""What every account has in each governed Region where an agent is distributed."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.endpoint import Endpoint
from baseline.config.names import Names
from baseline.endpoint.agent import EndpointAgent
from baseline.endpoint.package import Package


class MemberEndpointStack(cdk.Stack):
    """Package, association and rule of the endpoint agent.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        package: Package,
        settings: Endpoint,
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: endpoint agent of a Region",
            env=env,
            synthesizer=synthesizer,
        )
        EndpointAgent(self, "Agent", names=names, package=package, settings=settings)
