"""The handler's modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import sys

from tests.handlers import load_handler

index = load_handler("baseline/organization/handlers/organization_features")
apicalls = sys.modules["apicalls"]
desired = sys.modules["desired"]
organization_steps = sys.modules["organization_steps"]
service_steps = sys.modules["service_steps"]
