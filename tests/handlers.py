"""Handlers' modules, imported as Lambda does: from their folder, without a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from botocore.config import Config

ROOT = Path(__file__).resolve().parents[1]


def load_handler(folder: str) -> ModuleType:
    """Import ``index`` of a handler; the modules beside it are in ``sys.modules`` then.

    Every handler has an ``index``, so each gets a name of its own.

    Args:
        folder: the handler's folder, such as ``baseline/response/handlers/open_ports``.
    """
    path = ROOT / folder
    name = f"{path.name}_index"
    known = sys.modules.get(name)
    if known is not None:
        return known
    sys.path.insert(0, str(path))
    try:
        spec = importlib.util.spec_from_file_location(name, path / "index.py")
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(path))


def attempts_of(settings: Config) -> int:
    """Give how often a client makes a call at most.

    botocore writes the number in other words into the settings when the first client is made.
    """
    retries = settings.retries
    return int(retries.get("total_max_attempts", retries.get("max_attempts", 0) + 1))
