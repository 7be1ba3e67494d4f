"""Which components a machine image is made of, in their order."""

from __future__ import annotations

from typing import Literal, get_args

from baseline.errors import BaselineError
from baseline.images.documents import Component, managed, own, platform_suffix
from baseline.images.endpoint_agent import EndpointAgentPackage
from baseline.images.platforms import Platform

StigLevel = Literal["low", "medium", "high"]
"""Category of the DISA STIG whose findings the component of AWS closes; high closes all."""


def machine_components(
    platform: Platform,
    *,
    stig: StigLevel | None,
    cloudwatch_agent: bool,
    endpoint_agent: EndpointAgentPackage | None,
) -> list[Component]:
    """Give the components of a machine image: updates, agents, hardening, clean-up, tests.

    Args:
        platform: the operating system.
        stig: level of AWS's STIG component; None leaves it out.
        cloudwatch_agent: whether the image has the CloudWatch agent.
        endpoint_agent: package of an endpoint agent; None leaves it out.

    Raises:
        BaselineError: for an unknown level, or an agent that the platform cannot have.

    Source: EC2 Image Builder User Guide, "Amazon managed STIG hardening components for Image
    Builder".
    """
    end = platform_suffix(platform.kind)
    if stig is not None and stig not in get_args(StigLevel):
        raise BaselineError(
            f"stig is {stig!r}; choose one of {', '.join(get_args(StigLevel))}, or None"
        )
    found = [managed(f"update-{end}"), own(f"agents-{end}")]
    if cloudwatch_agent:
        found.append(managed(f"amazon-cloudwatch-agent-{end}"))
    if endpoint_agent is not None:
        found.append(endpoint_agent.component(platform))
    if stig is not None:
        found.append(managed(f"stig-build-{end}-{stig}"))
    # Ours comes after the STIG's: what both set stays as the tests expect it.
    found.append(own(f"harden-{end}"))
    if platform.kind == "Linux":
        found.append(own("clean-up-linux"))
    found.append(own(f"verify-{end}"))
    if cloudwatch_agent and platform.kind == "Linux":
        found.append(own("verify-cloudwatch-linux"))
    return found


def container_components() -> list[Component]:
    """Give the components of a container image: updates, hardening, tests."""
    return [managed("update-linux"), own("harden-container"), own("verify-container")]
