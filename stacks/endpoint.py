"""Stack `endpoint`: package and token of the endpoint agent (security account, home Region)."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Names
from baseline.endpoint.package import Package
from baseline.endpoint.store import PackageStore
from baseline.endpoint.token import AgentToken
from stacks.member_choices import endpoint_package
from stacks.wiring import Wiring


class EndpointStack(cdk.Stack):
    """The bucket that every account's package is read from, and the secret that machines read."""

    def __init__(
        self, scope: Construct, id: str, *, names: Names, package: Package, env: cdk.Environment
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: package and token of the endpoint agent",
            env=env,
        )
        PackageStore(self, "Packages", names=names, package=package)
        if package.preset.secret is not None:
            AgentToken(self, "Token", names=names, preset=package.preset)


def endpoint(wiring: Wiring) -> list[cdk.Stack]:
    """Create the stack where an agent is distributed; none by default."""
    package = endpoint_package(wiring.configuration.endpoint)
    if package is None:
        return []
    return [
        EndpointStack(
            wiring.app,
            "endpoint",
            names=wiring.names,
            package=package,
            env=wiring.env(wiring.names.security),
        )
    ]
