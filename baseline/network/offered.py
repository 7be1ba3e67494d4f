"""A Region that lacks a service is an error at synthesis, not a deployment that fails."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config.regions import NETWORK, table
from baseline.errors import BaselineError


def check_offered(scope: Construct, *choices: str) -> None:
    """Raise when CloudFormation does not offer in the stack's Region what a choice creates.

    Args:
        scope: a construct of the stack; nothing is known where its Region is open.
        choices: rows of :data:`baseline.config.regions.NETWORK`.

    Raises:
        BaselineError: names the choice, the type and the Region.
    """
    name = cdk.Stack.of(scope).region
    region = None if cdk.Token.is_unresolved(name) else table().get(name)
    if region is None:
        return
    for choice in choices:
        lacking = [each for each in NETWORK[choice] if each in region.missing]
        if lacking:
            raise BaselineError(
                f"{choice.removeprefix('network.')}: CloudFormation has no {', '.join(lacking)} in "
                f"{name!r}; leave it out, or choose another Region"
            )
