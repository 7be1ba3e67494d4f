"""What an assembly has of each capability: its resources, and the controls declared in it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError

CONTROLS = "controls.json"
TREE = "tree.json"
TYPE = "aws:cdk:cloudformation:type"
# The whole of a StackSet's body stands in its account's own copy, the stacks members-management-*.


def declared(assembly: Path) -> dict[str, frozenset[str]]:
    """Give capability to controls, as the constructs of an assembly declare them.

    Args:
        assembly: folder that a synthesis of the app wrote.

    Raises:
        BaselineError: when it has no list of controls.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in _declarations(assembly):
        found[row["capability"]] |= set(row["controls"])
    return {capability: frozenset(controls) for capability, controls in found.items()}


def resources(assembly: Path) -> dict[str, dict[str, int]]:
    """Give capability to the number of resources of each type.

    A resource counts for the nearest construct above it that declares a capability, and for each of
    the capabilities that it declares.

    Args:
        assembly: folder that a synthesis of the app wrote.

    Raises:
        BaselineError: when it is no cloud assembly of the baseline.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for row in _declarations(assembly):
        owners[row["construct"]].add(row["capability"])
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, capabilities in _owned(_tree(assembly), owners, frozenset()):
        for capability in capabilities:
            counts[capability][kind] += 1
    return {name: dict(sorted(counted.items())) for name, counted in sorted(counts.items())}


def _owned(
    node: Mapping[str, Any], owners: Mapping[str, set[str]], above: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Walk the tree: type of each resource, and the capabilities it belongs to."""
    here = frozenset(owners.get(str(node.get("path", "")), above))
    kind = _inside(node, "attributes").get(TYPE)
    if isinstance(kind, str) and here:
        yield kind, here
    for child in _inside(node, "children").values():
        if isinstance(child, dict):
            yield from _owned(child, owners, here)


def _inside(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = node.get(key)
    return found if isinstance(found, dict) else {}


def _declarations(assembly: Path) -> list[dict[str, Any]]:
    rows = _read(assembly, CONTROLS)
    if isinstance(rows, list) and all(map(_is_declaration, rows)):
        return rows
    raise _unreadable(assembly / CONTROLS)


def _is_declaration(row: object) -> bool:
    return (
        isinstance(row, dict)
        and all(isinstance(row.get(key), str) for key in ("capability", "construct"))
        and isinstance(row.get("controls"), list)
        and all(isinstance(each, str) for each in row["controls"])
    )


def _tree(assembly: Path) -> dict[str, Any]:
    found = _read(assembly, TREE)
    tree = found.get("tree") if isinstance(found, dict) else None
    if isinstance(tree, dict):
        return tree
    raise _unreadable(assembly / TREE)


def _read(assembly: Path, name: str) -> object:
    path = assembly / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BaselineError(
            f"{assembly} has no {name}, so it is no cloud assembly of the baseline; "
            "run `npx cdk synth -q` and name the folder that it writes, cdk.out"
        ) from None
    except (OSError, ValueError, RecursionError):
        raise _unreadable(path) from None


def _unreadable(path: Path) -> BaselineError:
    return BaselineError(f"{path} is not what the synthesis writes; synthesize the assembly again")
