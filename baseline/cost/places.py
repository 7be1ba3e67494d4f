"""Where money is spent: classes of accounts, and the Regions that they work in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baseline.config import Configuration

MEMBER = "member"
MANAGEMENT = "management"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Place:
    """An account, or all accounts of a class, in a Region.

    Attributes:
        account_class: role of a core account, or ``member``; ``member: UNIT`` for those of a unit.
        account: ID of the account; empty for all of the class.
        region: the Region.
    """

    account_class: str
    account: str
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Landscape:
    """The accounts and Regions of a configuration.

    Attributes:
        home: the home Region.
        regions: governed Regions.
        core: role to account ID.
        members: number of member accounts.
        units: number of member accounts by the path of their unit.
        named: ID to unit path of the member accounts that have one.
    """

    home: str
    regions: tuple[str, ...]
    core: dict[str, str]
    members: int
    units: dict[str, int]
    named: dict[str, str]

    @classmethod
    def of(cls, configuration: Configuration) -> Landscape:
        """Give those of an organization."""
        members = configuration.members.values()
        return cls(
            home=configuration.home_region,
            regions=tuple(configuration.regions),
            core={role: account.id for role, account in configuration.core_accounts().items()},
            members=len(configuration.members),
            units=dict(Counter(each.ou for each in members)),
            named={each.id: each.ou for each in members if each.id is not None},
        )

    @property
    def single(self) -> bool:
        """Whether there is one account and no organization."""
        return len(self.core) == 1

    def role(self, name: str, region: str = "") -> Place:
        """Give a core account, in the home Region by default."""
        return Place(account_class=name, account=self.core[name], region=region or self.home)

    def account(self, id: str, region: str = "") -> Place:
        """Give an account by its ID, in the home Region by default."""
        role = next((name for name, each in self.core.items() if each == id), MEMBER)
        return Place(account_class=role, account=id, region=region or self.home)

    def each_account(self, region: str) -> Iterator[Place]:
        """Give every account of the organization in a Region: core accounts one by one, members at once."""
        for name in self.core:
            yield self.role(name, region)
        if not self.single:
            yield Place(account_class=MEMBER, account="", region=region)

    def targets(self, region: str) -> Iterator[Place]:
        """Give the accounts that a StackSet of the organization reaches: all but management."""
        return (each for each in self.each_account(region) if each.account_class != MANAGEMENT)

    def accounts_at(self, place: Place, members: int) -> int:
        """Give how many accounts a place stands for.

        Args:
            place: the place.
            members: member accounts that there are, or are assumed.
        """
        return 1 if place.account else members
