"""The handlers' modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from tests.handlers import load_handler

sweep = load_handler("baseline/settings/handlers/account_sweep")
settings = load_handler("baseline/settings/handlers/account_settings")
sweep_accounts = sys.modules["sweep_accounts"]
sweep_report = sys.modules["sweep_report"]
account_access = sys.modules["account_access"]
default_network = sys.modules["default_network"]
opt_in_regions = sys.modules["opt_in_regions"]
setting_rows = sys.modules["setting_rows"]

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
