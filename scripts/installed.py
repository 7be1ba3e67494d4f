"""What an installation of the package brings: its dependencies, as the locked environment has them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGE = "aws-security-baseline"


def closure(*extras: str) -> dict[str, Distribution]:
    """Give all that an installation with these extras brings, the package itself left out.

    Raises:
        PackageNotFoundError: the environment is not the locked one; run ``make setup``.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [(PACKAGE, frozenset(extras))]
    while left:
        name, wanted = left.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        if name != PACKAGE:
            found[name] = distribution(name)
        left += [
            (canonicalize_name(each.name), frozenset(each.extras)) for each in _needs(name, wanted)
        ]
    return dict(sorted(found.items()))


def _needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": each}) for each in ("", *extras)):
            yield requirement
