"""Assignments in units: made by a job, in no template, so they are read back by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from baseline.config import Configuration, Names
from baseline.identity.permission_set_catalog import definitions_of
from baseline.local.access import Access, briefly
from baseline.local.administration import configured_unit, unit_ids
from baseline.local.readers import Check
from baseline.local.verify import Finding
from baseline.settings.sweep_runs import Clients, run

_TYPE = "unit assignments"
_CAPABILITY = "Identity Center"


def assign(configuration: Configuration, access: Access) -> dict[str, Any] | None:
    """Run the assignment job to its end, as its deployment does in AWS; give the report.

    Returns:
        None where no unit is assigned, so that there is no job.

    Raises:
        RunError: The run failed.
    """
    if not _has_job(configuration):
        return None
    names, (account, region) = Names.of(configuration), _place(configuration)
    client = access.at(account, region)
    clients = Clients(states=client("stepfunctions"), s3=client("s3"))
    machine = f"arn:aws:states:{region}:{account}:stateMachine:{names.identity_assignments}"
    return run(clients, machine, {"dry_run": False, "trigger": "deployment"}, sleep=briefly)


def read_back(configuration: Configuration, access: Access) -> Iterator[Finding]:
    """Compare the assignments in every active account of the units with the configured ones."""
    if not _has_job(configuration):
        return
    section = configuration.identity_center
    account, region = _place(configuration)
    center = access.client("sso-admin", account, region)
    arns = _permission_sets(center, str(section.instance))
    groups = _groups(configuration, access.client("identitystore", account, region))
    organizations = access.client("organizations", access.management, access.region)
    units = unit_ids(organizations, configuration.organization.root_id)
    definitions = definitions_of(configuration)
    for row in section.assignments:
        name = definitions[row.permission_set].name
        for path in row.units:
            unit = configured_unit(configuration, path, units)
            for target in _accounts(organizations, unit):
                held = center.list_account_assignments(
                    InstanceArn=section.instance, AccountId=target, PermissionSetArn=arns[name]
                )["AccountAssignments"]
                yield Finding(
                    account=target,
                    region=region,
                    stack=Names.of(configuration).identity_assignments,
                    resource=f"{name} for {row.group}",
                    type=_TYPE,
                    capability=_CAPABILITY,
                    check=Check(
                        setting="assigned",
                        expected=True,
                        found=groups[row.group] in [each["PrincipalId"] for each in held],
                    ),
                )


def _has_job(configuration: Configuration) -> bool:
    section = configuration.identity_center
    named = {name for row in section.assignments for name in row.accounts}
    return section.enabled and (
        any(row.units for row in section.assignments) or bool(named & set(configuration.members))
    )


def _place(configuration: Configuration) -> tuple[str, str]:
    section = configuration.identity_center
    account = configuration.core_accounts()[section.delegate or "management"].id
    return account, section.region or configuration.home_region


def _permission_sets(center: Any, instance: str) -> Mapping[str, str]:  # noqa: ANN401 boto3 client
    found = {}
    for page in center.get_paginator("list_permission_sets").paginate(InstanceArn=instance):
        for arn in page["PermissionSets"]:
            described = center.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)
            found[described["PermissionSet"]["Name"]] = arn
    return found


def _groups(configuration: Configuration, store: Any) -> Mapping[str, str]:  # noqa: ANN401 boto3 client
    section = configuration.identity_center
    return {
        name: group.id
        or store.get_group_id(
            IdentityStoreId=section.identity_store,
            AlternateIdentifier={
                "UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}
            },
        )["GroupId"]
        for name, group in section.groups.items()
    }


def _accounts(organizations: Any, unit: str) -> Iterator[str]:  # noqa: ANN401 boto3 client
    """Give the active accounts of a unit and of those below it."""
    for page in organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=unit):
        yield from (each["Id"] for each in page["Accounts"] if each["Status"] == "ACTIVE")
    pages = organizations.get_paginator("list_organizational_units_for_parent")
    for page in pages.paginate(ParentId=unit):
        for below in page["OrganizationalUnits"]:
            yield from _accounts(organizations, below["Id"])
