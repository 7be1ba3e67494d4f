"""The formatter's modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import sys

from tests.handlers import load_handler

index = load_handler("baseline/detection/handlers/finding_formatter")
finding_accounts = sys.modules["finding_accounts"]
finding_model = sys.modules["finding_model"]
finding_reading = sys.modules["finding_reading"]
finding_remedies = sys.modules["finding_remedies"]
finding_routes = sys.modules["finding_routes"]
finding_text = sys.modules["finding_text"]
