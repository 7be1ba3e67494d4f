"""Finds the model and the field that a path of the configuration leads to."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Union, get_args, get_origin

from pydantic.fields import FieldInfo

from baseline.config.finding import Path
from baseline.config.section import Section


def section_at(root: type[Section], path: Path) -> type[Section] | None:
    """Give the model that describes the mapping at a path, if one does."""
    current: object = root
    for part in path:
        current = _given(current)
        if isinstance(current, type) and issubclass(current, Section):
            field = current.model_fields.get(str(part))
            current = None if field is None else field.annotation
        elif get_origin(current) is dict:
            current = get_args(current)[1]
        elif get_origin(current) is tuple:
            current = get_args(current)[0]
        else:
            return None
    current = _given(current)
    return current if isinstance(current, type) and issubclass(current, Section) else None


def field_at(root: type[Section], path: Path) -> FieldInfo | None:
    """Give the field at a path, if the models have one there."""
    section = section_at(root, path[:-1])
    return section.model_fields.get(str(path[-1])) if section and path else None


def _given(annotation: object) -> object:
    """Give the type of a value that may be absent without the absence."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if len(kinds) == 1 else annotation
