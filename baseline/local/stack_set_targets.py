"""Which accounts and how: targets and operation preferences of StackSets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.local import organization


def accounts_below(management: str, target: str) -> list[str]:
    """Resolve a root, an organizational unit or an account to the accounts that get instances.

    The management account and suspended accounts get none, as in AWS.

    Args:
        management: Management account of the organization.
        target: ID of a root, a unit (with all units below) or an account.
    """
    state = organization.backend(management)
    units = {target}
    grown = True
    while grown:
        below = {unit.id for unit in state.ou if unit.parent_id in units}
        grown = not below <= units
        units |= below
    return [
        account.id
        for account in state.accounts
        if (account.parent_id in units or account.id == target)
        and account.id != management
        and account.status == "ACTIVE"
    ]


def resolve(management: str, targets: Mapping[str, Any]) -> dict[str, str]:
    """Resolve ``DeploymentTargets`` to accounts, each with the unit it was found under.

    Args:
        management: Management account of the organization.
        targets: ``OrganizationalUnitIds``, ``Accounts``, ``AccountFilterType`` as in the API.
    """
    units = targets.get("OrganizationalUnitIds") or []
    listed = set(targets.get("Accounts") or [])
    found = {account: unit for unit in units for account in accounts_below(management, unit)}
    kind = targets.get("AccountFilterType", "NONE")
    if kind == "INTERSECTION":
        return {account: unit for account, unit in found.items() if account in listed}
    if kind == "DIFFERENCE":
        return {account: unit for account, unit in found.items() if account not in listed}
    if kind == "UNION":
        direct = {account: "" for one in listed for account in accounts_below(management, one)}
        return {**direct, **found}
    return found


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Operation preferences of a StackSet, for the accounts of one Region.

    Attributes:
        at_once: How many accounts are worked on at the same time.
        tolerance: After how many failures nothing new is begun, in this Region and later ones.
        parallel: Whether Regions are worked on at the same time.
        order: Regions that come first, in this order.
    """

    at_once: int
    tolerance: int
    parallel: bool
    order: tuple[str, ...]

    @classmethod
    def of(cls, given: Mapping[str, Any], accounts: int) -> "Preferences":
        """Read ``OperationPreferences``; what is missing has the default of the API.

        Source: CloudFormation API reference, "StackSetOperationPreferences".

        Args:
            given: The preferences.
            accounts: Number of accounts per Region, which percentages refer to.
        """
        tolerance = _share(given, "FailureTolerance", accounts, least=0)
        at_once = _share(given, "MaxConcurrent", accounts, least=1)
        if given.get("ConcurrencyMode") != "SOFT_FAILURE_TOLERANCE":
            at_once = min(at_once, tolerance + 1)
        return cls(
            at_once=at_once,
            tolerance=tolerance,
            parallel=given.get("RegionConcurrencyType") == "PARALLEL",
            order=tuple(given.get("RegionOrder") or ()),
        )

    def waves(self, regions: Iterable[str]) -> list[list[str]]:
        """Give the Regions in the order of the work; those of one list go at the same time."""
        every = list(dict.fromkeys(regions))
        if self.parallel:
            return [every]
        ordered = [region for region in self.order if region in every]
        return [[region] for region in dict.fromkeys([*ordered, *every])]


def _share(given: Mapping[str, Any], name: str, accounts: int, *, least: int) -> int:
    count = given.get(f"{name}Count")
    if count is not None:
        return max(int(count), least)
    return max(accounts * int(given.get(f"{name}Percentage") or 0) // 100, least)
