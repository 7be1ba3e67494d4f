"""A live organization: its tree of units, accounts, policies and administrators. Only reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from baseline.live.reader import LiveError, Reader, Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveUnit:
    """An organizational unit and the units in it, by name.

    ``path`` is the one that baseline.yaml uses: ``Workloads/Production``.
    """

    id: str
    name: str
    path: str
    units: tuple[LiveUnit, ...] = ()

    def walk(self) -> Iterator[LiveUnit]:
        """Give this unit, then all below it."""
        yield self
        for unit in self.units:
            yield from unit.walk()


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveAccount:
    """An account of the organization.

    Attributes:
        id: Account ID.
        name: Its name in AWS Organizations.
        email: Root e-mail address.
        status: ACTIVE, SUSPENDED, PENDING_ACTIVATION, PENDING_CLOSURE or CLOSED.
        unit_path: Path of its unit; empty in the root, None where it could not be read.
    """

    id: str
    name: str
    email: str
    status: str
    unit_path: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LivePolicy:
    """A policy of the organization and the IDs of what it is attached to, None if unknown."""

    id: str
    name: str
    type: str
    aws_managed: bool
    targets: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveOrganization:
    """What AWS Organizations knows. All lists have an order of their own, so two looks are alike.

    Attributes:
        id: ID of the organization.
        management_id: ID of the management account.
        caller_id: ID of the account that looked.
        root_id: ID of the root, None if unknown.
        feature_set: ALL or CONSOLIDATED_BILLING.
        units: The units below the root, by name; each carries those below it.
        accounts: All accounts, by ID.
        policy_types: Types of policies that are enabled, None if unknown.
        policies: Policies of these types, by type and name.
        attached: Policies attached to a root, unit or account, by its ID.
        delegated_administrators: IDs of the accounts that administer a service, by its principal.
        trusted_access: Services that may work in the whole organization, None if unknown.
        unknown: What could not be read.
    """

    id: str
    management_id: str
    caller_id: str
    root_id: str | None
    feature_set: str
    units: tuple[LiveUnit, ...]
    accounts: tuple[LiveAccount, ...]
    policy_types: tuple[str, ...] | None
    policies: tuple[LivePolicy, ...]
    attached: Mapping[str, tuple[LivePolicy, ...]]
    delegated_administrators: Mapping[str, tuple[str, ...]]
    trusted_access: tuple[str, ...] | None
    unknown: tuple[Unknown, ...]

    def walk_units(self) -> Iterator[LiveUnit]:
        """Give every unit, parents first."""
        for unit in self.units:
            yield from unit.walk()

    def knows(self, *actions: str) -> bool:
        """Say whether all that these IAM actions read was read."""
        return not {unknown.action for unknown in self.unknown}.intersection(actions)


def read_organization(session: Any) -> LiveOrganization:  # noqa: ANN401 boto3 has no published types
    """Read the organization of a session's account.

    Only calls of ``baseline.live.reads`` are made. What is denied, or does not answer after botocore's
    retries, is kept in ``unknown`` with the IAM action that is missing.

    Args:
        session: boto3 session, best of the management account or of a delegated administrator:
            others may not read more than the ID.

    Raises:
        LiveError: There are no valid credentials, or the account is in no organization.
    """
    return organization_of(Reader(session))


def organization_of(reader: Reader) -> LiveOrganization:
    """Read the organization of a reader's account; see ``read_organization``."""
    account = reader.account
    answer = reader.one(
        "organizations", "DescribeOrganization", absent=("AWSOrganizationsNotInUseException",)
    )
    if answer is None:
        said = "; ".join(str(unknown) for unknown in reader.unknown)
        raise LiveError(f"the organization cannot be read: {said}")
    if not answer:
        raise LiveError(f"account {account} is in no organization; sign in to another one")
    organization = answer["Organization"]
    roots = reader.every("organizations", "ListRoots", "Roots")
    root = roots[0] if roots else None
    units = _units(reader, root["Id"], "") if root else ()
    types = _enabled(root)
    policies = _policies(reader, types or ())
    return LiveOrganization(
        id=organization["Id"],
        management_id=organization["MasterAccountId"],
        caller_id=account,
        root_id=root["Id"] if root else None,
        feature_set=organization["FeatureSet"],
        units=units,
        accounts=_accounts(reader, root, units),
        policy_types=types,
        policies=policies,
        attached=_attached(policies),
        delegated_administrators=_administrators(reader),
        trusted_access=_trusted(reader),
        unknown=reader.unknown,
    )


