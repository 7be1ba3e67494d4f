"""People and ManagementPeople: what the configuration says about Identity Center, as resources."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.identity_center import Group
from baseline.config.names import Names
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.identity.access_attributes import AccessAttributes
from baseline.identity.account_assignments import AccountAssignments
from baseline.identity.groups import IdentityGroups
from baseline.identity.permission_set import PermissionSet
from baseline.identity.permission_set_catalog import definitions_of
from baseline.identity.unit_assignments import UnitAssignment, UnitAssignments
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

CLOUDWATCH = "cloudwatch.amazonaws.com"


class People(Construct):
    """Groups, permission sets and assignments of all accounts but the management account.

    Core accounts that are named get their assignments as resources; units, and members that are
    named, get them from a job, so that the template does not grow with the accounts.

    Args:
        scope: parent construct, in a stack of the account and Region that Identity Center is
            administered in.
        id: construct ID.
        configuration: the section ``identity_center``, with an instance.
        names: account IDs and physical names.

    Attributes:
        groups: the :class:`IdentityGroups`.
        permission_sets: the :class:`PermissionSet` by the name of its file.
        accounts: the :class:`AccountAssignments`.
        units: the :class:`UnitAssignments`; None when no unit or member is named.

    Raises:
        BaselineError: the configuration names no instance, or a permission set is wrong.
    """

    def __init__(
        self, scope: Construct, id: str, *, configuration: Configuration, names: Names
    ) -> None:
        super().__init__(scope, id)
        section = configuration.identity_center
        self._instance, store = _instance_of(configuration)
        self._configuration, self._names = configuration, names
        only_management = {row.group for row in section.management_assignments} - {
            row.group for row in section.assignments
        }
        self.groups = IdentityGroups(
            self,
            "Groups",
            identity_store=store,
            groups={
                name: group for name, group in section.groups.items() if name not in only_management
            },
        )
        known = definitions_of(configuration)
        wanted = [*(row.permission_set for row in section.assignments), *section.permission_sets]
        self.permission_sets = {
            name: PermissionSet(self, name, instance_arn=self._instance, definition=known[name])
            for name in sorted(set(wanted))
        }
        self.accounts = self._assign_accounts()
        self.units = self._assign_units()
        if section.attributes:
            AccessAttributes(
                self,
                "Attributes",
                instance_arn=self._instance,
                attributes=section.attributes,
            )
        implements(self, capability="identity-center", controls=[])

    def _assign_accounts(self) -> AccountAssignments:
        core = self._configuration.core_accounts()
        made = AccountAssignments(
            self,
            "Accounts",
            instance_arn=self._instance,
            groups=self.groups.ids,
            accounts={name: account.id for name, account in core.items() if name != "management"},
        )
        for row in self._configuration.identity_center.assignments:
            for account in row.accounts:
                if account in core:
                    made.assign(
                        group=row.group,
                        permission_set=self.permission_sets[row.permission_set],
                        account=account,
                    )
        return made

    def _assign_units(self) -> UnitAssignments | None:
        rows = [
            UnitAssignment(
                group=row.group,
                permission_set=self.permission_sets[row.permission_set],
                units=tuple(_way(self._configuration, unit) for unit in row.units),
                accounts=tuple(self._member_ids(row.accounts)),
            )
            for row in self._configuration.identity_center.assignments
        ]
        rows = [row for row in rows if row.units or row.accounts]
        if not rows:
            return None
        names, stack = self._names, cdk.Stack.of(self)
        at_the_bus = (stack.account, stack.region) == (names.security, names.home_region)
        return UnitAssignments(
            self,
            "Units",
            name=names.identity_assignments,
            parameter_path=names.identity_parameters,
            instance_arn=self._instance,
            organization_id=names.organization_id,
            management_account=names.management,
            permission_sets=list(self.permission_sets.values()),
            groups=self.groups.ids,
            assignments=rows,
            alarm_topic=self._topic().topic,
            bus=names.event_bus if at_the_bus else None,
            remove=self._configuration.identity_center.remove_assignments,
        )

    def _member_ids(self, accounts: Iterable[str]) -> Iterable[str]:
        members = self._configuration.members
        return (members[name].id or "" for name in accounts if name in members)

    def _topic(self) -> SecureTopic:
        key = SecureKey(self, "AlarmKey", description="Alarms of the assignment job")
        topic = SecureTopic(self, "Alarms", key=key, display_name="Identity Center assignments")
        stack = cdk.Stack.of(self)
        alarms = stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name=f"{self._names.identity_assignments}-*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        conditions = {
            "ArnLike": {"aws:SourceArn": alarms},
            "StringEquals": {"aws:SourceAccount": stack.account},
        }
        topic.allow_service(
            CLOUDWATCH, sid="PublishAlarms", conditions=conditions, key_conditions=conditions
        )
        topic.subscribe_email(self._configuration.notifications.high)
        return topic


class ManagementPeople(Construct):
    """Permission sets of the management account, apart from all others.

    A delegated administrator cannot change a permission set that the management account has, so it
    gets its own, deployed from itself. Groups that are created here serve no other account.

    Args:
        scope: parent construct, in a stack of the management account and the Region of Identity
            Center.
        id: construct ID.
        configuration: the section ``identity_center``, with an instance.
        names: account IDs.

    Attributes:
        groups: the :class:`IdentityGroups`.
        permission_sets: the :class:`PermissionSet` by the name of its file.
        accounts: the :class:`AccountAssignments`.

    Raises:
        BaselineError: the configuration names no instance, or a permission set is wrong.

    Source: IAM Identity Center User Guide, "Delegated administration".
    """

    def __init__(
        self, scope: Construct, id: str, *, configuration: Configuration, names: Names
    ) -> None:
        super().__init__(scope, id)
        section = configuration.identity_center
        instance, store = _instance_of(configuration)
        rows = section.management_assignments
        wanted: dict[str, Group] = {row.group: section.groups[row.group] for row in rows}
        self.groups = IdentityGroups(self, "Groups", identity_store=store, groups=wanted)
        known = definitions_of(configuration)
        self.permission_sets = {
            name: PermissionSet(
                self, name, instance_arn=instance, definition=known[name].for_management()
            )
            for name in sorted({row.permission_set for row in rows})
        }
        self.accounts = AccountAssignments(
            self,
            "Accounts",
            instance_arn=instance,
            groups=self.groups.ids,
            accounts={"management": names.management},
        )
        for row in rows:
            self.accounts.assign(
                group=row.group,
                permission_set=self.permission_sets[row.permission_set],
                account="management",
            )
        implements(self, capability="identity-center", controls=[])


def _instance_of(configuration: Configuration) -> tuple[str, str]:
    section = configuration.identity_center
    if section.instance is None or section.identity_store is None:
        raise BaselineError(
            "identity_center has no instance or no identity_store; "
            "`aws sso-admin list-instances` shows both"
        )
    return section.instance, section.identity_store


def _way(configuration: Configuration, path: str) -> tuple[str, ...]:
    """Give the steps from the root to a unit: by ID where it is adopted, by name otherwise."""
    tree = dict(configuration.walk_units())
    parts = path.split("/")
    trail = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    return tuple(
        f"id:{tree[step].id}" if tree[step].id else f"name:{name}"
        for step, name in zip(trail, parts, strict=True)
    )
