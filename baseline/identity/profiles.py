"""AWS CLI profiles of everybody's access: one for each account and permission set.

Needs neither AWS nor the CDK: the configuration says who reaches what.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.identity.permission_set_catalog import definitions_of

MARKER: Final = (
    "# Written by `baseline identity profiles`; it is overwritten, so keep your own elsewhere."
)
SCOPE: Final = "sso:account:access"
"""Lets the AWS CLI list and get credentials of accounts, and refresh the session.

Source: AWS CLI User Guide, "Configuring IAM Identity Center authentication with the AWS CLI".
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Profile:
    """An account and the role that a permission set makes there.

    Attributes:
        name: name of the profile.
        account: account ID.
        role: name of the permission set.
    """

    name: str
    account: str
    role: str


def profiles_of(
    configuration: Configuration, *, groups: Collection[str] = ()
) -> tuple[list[Profile], list[str]]:
    """Give the profiles, sorted by name, and the accounts that have no ID yet.

    Args:
        configuration: the organization, its groups and assignments.
        groups: only what these groups have; all by default.

    Raises:
        BaselineError: a group is not in the configuration.
    """
    section = configuration.identity_center
    if unknown := sorted(set(groups) - set(section.groups)):
        known = ", ".join(section.groups) or "none"
        raise BaselineError(
            f"group {unknown[0]!r} is not in identity_center.groups; known: {known}"
        )
    definitions = definitions_of(configuration)
    found: set[Profile] = set()
    without_id: set[str] = set()
    for group, name, account in _reached(configuration):
        if groups and group not in groups:
            continue
        definition = definitions[name]
        if account == "management":
            definition = definition.for_management()
        identity = dict(configuration.all_accounts())[account].id
        if identity is None:
            without_id.add(account)
            continue
        shown = account.replace("_", "-")
        found.add(
            Profile(name=f"{shown}-{definition.name}", account=identity, role=definition.name)
        )
    return sorted(found), sorted(without_id)


def render(configuration: Configuration, profiles: Collection[Profile]) -> str:
    """Give the text of an AWS CLI configuration: one session, one profile after the other.

    Raises:
        BaselineError: the configuration does not say where the access portal is.
    """
    section = configuration.identity_center
    if section.start_url is None:
        raise BaselineError(
            "identity_center has no start_url; the settings of Identity Center show the address of "
            "the AWS access portal, such as https://d-0123456789.awsapps.com/start"
        )
    session = configuration.prefix
    parts = [
        f"{MARKER}\n",
        _section(
            f"sso-session {session}",
            {
                "sso_start_url": section.start_url,
                "sso_region": section.region or configuration.home_region,
                "sso_registration_scopes": SCOPE,
            },
        ),
    ]
    parts += [
        _section(
            f"profile {profile.name}",
            {
                "sso_session": session,
                "sso_account_id": profile.account,
                "sso_role_name": profile.role,
                "region": configuration.home_region,
            },
        )
        for profile in profiles
    ]
    return "\n".join(parts)


def _section(title: str, values: dict[str, str]) -> str:
    return f"[{title}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def _reached(configuration: Configuration) -> Iterator[tuple[str, str, str]]:
    """Give group, permission set and account of everything that is assigned."""
    section = configuration.identity_center
    units = {name: account.ou for name, account in configuration.all_accounts()}
    for row in section.assignments:
        inside = [
            name
            for name, unit in units.items()
            if unit is not None and any(f"{unit}/".startswith(f"{each}/") for each in row.units)
        ]
        for account in [*row.accounts, *inside]:
            yield row.group, row.permission_set, account
    for assigned in section.management_assignments:
        yield assigned.group, assigned.permission_set, "management"
