"""What the administrator of an organization does by hand around a deployment: found it, move accounts."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.local.access import Access

_STACK_SETS_SECONDS = 300
_BUSY = frozenset({"RUNNING", "QUEUED", "STOPPING"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """An account that was moved into its OU."""

    account: str
    name: str
    unit: str


def found_organization(configuration: Configuration, access: Access) -> tuple[str, ...]:
    """Create the organization of the configuration with every account that has an ID.

    Accounts that exist already stay as they are; the new ones stand under the root, as an invited
    account does.

    Returns:
        IDs of the accounts that were added.

    Raises:
        BaselineError: The configuration adopts an OU: the embedded AWS cannot give an OU a chosen ID.
    """
    for path, unit in configuration.walk_units():
        if unit.id is not None:
            raise BaselineError(
                f"organizational_units.{path}.id: {unit.id} would have to exist before the first"
                " deployment; leave the id out for the embedded AWS"
            )
    answer = access.page("/_baseline/organization", organization(configuration))
    return tuple(answer["created"])


def create_emergency_roles(configuration: Configuration, access: Access) -> None:
    """Create the emergency role that the configuration adopts in every account that lacks it.

    Guardrails exempt it by its name and let nobody create it later, so it comes before them. The
    management account may assume it. A role that the baseline makes is not made here.
    """
    if configuration.break_glass.create:
        return
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{access.management}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    for account in organization(configuration)["accounts"]:
        iam = access.client("iam", account["id"], access.region)
        names = {role["RoleName"] for role in iam.list_roles()["Roles"]}
        if configuration.break_glass.role not in names:
            iam.create_role(
                RoleName=configuration.break_glass.role,
                AssumeRolePolicyDocument=json.dumps(trust),
            )


def organization(configuration: Configuration) -> dict[str, Any]:
    """Give the organization as the server wants it."""
    accounts = dict(configuration.core_accounts())
    management = accounts.pop("management")
    core = [
        {"id": account.id, "email": account.email, "name": name}
        for name, account in accounts.items()
    ]
    members = [
        {"id": member.id, "email": member.email, "name": name}
        for name, member in configuration.members.items()
        if member.id is not None
    ]
    return {
        "organization_id": configuration.organization.id,
        "root_id": configuration.organization.root_id,
        "management": {"id": management.id, "email": management.email, "name": "management"},
        "accounts": [*core, *members],
        **_identity_center(configuration),
    }


def _identity_center(configuration: Configuration) -> dict[str, Any]:
    """Give the instance that was enabled in the console, and the groups that were provisioned."""
    section = configuration.identity_center
    if not section.enabled:
        return {}
    groups = [
        {"id": group.id, "name": name}
        for name, group in section.groups.items()
        if group.id is not None
    ]
    return {
        "identity_center": {
            "instance": section.instance,
            "identity_store": section.identity_store,
            "region": section.region or configuration.home_region,
            "groups": groups,
        }
    }


def place_members(configuration: Configuration, access: Access) -> Iterator[Move]:
    """Move each adopted member account that does not stand in its OU there; yield what was moved.

    No template names adopted accounts, so moving them is the administrator's part; the StackSets
    then give them the baseline by themselves.
    """
    organizations = access.client("organizations", access.management, access.region)
    units = unit_ids(organizations, configuration.organization.root_id)
    for name, member in configuration.members.items():
        if member.id is None:
            continue
        parent = organizations.list_parents(ChildId=member.id)["Parents"][0]["Id"]
        wanted = configured_unit(configuration, member.ou, units)
        if parent != wanted:
            organizations.move_account(
                AccountId=member.id, SourceParentId=parent, DestinationParentId=wanted
            )
            yield Move(account=member.id, name=name, unit=member.ou)


def configured_unit(configuration: Configuration, path: str, units: Mapping[str, str]) -> str:
    """Give the ID of the OU at a path: the adopted one's, or the created one's.

    Raises:
        BaselineError: It is not there yet.
    """
    adopted = dict(configuration.walk_units())[path].id
    if adopted is not None:
        return adopted
    if path not in units:
        raise BaselineError(
            f"the organizational unit {path} does not exist; is the stack `organization` deployed?"
        )
    return units[path]


def unit_ids(organizations: Any, parent: str, prefix: str = "") -> dict[str, str]:  # noqa: ANN401 boto3 client
    """Give the ID of each OU under a parent by its path, for example ``Workloads/Production``."""
    found: dict[str, str] = {}
    pages = organizations.get_paginator("list_organizational_units_for_parent")
    for page in pages.paginate(ParentId=parent):
        for unit in page["OrganizationalUnits"]:
            path = f"{prefix}{unit['Name']}"
            found[path] = unit["Id"]
            found |= unit_ids(organizations, unit["Id"], f"{path}/")
    return found


def wait_for_stack_sets(access: Access, region: str) -> None:
    """Wait until no operation of a StackSet runs: moving an account starts one.

    Raises:
        BaselineError: One still runs after five minutes.
    """
    client = access.client("cloudformation", access.management, region)
    deadline = time.monotonic() + _STACK_SETS_SECONDS
    while busy := _running(client):
        if time.monotonic() > deadline:
            raise BaselineError(f"StackSet operations do not end: {', '.join(busy)}")
        time.sleep(0.5)


def _running(client: Any) -> list[str]:  # noqa: ANN401 boto3 client
    names = [each["StackSetName"] for each in client.list_stack_sets(Status="ACTIVE")["Summaries"]]
    return [
        name
        for name in names
        if any(
            operation["Status"] in _BUSY
            for operation in client.list_stack_set_operations(StackSetName=name)["Summaries"]
        )
    ]
