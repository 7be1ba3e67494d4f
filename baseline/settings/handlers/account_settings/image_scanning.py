"""Enhanced scanning of every repository in ECR, by Amazon Inspector, without end.

Inspector switches a registry over when it is enabled; anybody in the account may switch it back.

Source: Amazon ECR API Reference, "PutRegistryScanningConfiguration".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from account_access import Account
from setting_rows import Keeper, Row

SETTING = "image_scanning"
WANTED: dict[str, Any] = {
    "scanType": "ENHANCED",
    "rules": [
        {
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
        }
    ],
}


def keep(account: Account, region: str, _wanted: dict[str, Any], keeper: Keeper) -> Iterator[Row]:
    """Keep the registry on enhanced, continuous scanning of all of its repositories."""
    ecr = account.client("ecr", region)
    found = ecr.get_registry_scanning_configuration().get("scanningConfiguration", {})
    yield keeper.keep(
        SETTING,
        region,
        before={"scanType": found.get("scanType"), "rules": found.get("rules", [])},
        after=WANTED,
        write=partial(ecr.put_registry_scanning_configuration, **WANTED),
    )
