"""Which types of resources cost, and by which items of the price list."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceType:
    """What a resource of a type costs.

    Attributes:
        counted: items that it costs for being there.
        use: items that its use costs; an estimate has a line of one of them at least.
        free: why it costs nothing.
    """

    counted: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    free: str = ""


@functools.cache
def resource_types() -> dict[str, ResourceType]:
    """Give every type that the templates of the baseline have had so far."""
    text = files(__package__).joinpath("data/resource_types.json").read_text(encoding="utf-8")
    return {
        name: ResourceType(
            counted=tuple(row.get("counted", ())),
            use=tuple(row.get("use", ())),
            free=row.get("free", ""),
        )
        for name, row in json.loads(text).items()
    }
