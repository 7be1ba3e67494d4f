"""What the embedded AWS applied of the deployed templates, and what it only recorded."""

import importlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from baseline.local import emulators, schemas

WHOLE_RESOURCE = "*"
_STOCK = "ministack"
_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deployed resource.

    Attributes:
        account: Account ID of its stack.
        region: Region of its stack.
        stack: Stack name.
        logical_id: Logical ID in the template.
        type: Resource type.
        declared_only: Properties that were checked and recorded but have no effect; ``("*",)``
            means the whole resource.
        reason: Why; empty when everything is applied.
    """

    account: str
    region: str
    stack: str
    logical_id: str
    type: str
    declared_only: tuple[str, ...] = ()
    reason: str = ""


_entries: dict[tuple[str, str, str, str], Entry] = {}
# type -> (how it is provisioned, properties without effect, reason); filled by the registry.
_support: dict[str, tuple[str, tuple[str, ...], str]] = {}


def note(entry: Entry) -> None:
    """Record a resource that was created or updated."""
    with _lock:
        _entries[(entry.account, entry.region, entry.stack, entry.logical_id)] = entry


def support(resource_type: str, how: str, declared: Iterable[str] = (), reason: str = "") -> None:
    """Say how a type is provisioned: ``own``, ``ministack`` or ``ministack, completed``."""
    _support[resource_type] = (how, tuple(sorted(declared)), reason)


def report() -> dict[str, Any]:
    """Give the coverage of this run: all resources, and those not (wholly) applied."""
    with _lock:
        entries = [_entries[key] for key in sorted(_entries) if _exists(_entries[key])]
    return {
        "resources": len(entries),
        "applied": sum(1 for entry in entries if not entry.declared_only),
        "declared_only": [asdict(entry) for entry in entries if entry.declared_only],
        "entries": [asdict(entry) for entry in entries],
    }


def _exists(entry: Entry) -> bool:
    """Whether the resource is still in its stack."""
    stacks = emulators.ministack("cloudformation")._stacks
    stack = stacks.get_scoped(entry.account, entry.region, entry.stack) or {}
    return entry.logical_id in stack.get("_resources", {})


def coverage_markdown() -> str:
    """Write the list of provisioned types for ``docs/local-aws.md``."""
    if not _support:
        # The provisioners report to this module, so it cannot import them from the start.
        importlib.import_module("baseline.local.provisioners").register_all()
    ours = {name: how for name, how in _support.items() if how[0] != _STOCK}
    theirs = {name: how for name, how in _support.items() if how[0] == _STOCK}
    others = len(schemas.all_types() - _support.keys())
    return "\n".join(
        [
            "Provisioned by this project, or by ministack with the rest applied by this project:",
            "",
            *_table(ours),
            "",
            "Provisioned by ministack alone; what it does not read is listed at each deployment:",
            "",
            *_table(theirs),
            "",
            (
                f"The other {others} resource types of CloudFormation are checked against their "
                "schema and recorded: nothing is created for them."
            ),
            "",
        ]
    )


def _table(types: Mapping[str, tuple[str, tuple[str, ...], str]]) -> list[str]:
    rows = ["| Resource type | Provisioned by | Checked and recorded only |", "|---|---|---|"]
    for resource_type, (how, declared, reason) in sorted(types.items()):
        only = ", ".join(f"`{name}`" for name in declared) or "-"
        rows.append(f"| `{resource_type}` | {how} | {only}{f' ({reason})' if reason else ''} |")
    return rows
