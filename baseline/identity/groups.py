"""IdentityGroups: the groups of people, created in the built-in directory or adopted by their ID."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_identitystore as identitystore
from constructs import Construct

from baseline.config.identity_center import Group


class IdentityGroups(Construct):
    """Groups of the identity store, by name.

    A group with an ``id`` is adopted: no resource, so nothing here can change or delete it. The
    others are created empty and stay when they leave the configuration or the stack is deleted,
    because only they know their members.

    Args:
        scope: parent construct, in a stack of the account that administers Identity Center.
        id: construct ID.
        identity_store: ID of the identity store.
        groups: the groups by the names that people see.

    Attributes:
        ids: name to the group's ID.

    Source: CloudFormation Template Reference, "AWS::IdentityStore::Group".
    """

    def __init__(
        self, scope: Construct, id: str, *, identity_store: str, groups: Mapping[str, Group]
    ) -> None:
        super().__init__(scope, id)
        self._identity_store = identity_store
        self.ids = {name: group.id or self._create(name, group) for name, group in groups.items()}

    def _create(self, name: str, group: Group) -> str:
        resource = identitystore.CfnGroup(
            self,
            name.replace("/", ":"),
            identity_store_id=self._identity_store,
            display_name=name,
            description=group.description,
        )
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return resource.attr_group_id
