"""The handler's modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = (
    Path(__file__).resolve().parents[3] / "baseline/organization/handlers/organization_features"
)


def _load() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        # Every handler has an ``index``, so this one gets a name of its own.
        spec = importlib.util.spec_from_file_location("features_index", FOLDER / "index.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(FOLDER))


index = _load()
apicalls = sys.modules["apicalls"]
desired = sys.modules["desired"]
organization_steps = sys.modules["organization_steps"]
service_steps = sys.modules["service_steps"]
