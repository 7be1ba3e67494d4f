"""AccountAssignments: groups and their permission sets in accounts that are known by ID."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_sso as sso
from constructs import Construct

from baseline.errors import BaselineError
from baseline.identity.permission_set import PermissionSet


class AccountAssignments(Construct):
    """Assigns groups to single accounts, one resource each.

    For core accounts: the template grows with every account. Units, whose accounts come and go,
    are for :class:`UnitAssignments`. Deleting an assignment takes the access away, as it says.

    Args:
        scope: parent construct, in a stack of the account that administers Identity Center.
        id: construct ID.
        instance_arn: ARN of the Identity Center instance.
        groups: group name to its ID.
        accounts: account name to its ID.

    Attributes:
        resources: the ``CfnAssignment`` by group name, permission set name and account name.

    Source: CloudFormation Template Reference, "AWS::SSO::Assignment".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        instance_arn: str,
        groups: Mapping[str, str],
        accounts: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self._instance_arn, self._groups, self._accounts = instance_arn, groups, accounts
        self.resources: dict[tuple[str, str, str], sso.CfnAssignment] = {}

    def assign(
        self, *, group: str, permission_set: PermissionSet, account: str
    ) -> sso.CfnAssignment:
        """Give a group a permission set in an account.

        Raises:
            BaselineError: the group or account has no ID here, or has the permission set already.
        """
        name = permission_set.node.id
        for what, known, given in (
            ("group", self._groups, group),
            ("account", self._accounts, account),
        ):
            if given not in known:
                raise BaselineError(f"{what} {given!r} is not known here; pass its ID by its name")
        if (group, name, account) in self.resources:
            raise BaselineError(f"group {group!r} has {name} in account {account!r} already")
        resource = sso.CfnAssignment(
            self,
            f"{group.replace('/', ':')}:{name}:{account}",
            instance_arn=self._instance_arn,
            permission_set_arn=permission_set.arn,
            principal_type="GROUP",
            principal_id=self._groups[group],
            target_type="AWS_ACCOUNT",
            target_id=self._accounts[account],
        )
        self.resources[group, name, account] = resource
        return resource
