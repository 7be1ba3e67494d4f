"""The closer's modules, imported as Lambda does: from the folder, without a package."""

from __future__ import annotations

import sys

from tests.handlers import load_handler

index = load_handler("baseline/response/handlers/open_ports")
port_events = sys.modules["port_events"]
port_exemption = sys.modules["port_exemption"]
port_exposure = sys.modules["port_exposure"]
