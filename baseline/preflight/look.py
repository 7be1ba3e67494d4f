"""What the checks look at: the configuration, the accounts that can be read, what would be made."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.live.organization import LiveOrganization
from baseline.live.reader import Reader
from baseline.preflight.expected import Expected
from baseline.preflight.finding import Imported

REGIONAL: Final = "members-management-regional"
"""Start of the IDs of the stacks with the management account's recorders."""
STANDALONE: Final = "standalone"
"""Start of the IDs of the stacks of an account alone."""

_GONE: Final = "DELETE_COMPLETE"
_UNUSABLE: Final = frozenset(
    {"CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
)


@dataclass(kw_only=True)
class Look:
    """One look.

    Attributes:
        configuration: The configuration of an organization.
        names: Its names.
        readers: Accounts that can be read, by ID.
        live: The live organization; None for an account alone.
        expected: What the stacks would make; None where nothing was synthesized.
    """

    configuration: Configuration
    names: Names
    readers: Mapping[str, Reader]
    live: LiveOrganization | None = None
    expected: Expected | None = None
    _stacks: dict[tuple[str, str], dict[str, str] | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def standalone(self) -> bool:
        """Whether it is an account without an organization."""
        return self.names.standalone

    @property
    def profile(self) -> str:
        """What is looked at: ``organization`` or ``standalone``."""
        return "standalone" if self.standalone else "organization"

    @property
    def organization(self) -> LiveOrganization:
        """The live organization.

        Raises:
            BaselineError: The account has none.
        """
        if self.live is None:
            raise BaselineError("an account alone has no organization to look at")
        return self.live

    @property
    def management(self) -> Reader:
        """The management account."""
        return self.readers[self.names.management]

    def label(self, account: str) -> str:
        """Give an account as baseline.yaml calls it, or its ID."""
        if self.standalone:
            return "account"
        named = {row.id: name for name, row in self.configuration.all_accounts() if row.id}
        return named.get(account, account)

    def place(self, account: str, region: str = "") -> str:
        """Give account and Region as findings name them."""
        return " ".join(part for part in (self.label(account), region) if part)

    def each(self) -> Iterator[tuple[str, str, Reader]]:
        """Give every readable account in every governed Region."""
        for account, reader in self.readers.items():
            for region in self.configuration.regions:
                yield account, region, reader

    def stacks(self, account: str, region: str) -> dict[str, str] | None:
        """Give the stacks of an account and Region and their states; None if unknown."""
        with self._lock:
            if (account, region) not in self._stacks:
                reader = self.readers.get(account)
                rows = (
                    None
                    if reader is None
                    else reader.every("cloudformation", "ListStacks", "StackSummaries", region)
                )
                self._stacks[account, region] = (
                    None
                    if rows is None
                    else {
                        row["StackName"]: row["StackStatus"]
                        for row in rows
                        if row["StackStatus"] != _GONE
                    }
                )
            return self._stacks[account, region]

    def is_deployed(self, account: str, region: str, name: str) -> bool:
        """Tell whether a stack of ours works there."""
        status = (self.stacks(account, region) or {}).get(name)
        return status is not None and status not in _UNUSABLE

    def has_stack_set(self, account: str, region: str, name: str) -> bool:
        """Tell whether a StackSet of ours has its stack there."""
        stacks = self.stacks(account, region) or {}
        return any(
            stack.startswith(f"StackSet-{name}-") and status not in _UNUSABLE
            for stack, status in stacks.items()
        )

    def ours(self, id: str) -> str:
        """Give the name of a stack by its ID in an organization's app."""
        return f"{self.names.prefix}-{self.id_of(id)}"

    def id_of(self, id: str) -> str:
        """Give the ID of a stack by its ID in an organization's app."""
        if not self.standalone:
            return id
        home = self.names.home_region
        other = {
            "members-management": "members",
            "security": f"detection-{home}",  # the hub and its aggregator stand there
            **{
                f"{REGIONAL}-{region}": f"members-{region}" for region in self.configuration.regions
            },
        }
        return f"{STANDALONE}-{other.get(id, id)}"

    def imported(
        self, account: str, region: str, kind: str, identifier: Mapping[str, str]
    ) -> tuple[Imported, ...]:
        """Give how the only resource of a type is imported; nothing where nothing was synthesized."""
        found = self.expected.stack(account, region, kind) if self.expected else None
        if found is None:
            return ()
        stack, logical_id = found
        return (Imported(stack=stack.id, logical_id=logical_id, identifier=dict(identifier)),)


def is_unusable(status: str) -> bool:
    """Tell whether a stack in a state has to be deleted before it can be deployed."""
    return status in _UNUSABLE
