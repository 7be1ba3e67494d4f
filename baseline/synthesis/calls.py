"""jsii's side of a call in Python, without what is worked out again for every one."""

# ruff: noqa: SLF001 - what is replaced here is private to jsii; `TESTED` names the version

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, cast

import jsii
from jsii import _kernel, _reference_map, _runtime, _type_checking

from baseline.synthesis.process import DirectProvider

Converter = Callable[[object, object], object]

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_plainly_converted: Final = cast("Converter", _kernel._make_reference_for_native)
_plainly_resolved: Final[Callable[[Any, Any], Any]] = _reference_map.resolve_reference


def shorten_calls() -> None:
    """Replace the parts of jsii that cost most; see ``baseline.synthesis.quicken``."""
    replace = cast("Any", _kernel)
    replace._get_overides = _overrides(_kernel._get_overides)
    replace._make_reference_for_native = converted
    cast("Any", _reference_map).resolve_reference = resolved
    cast("Any", _type_checking).check_type = _unchecked
    cast("Any", _type_checking).cached_type_hints = _no_hints
    # Constants, such as `Aws.PARTITION`.
    cast("Any", jsii).sget = functools.cache(jsii.sget)
    _runtime.kernel.provider = DirectProvider()


def converted(kernel: object, value: object) -> object:
    """Give a value as jsii's messages have it: structs without the properties that are not set."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, dict) and kind is dict:
        return {"$jsii.map": {key: converted(kernel, each) for key, each in value.items()}}
    if isinstance(value, list) and kind is list:
        return [converted(kernel, each) for each in value]
    mapping = getattr(kind, "__jsii_name_mapping__", None)
    if mapping is None:
        return _plainly_converted(kernel, value)
    values = cast("Any", value)._values
    data = {
        name: converted(kernel, each)
        for here, name in mapping.items()
        if (each := values.get(here)) is not None
    }
    return {"$jsii.struct": {"fqn": cast("Any", kind).__jsii_type__, "data": data}}


def resolved(kernel: Any, reference: Any) -> Any:  # noqa: ANN401 - as jsii has it
    """Give the object of a reference; the properties of a struct are fetched when they are read."""
    interfaces: list[str] = reference.interfaces or []
    if len(interfaces) != 1 or not reference.ref.startswith("Object@"):
        return _plainly_resolved(kernel, reference)
    struct = _reference_map._data_types.get(interfaces[0])
    if struct is None or reference.ref in _reference_map._refs._refs:
        return _plainly_resolved(kernel, reference)
    instance = struct.__new__(struct)
    instance._values = _Remote(kernel, reference, struct.__jsii_name_mapping__)
    return instance


class _Remote(dict[str, object]):
    """The properties of a struct that the CDK's process holds."""

    def __init__(self, kernel: Any, reference: Any, mapping: dict[str, str]) -> None:  # noqa: ANN401
        super().__init__()
        self._holder = _reference_map._FakeReference(reference)
        self._kernel = kernel
        self._mapping = mapping

    def __missing__(self, key: str) -> object:
        self[key] = self._kernel.get(self._holder, self._mapping[key])
        return self[key]

    def get(self, key: str, default: object = None) -> Any:  # noqa: ANN401 - as dict has it
        return self[key] if key in self._mapping else default


def _overrides(plain: Callable[[type, Any], list[Any]]) -> Callable[[type, Any], list[Any]]:
    """Work out once per class which methods of the CDK it overrides."""
    known: dict[tuple[type, type], list[Any]] = {}

    def overrides(klass: type, instance: object) -> list[Any]:
        key = (klass, type(instance))
        if key not in known:
            known[key] = plain(klass, instance)
        return known[key]

    return overrides


class _NoHints(dict[str, None]):
    def __missing__(self, key: str) -> None:
        return None


_NO_HINTS: Final = _NoHints()


def _no_hints(_stub: object) -> _NoHints:
    return _NO_HINTS


def _unchecked(**_arguments: object) -> None:
    """Stand where jsii checks the type of an argument."""
