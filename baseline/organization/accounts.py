"""Accounts: the member accounts that CloudFormation creates."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from baseline.config import Configuration
from baseline.config.quotas import CREATED_ACCOUNTS_PER_CONFIGURATION
from baseline.controls.registry import implements
from baseline.errors import BaselineError


class Accounts(Construct):
    """The members of a configuration that have no ``id`` yet.

    A member with an ``id`` is adopted: it makes no resource, so a configuration of ten accounts and
    one of two thousand give the same template. The others are created one after another in their
    units, and are never closed: not when they leave the configuration, nor with the stack. Write the
    ID from the output into the configuration once the account exists.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        configuration: the members.
        unit_ids: path to ID of the organizational units.

    Attributes:
        ids: name to account ID, for the created members.
        last: the account created last; None when there is none.

    Raises:
        BaselineError: more members are to be created than one deployment can create, or a member's
            unit does not exist.

    Source: Security Hub Account.2; CloudFormation Template Reference,
    "AWS::Organizations::Account".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        unit_ids: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        new = {name: member for name, member in configuration.members.items() if not member.id}
        _check_number(len(new))
        self.ids: dict[str, str] = {}
        self.last: organizations.CfnAccount | None = None
        for name, member in new.items():
            if member.ou not in unit_ids:
                raise BaselineError(
                    f"member {name} belongs in {member.ou!r}, which is not an organizational unit; "
                    f"known: {', '.join(unit_ids)}"
                )
            self._create(name, member.email, unit_ids[member.ou])
        implements(self, capability="accounts", controls=["Account.2"])

    def _create(self, name: str, email: str, unit_id: str) -> None:
        account = organizations.CfnAccount(
            self, name, account_name=name, email=email, parent_ids=[unit_id]
        )
        account.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        if self.last is not None:
            account.add_resource_dependency(self.last)
        self.last = account
        self.ids[name] = account.attr_account_id
        cdk.CfnOutput(
            account,
            "Id",
            value=account.attr_account_id,
            description=f"Write this under members.{name}.id of the configuration",
        )


def _check_number(number: int) -> None:
    if number > CREATED_ACCOUNTS_PER_CONFIGURATION:
        raise BaselineError(
            f"{number} members have no id; one deployment creates "
            f"{CREATED_ACCOUNTS_PER_CONFIGURATION} at most: add them in portions, and write the "
            "ids of the created ones into the configuration"
        )
