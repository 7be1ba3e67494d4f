"""Every field of the models of the configuration, so that a new one is met by itself."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from baseline.config.section import Section

Step = str
Steps = tuple[Step, ...]
ANY_KEY, ANY_ITEM = "*", "[]"


@dataclass(frozen=True)
class Kind:
    """The type of a value without its wrapping: what it is, its limits, whether it may be absent."""

    type: Any
    limits: tuple[Any, ...] = ()
    optional: bool = False

    def limit(self, name: str) -> Any:
        """Give the limit of a name, such as ``max_length``, where the field has one."""
        for each in self.limits:
            if (found := getattr(each, name, None)) is not None:
                return found
        return None

    @property
    def origin(self) -> Any:
        """Give ``dict``, ``tuple``, ``Literal`` and the like, or the type itself."""
        origin = get_origin(self.type)
        return dict if origin is Mapping else origin or self.type


def kind_of_field(field: FieldInfo) -> Kind:
    """Give the type of a field of a model."""
    return kind(field.annotation, tuple(field.metadata))


def kind(annotation: Any, limits: tuple[Any, ...] = (), *, optional: bool = False) -> Kind:
    """Give the type of an annotation, ``Annotated`` and ``| None`` taken off."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        flat = [m for each in metadata for m in (each, *getattr(each, "metadata", ()))]
        return kind(inner, (*limits, *flat), optional=optional)
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [each for each in get_args(annotation) if each is not types.NoneType]
        if len(kinds) == 1:
            return kind(kinds[0], limits, optional=True)
    return Kind(annotation, limits, optional)


def is_section(of: Any) -> bool:
    """Tell whether a type is a section of the configuration."""
    return isinstance(of, type) and issubclass(of, Section)


@functools.cache
def fields(root: type[Section]) -> tuple[Steps, ...]:
    """Give the path of every field below a section; ``*`` stands for a key, ``[]`` for an entry."""
    return tuple(_fields(root, (), (root,)))


def _fields(
    section: type[Section], path: Steps, above: tuple[type[Section], ...]
) -> Iterator[Steps]:
    for name, field in section.model_fields.items():
        yield (*path, name)
        yield from _below(kind_of_field(field), (*path, name), above)


def _below(of: Kind, path: Steps, above: tuple[type[Section], ...]) -> Iterator[Steps]:
    if is_section(of.type):
        if of.type not in above:  # units stand in units
            yield from _fields(of.type, path, (*above, of.type))
    elif of.origin is dict:
        yield from _below(kind(get_args(of.type)[1]), (*path, ANY_KEY), above)
    elif of.origin is tuple:
        yield from _below(kind(get_args(of.type)[0]), (*path, ANY_ITEM), above)


def reached(root: type[Section], value: Any) -> set[Steps]:
    """Give the fields that a document sets."""
    return set(_reached(Kind(root), value, ()))


def _reached(of: Kind, value: Any, path: Steps) -> Iterator[Steps]:
    if is_section(of.type) and isinstance(value, dict):
        for name, item in value.items():
            if field := of.type.model_fields.get(name):
                yield (*path, name)
                yield from _reached(kind_of_field(field), item, (*path, name))
    elif of.origin is dict and isinstance(value, dict):
        for item in value.values():
            yield from _reached(kind(get_args(of.type)[1]), item, (*path, ANY_KEY))
    elif of.origin is tuple and isinstance(value, list):
        for item in value:
            yield from _reached(kind(get_args(of.type)[0]), item, (*path, ANY_ITEM))
