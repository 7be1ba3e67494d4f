"""People: permission sets, groups and assignments of IAM Identity Center."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names


class IdentityStack(cdk.Stack):
    """People: permission sets, groups and assignments of IAM Identity Center."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: permission sets, groups and assignments",
            env=env,
        )
