"""The closer's modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[3] / "baseline/response/handlers/open_ports"


def _load() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("open_ports_index", FOLDER / "index.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(FOLDER))


index = _load()
port_events = sys.modules["port_events"]
port_exemption = sys.modules["port_exemption"]
port_exposure = sys.modules["port_exposure"]
