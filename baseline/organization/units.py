"""OrganizationalUnits: the tree of the configuration, created or adopted."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from baseline.config import Configuration
from baseline.controls.registry import implements


class OrganizationalUnits(Construct):
    """The organizational units of a configuration, parents first.

    A unit with an ``id`` in the configuration is adopted: no resource, so nothing here can change
    or delete it. The others are created one after another, because Organizations rejects concurrent
    changes, and stay when they leave the configuration or the stack is deleted: a unit carries the
    guardrails of the accounts in it. A unit that gets another name or parent is a new unit.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        configuration: the tree, and the root under which it stands.

    Attributes:
        ids: path, such as ``Workloads/Production``, to the unit's ID, for all units.
        last: the unit created last, on which further changes of the tree have to wait; None when
            all are adopted.

    Source: AWS Organizations User Guide, "Managing organizational units"; CloudFormation Template
    Reference, "AWS::Organizations::OrganizationalUnit".
    """

    def __init__(self, scope: Construct, id: str, *, configuration: Configuration) -> None:
        super().__init__(scope, id)
        self.ids: dict[str, str] = {}
        self.last: organizations.CfnOrganizationalUnit | None = None
        root = configuration.organization.root_id
        for path, unit in configuration.walk_units():
            parent, _, name = path.rpartition("/")
            under = self.ids[parent] if parent else root
            self.ids[path] = unit.id or self._create(path, name, under)
        implements(self, capability="organizational-units", controls=[])

    def _create(self, path: str, name: str, parent_id: str) -> str:
        # A colon stands in no unit's name, so no two paths give the same construct.
        unit = organizations.CfnOrganizationalUnit(
            self, path.replace("/", ":"), name=name, parent_id=parent_id
        )
        # Its name is unique under its parent: a failed first deployment must not keep it.
        unit.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        if self.last is not None:
            unit.add_resource_dependency(self.last)
        self.last = unit
        return unit.attr_id
