"""Every injector of the blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from baseline.blueprint.catalog.compute import COMPUTE
from baseline.blueprint.catalog.databases import DATABASES
from baseline.blueprint.catalog.front import FRONT
from baseline.blueprint.catalog.messages import MESSAGES
from baseline.blueprint.catalog.network import NETWORK
from baseline.blueprint.catalog.storage import STORAGE
from baseline.blueprint.settings import Hardening

HARDENINGS: Final = (*STORAGE, *MESSAGES, *DATABASES, *COMPUTE, *NETWORK, *FRONT)
BY_NAME: Final[Mapping[str, Hardening]] = MappingProxyType({each.name: each for each in HARDENINGS})