def _units(reader: Reader, parent: str, path: str) -> tuple[LiveUnit, ...]:
    found = reader.every(
        "organizations",
        "ListOrganizationalUnitsForParent",
        "OrganizationalUnits",
        ParentId=parent,
    )
    units = []
    for unit in sorted(found or (), key=lambda unit: (unit["Name"], unit["Id"])):
        below = f"{path}/{unit['Name']}" if path else unit["Name"]
        children = _units(reader, unit["Id"], below)
        units.append(LiveUnit(id=unit["Id"], name=unit["Name"], path=below, units=children))
    return tuple(units)


def _accounts(
    reader: Reader, root: dict[str, Any] | None, units: tuple[LiveUnit, ...]
) -> tuple[LiveAccount, ...]:
    """Read the accounts unit by unit, and those whose unit cannot be read from the whole list."""
    parents = {root["Id"]: ""} if root else {}
    parents |= {unit.id: unit.path for top in units for unit in top.walk()}
    found: dict[str, LiveAccount] = {}
    for account in reader.every("organizations", "ListAccounts", "Accounts") or ():
        found[account["Id"]] = _account(account, None)
    for parent, path in parents.items():
        rows = reader.every("organizations", "ListAccountsForParent", "Accounts", ParentId=parent)
        found |= {account["Id"]: _account(account, path) for account in rows or ()}
    return tuple(found[account] for account in sorted(found))


def _account(account: dict[str, Any], path: str | None) -> LiveAccount:
    # Status is being retired in favor of State (Organizations API, "Account").
    status = account.get("State") or account.get("Status") or ""
    return LiveAccount(
        id=account["Id"],
        name=account.get("Name", ""),
        email=account.get("Email", ""),
        status=status,
        unit_path=path,
    )


def _enabled(root: dict[str, Any] | None) -> tuple[str, ...] | None:
    if root is None:
        return None
    rows = root.get("PolicyTypes", ())
    return tuple(sorted(row["Type"] for row in rows if row["Status"] == "ENABLED"))


def _policies(reader: Reader, types: tuple[str, ...]) -> tuple[LivePolicy, ...]:
    """Read policies and then their targets: fewer calls than every account's policies of each type."""
    policies = []
    for kind in types:
        rows = reader.every("organizations", "ListPolicies", "Policies", Filter=kind) or ()
        for row in sorted(rows, key=lambda row: (row["Name"], row["Id"])):
            targets = reader.every(
                "organizations", "ListTargetsForPolicy", "Targets", PolicyId=row["Id"]
            )
            policies.append(
                LivePolicy(
                    id=row["Id"],
                    name=row["Name"],
                    type=row["Type"],
                    aws_managed=bool(row.get("AwsManaged")),
                    targets=None
                    if targets is None
                    else tuple(sorted(target["TargetId"] for target in targets)),
                )
            )
    return tuple(policies)


def _attached(policies: tuple[LivePolicy, ...]) -> Mapping[str, tuple[LivePolicy, ...]]:
    found: dict[str, list[LivePolicy]] = {}
    for policy in policies:
        for target in policy.targets or ():
            found.setdefault(target, []).append(policy)
    return MappingProxyType({target: tuple(found[target]) for target in sorted(found)})


def _administrators(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    accounts = reader.every(
        "organizations", "ListDelegatedAdministrators", "DelegatedAdministrators"
    )
    found: dict[str, list[str]] = {}
    for account in sorted(row["Id"] for row in accounts or ()):
        services = reader.every(
            "organizations",
            "ListDelegatedServicesForAccount",
            "DelegatedServices",
            AccountId=account,
        )
        for service in services or ():
            found.setdefault(service["ServicePrincipal"], []).append(account)
    return MappingProxyType({service: tuple(found[service]) for service in sorted(found)})


def _trusted(reader: Reader) -> tuple[str, ...] | None:
    rows = reader.every(
        "organizations", "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals"
    )
    return None if rows is None else tuple(sorted(row["ServicePrincipal"] for row in rows))
