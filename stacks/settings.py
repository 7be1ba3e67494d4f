"""Settings and credentials of every account, kept as they should be."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names


class SettingsStack(cdk.Stack):
    """Settings and credentials of every account, kept as they should be."""

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
            description="Security baseline: account settings and credentials",
            env=env,
        )
