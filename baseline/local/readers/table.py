"""The table of readers: CloudFormation type to the function that reads such a resource back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.local.access import Access
from baseline.local.readers.values import same

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One property of one resource: what the template says and what the service's API says."""

    setting: str
    expected: Any
    found: Any

    @property
    def ok(self) -> bool:
        """Whether both say the same."""
        return same(self.expected, self.found)


@dataclass(frozen=True, slots=True)
class Place:
    """An account and Region to read in; calling it gives a boto3 client there.

    ``role`` is the role to read as; by default the account's administrator.
    """

    access: Access
    account: str
    region: str
    role: str = ""

    def __call__(self, service: str) -> Any:  # noqa: ANN401 boto3 clients have no published types
        """Give the client of a service."""
        role = {"role": self.role} if self.role else {}
        return self.access.client(service, self.account, self.region, **role)

    def at(self, account: str, region: str) -> "Place":
        """Give another account and Region."""
        return Place(self.access, account, region, self.role)


Read = Callable[[Place, str, Properties], Iterable[Check]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """How resources of one type are read back.

    Attributes:
        capability: What the type is for, as the table of ``verify`` shows it.
        read: Takes the place, the physical ID and the expected properties; gives the checks.
        covers: Top-level properties that it compares when the template sets them.
    """

    capability: str
    read: Read
    covers: frozenset[str]


READERS: dict[str, Reader] = {}


def reader(resource_type: str, *, capability: str, covers: str) -> Callable[[Read], Read]:
    """Register the decorated function as the reader of a CloudFormation type.

    Args:
        resource_type: For example ``AWS::KMS::Key``.
        capability: What the type is for, in words.
        covers: Names of the properties it compares, separated by spaces.
    """

    def register(read: Read) -> Read:
        if resource_type in READERS:
            raise ValueError(f"{resource_type} has two readers")
        READERS[resource_type] = Reader(
            capability=capability, read=read, covers=frozenset(covers.split())
        )
        return read

    return register


def compare(expected: Properties, found: Properties, names: Mapping[str, str]) -> Iterable[Check]:
    """Compare properties that the API gives under another name.

    Args:
        expected: The template's properties; one that is not set is not compared.
        found: The API's answer; a missing member is found as None.
        names: CloudFormation's property to the API's member.
    """
    for name, member in names.items():
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=found.get(member))
