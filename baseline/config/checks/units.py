"""The tree of organizational units: depth, number, names, adopted units."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config import quotas
from baseline.config.finding import Finding, Path, dotted
from baseline.config.text import show
from baseline.config.view import View


def position(path: str) -> Path:
    """Give where a unit stands in the file: ``Workloads/Test`` below the units of ``Workloads``."""
    first, *others = path.split("/")
    below = [part for name in others for part in ("units", name)]
    return ("organizational_units", first, *below)


def walk(
    view: View, trunk: Path = ("organizational_units",), parent: str = ""
) -> Iterator[tuple[str, Path]]:
    """Give every unit's path in the tree and place in the configuration, parents first."""
    for name in view.keys(*trunk):
        path = f"{parent}/{name}" if parent else name
        yield path, (*trunk, name)
        yield from walk(view, (*trunk, name, "units"), path)


def are_shallow(view: View) -> Iterator[Finding]:
    """No unit stands deeper than AWS Organizations allows."""
    for _, place in walk(view):
        level = len(place) // 2
        if level == quotas.UNIT_DEPTH + 1:
            yield Finding(
                place,
                f"is on level {level}; AWS Organizations allows {quotas.UNIT_DEPTH} levels of units under the root",
            )


def are_few_enough(view: View) -> Iterator[Finding]:
    """There are no more units than an organization holds."""
    places = [place for _, place in walk(view)]
    if len(places) > quotas.UNITS_PER_ORGANIZATION:
        yield Finding(
            places[quotas.UNITS_PER_ORGANIZATION],
            f"is one of {len(places)} units; an organization holds {quotas.UNITS_PER_ORGANIZATION}",
        )


def have_their_own_name(view: View) -> Iterator[Finding]:
    """No two units side by side differ only in upper and lower case."""
    first: dict[tuple[Path, str], str] = {}
    for _, place in walk(view):
        name = str(place[-1])
        known = first.setdefault((place[:-1], name.casefold()), name)
        if known != name:
            yield Finding(place, f"differs only in case from the unit {show(known)} beside it")


def are_adopted_with_their_parents(view: View) -> Iterator[Finding]:
    """A unit that exists already does not stand in one that is still to be created."""
    for _, place in walk(view):
        parent = place[:-2]
        if len(parent) > 1 and view.text(*place, "id") and not view.text(*parent, "id"):
            yield Finding(
                (*place, "id"),
                f"an existing unit cannot stand in a new one: give {dotted(parent)} its id too",
            )


def have_their_own_id(view: View) -> Iterator[Finding]:
    """Adopted units have different IDs, which belong to the organization's root."""
    root = view.text("organization", "root_id")
    first: dict[str, str] = {}
    for path, place in walk(view):
        identity = view.text(*place, "id")
        if identity is None:
            continue
        if first.setdefault(identity, path) != path:
            yield Finding(
                (*place, "id"), f"{show(identity)} is the ID of {first[identity]} already"
            )
        if (
            root
            and identity.startswith("ou-")
            and identity.split("-")[1] != root.removeprefix("r-")
        ):
            yield Finding(
                (*place, "id"), f"{show(identity)} belongs to another root than {show(root)}"
            )
