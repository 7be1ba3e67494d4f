"""The handlers' modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[3] / "baseline/settings/handlers"


def load(name: str) -> ModuleType:
    """Import ``index`` of a handler folder under a name of its own."""
    folder = FOLDER / name
    known = sys.modules.get(f"{name}_index")
    if known is not None:
        return known
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(f"{name}_index", folder / "index.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[f"{name}_index"] = module
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(folder))


sweep = load("account_sweep")
settings = load("account_settings")
sweep_accounts = sys.modules["sweep_accounts"]
sweep_report = sys.modules["sweep_report"]
account_access = sys.modules["account_access"]
default_network = sys.modules["default_network"]
opt_in_regions = sys.modules["opt_in_regions"]
setting_rows = sys.modules["setting_rows"]
