"""People: permission sets, groups and assignments of IAM Identity Center."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.identity.people import ManagementPeople, People


class IdentityStack(cdk.Stack):
    """People of all accounts but the management account; in the account of the delegate."""

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
        self.people = People(self, "People", configuration=configuration, names=names)


class IdentityManagementStack(cdk.Stack):
    """People of the management account; in that account."""

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
            description="Security baseline: permission sets of the management account",
            env=env,
        )
        self.people = ManagementPeople(self, "People", configuration=configuration, names=names)
