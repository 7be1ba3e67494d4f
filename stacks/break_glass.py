"""Stack `break-glass` (management account): the users who may assume the emergency role."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.identity.break_glass import BreakGlassUsers


class BreakGlassStack(cdk.Stack):
    """The break-glass users, in the account that no service control policy binds."""

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
            description="Security baseline: users who may assume the emergency role",
            env=env,
        )
        BreakGlassUsers(
            self,
            "Users",
            group_name=names.break_glass_group,
            users=configuration.break_glass.users,
            role_name=configuration.break_glass.role,
            organization_id=names.organization_id,
        )
