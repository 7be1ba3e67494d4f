"""Provisioners: one module per service, thin calls to the API; the rest is checked and recorded."""

import importlib
import pkgutil

from baseline.local.provisioners import registry

_MACHINERY = frozenset({"coerce", "recorder", "registry", "resource", "stock"})


def register_all() -> None:
    """Put all provisioners into ministack's CloudFormation engine."""
    for found in pkgutil.iter_modules(__path__):
        if found.name not in _MACHINERY:
            importlib.import_module(f"{__name__}.{found.name}")
    registry.install()
