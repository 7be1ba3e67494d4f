"""Finds the model and the field that a path of the configuration leads to."""

from __future__ import annotations

from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from baseline.config.finding import Path
from baseline.config.section import Section


def section_at(root: type[Section], path: Path) -> type[Section] | None:
    """Give the model that describes the mapping at a path, if one does."""
    current: object = root
    for part in path:
        if isinstance(current, type) and issubclass(current, Section):
            field = current.model_fields.get(str(part))
            current = None if field is None else field.annotation
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        elif get_origin(current) is tuple and isinstance(part, int):
            current = get_args(current)[0]
        else:
            return None
    return current if isinstance(current, type) and issubclass(current, Section) else None


def field_at(root: type[Section], path: Path) -> FieldInfo | None:
    """Give the field at a path, if the models have one there."""
    section = section_at(root, path[:-1])
    return section.model_fields.get(str(path[-1])) if section and path else None
