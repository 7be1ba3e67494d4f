"""Answers of our own to API operations that neither emulator has; state per account and Region."""

import importlib
import pkgutil

_MACHINERY = frozenset({"registry", "state"})


def register_all() -> None:
    """Load all answers."""
    for found in pkgutil.iter_modules(__path__):
        if found.name not in _MACHINERY:
            importlib.import_module(f"{__name__}.{found.name}")
