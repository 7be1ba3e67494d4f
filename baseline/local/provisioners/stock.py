"""ministack's own provisioners: completed where they leave properties out, and told apart.

A property of a stock type that neither its provisioner mentions nor a completion applies is
declared-only. "Mentions" is read from ministack's source: a name that never occurs in the
provisioner's functions cannot have an effect.
"""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from baseline.local import coverage, emulators, schemas
from baseline.local.provisioners.resource import Resource, resource_of

Completion = Callable[[str, Resource], None]
_REASON = "ministack's provisioner does not read it"
_CALLS = re.compile(r"\b(_[a-z]\w+)\(")
_TABLES = re.compile(r"\b(_[A-Z][A-Z0-9_]+)\b")
_DEPTH = 3

_completions: dict[str, tuple[Completion, frozenset[str]]] = {}


def completes(resource_type: str, applies: Iterable[str]) -> Callable[[Completion], Completion]:
    """Register the decorated function to run after a stock create or update.

    Args:
        resource_type: A type of ministack.
        applies: Properties that the function applies; it gets physical ID and resource.
    """

    def decorate(function: Completion) -> Completion:
        _completions[resource_type] = (function, frozenset(applies))
        return function

    return decorate


def is_completed(resource_type: str) -> bool:
    """Whether a stock type calls the API after its own provisioner."""
    return resource_type in _completions


def completed(resource_type: str, handler: dict[str, Any]) -> dict[str, Any]:
    """Give a stock handler with its completion and with its coverage noted."""
    if resource_type not in schemas.all_types():
        return handler
    ignored = unread(resource_type, handler)
    how = "ministack, completed" if is_completed(resource_type) else "ministack"
    coverage.support(resource_type, how, ignored, _REASON if ignored else "")
    wrapped = dict(handler)
    wrapped["create"] = _create(resource_type, handler, ignored)
    if "update" in handler:
        wrapped["update"] = _update(resource_type, handler, ignored)
        wrapped["update_with_logical_id"] = True
    return wrapped


def unread(resource_type: str, handler: Mapping[str, Any]) -> frozenset[str]:
    """Give the properties of a stock type that nothing applies."""
    applied = _completions.get(resource_type, (None, frozenset()))[1]
    source = "".join(
        _source(handler[part], _DEPTH) for part in ("create", "update", "delete") if part in handler
    )
    return frozenset(
        name
        for name in schemas.properties_of(resource_type) - applied
        if f'"{name}"' not in source and f"'{name}'" not in source
    )


def _source(function: Callable[..., Any], depth: int) -> str:
    """Give the source of a function, its tables and the module's functions that it calls."""
    if depth == 0 or not hasattr(function, "__globals__"):
        return ""
    text = _text(function)
    tables = {name: function.__globals__.get(name) for name in _TABLES.findall(text)}
    text += "".join(repr(table) for table in tables.values())
    called = {function.__globals__.get(name) for name in _CALLS.findall(text)}
    return text + "".join(
        _source(other, depth - 1) for other in called if inspect.isfunction(other)
    )


@functools.cache
def _text(function: Callable[..., Any]) -> str:
    return inspect.getsource(function)


def _create(
    resource_type: str, handler: Mapping[str, Any], ignored: frozenset[str]
) -> Callable[..., tuple[str, Any]]:
    def run(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        physical_id, attributes = handler["create"](logical_id, properties, stack)
        try:
            _complete(physical_id, resource_of(resource_type, logical_id, properties, stack))
        except Exception:
            # The engine knows nothing of a resource whose creation failed, so nobody else would.
            handler["delete"](physical_id, properties)
            raise
        _note(resource_type, logical_id, properties, stack, ignored)
        return physical_id, attributes

    return run


def _update(
    resource_type: str, handler: Mapping[str, Any], ignored: frozenset[str]
) -> Callable[..., tuple[str, Any]]:
    def run(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, Any]:
        more = [logical_id] if handler.get("update_with_logical_id") else []
        updated, attributes = handler["update"](physical_id, old, new, stack, *more)
        _complete(updated, resource_of(resource_type, logical_id, new, stack, before=old))
        _note(resource_type, logical_id, new, stack, ignored)
        return updated, attributes

    return run


def _complete(physical_id: str, resource: Resource) -> None:
    if resource.type in _completions:
        function, _ = _completions[resource.type]
        function(physical_id, resource)


def _note(
    resource_type: str,
    logical_id: str,
    properties: Mapping[str, Any],
    stack: str,
    ignored: frozenset[str],
) -> None:
    account, region = emulators.scope()
    only = tuple(sorted(ignored & properties.keys()))
    coverage.note(
        coverage.Entry(
            account=account,
            region=region,
            stack=stack,
            logical_id=logical_id,
            type=resource_type,
            declared_only=only,
            reason=_REASON if only else "",
        )
    )
