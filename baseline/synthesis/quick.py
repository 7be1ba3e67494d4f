"""Calls of the CDK at half their price, for the app's own synthesis."""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Callable
from typing import Any

import jsii
import jsii._kernel as kernel
import jsii._runtime as runtime
import jsii._type_checking as checking

from baseline.synthesis.process import DirectProvider

_overrides: Callable[[type, Any], list[Any]] = kernel._get_overides
_converted: Callable[[Any, Any], Any] = kernel._make_reference_for_native
_PLAIN = frozenset({str, int, float, bool, type(None)})


@functools.cache
def quicken() -> None:
    os.environ.setdefault("CDK_DISABLE_STACK_TRACE", "1")
    gc.disable()
    jsii.sget = functools.cache(jsii.sget)
    checking.check_type = lambda **_: None
    checking.cached_type_hints = lambda _: _Nothing()
    kernel._get_overides = _overrides_of
    kernel._make_reference_for_native = _message_of
    runtime.kernel.provider = DirectProvider()


class _Nothing(dict[str, None]):
    def __missing__(self, key: str) -> None:
        return None


_known: dict[tuple[type, type], list[Any]] = {}


def _overrides_of(klass: type, instance: Any) -> list[Any]:
    key = (klass, type(instance))
    found = _known.get(key)
    if found is None:
        found = _known[key] = _overrides(klass, instance)
    return found


def _message_of(to: Any, value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {"$jsii.map": {key: _message_of(to, each) for key, each in value.items()}}
    if kind is list:
        return [_message_of(to, each) for each in value]
    mapping = getattr(kind, "__jsii_name_mapping__", None)
    if mapping is not None:
        values = value._values
        data = {
            name: _message_of(to, values[mine])
            for mine, name in mapping.items()
            if values.get(mine) is not None
        }
        return {"$jsii.struct": {"fqn": kind.__jsii_type__, "data": data}}
    return _converted(to, value)
