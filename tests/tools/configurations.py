"""The example configurations, many in one: a synthesis with every check takes its time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from baseline.detection.managed_rules import rule_table
from tests.support import ROOT

FOLDER = ROOT / "examples" / "configurations"
# Each capability on in one of these, off in another; those without a contradiction are synthesized
# together. The nightly tests synthesize each by itself.
GROUPS = {
    "everything": (
        "patching",
        "images",
        "endpoint",
        "inspector",
        "backups",
        "template-validation",
        "recorded-sessions",
        "logs-copied",
        "game-days",
        "delivery",
        "evidence",
        "detection",
        "edge",
        "exposure",
        "forensics",
        "security-hub",
        "security-lake",
        "siem",
        "workload",
        "control-tower-controls",
    ),
    "notified": ("notified",),
    "control-tower-landing-zone": ("control-tower-landing-zone",),
    "standalone": ("standalone",),
}
CONTRADICTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "forensics": (("control_tower",),),
    "control-tower-controls": (
        ("organization",),
        ("organizational_units", "Security", "id"),
        ("organizational_units", "Workloads", "guardrails"),
    ),
}
"""What a configuration says against the others of its group, and leaves out beside them: that there is
no Control Tower, another organization, and the guardrail that the workload's way in from CloudFront
breaks. The unit tests and control-tower-landing-zone have these.
"""

ELSEWHERE = {"connected", "enterprise", "small", "standalone-joined"}
"""Networks, sizes and changes of organizations that the unit tests compose and judge."""

EARLIER = {
    "everything": (
        "detection",
        "edge",
        "exposure",
        "forensics",
        "machines",
        "records",
        "security-hub",
        "security-lake",
        "siem",
        "workload",
        "control-tower-controls",
    ),
}
"""Groups of releases whose configurations are all in one of today's."""

# What makes more templates, or others, than the examples have; made in the test, because a
# suppression ends.
RULES_AND_LISTS = "rules-and-lists"
MORE = """
capabilities:
  security_hub: {{enabled: false}}
  trusted_advisor: {{enabled: false}}
  config:
    rules:
      evaluate: all
      own: {{cost-center: {{identifier: REQUIRED_TAGS, parameters: {{tag1Key: CostCenter}}}}}}
      remediate: [{repaired}]
  inspector:
    enabled: true
    critical: all
    sbom: {{enabled: false}}
    suppressions:
      build-tools:
        reason: The compiler stands in the build stage and is not shipped
        expires: {expires}
        packages: [gcc]
        repositories: [payments-build]
        fix_available: false
  guardduty:
    tuning:
      trusted_list: {lists}/trusted.txt
      threat_lists: {{pools: {lists}/pools.txt}}
      suppressions:
        scanner:
          reason: The vulnerability scanner probes ports on purpose
          expires: {expires}
          criteria:
            type: {{equals: ["Recon:EC2/Portscan"]}}
            resource.instanceDetails.tags.value: {{equals: [scanner]}}
"""


def merged(folder: Path, group: str) -> Path:
    """Write the configurations of a group into one; beside each other they find their files."""
    document: dict[str, Any] = {}
    for name in GROUPS[group]:
        path = FOLDER / f"{name}.yaml"
        if len(GROUPS[group]) == 1:
            return path
        document = _merge(document, beside_others(name))
    # The examples name their members as they like; an account has one name.
    accounts = {row.get("id", name): (name, row) for name, row in document["members"].items()}
    document["members"] = dict(accounts.values())
    return _written(folder, document)


def beside_others(name: str) -> dict[str, Any]:
    """Give a configuration without what contradicts the others of its group."""
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    for *way, last in CONTRADICTIONS.get(name, ()):
        section = document
        for key in way:
            section = section[key]
        del section[last]
    return document


def rules_and_lists(folder: Path, below: Path) -> Path:
    """Write a configuration with every rule, repair, suppression and list."""
    (folder / "trusted.txt").write_text("8.8.8.8\nexample.org\n", encoding="utf-8")
    (folder / "pools.txt").write_text(f"pool.example\n{'a' * 64}\n", encoding="utf-8")
    repaired = ", ".join(rule.name for rule in rule_table() if rule.remediation)
    more = MORE.format(
        lists=folder,
        repaired=repaired,
        expires=datetime.now(tz=UTC).date() + timedelta(days=100),
    )
    base = yaml.safe_load(below.read_text(encoding="utf-8"))
    return _written(folder, _merge(base, yaml.safe_load(more)))


def _merge(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merge(one.get(key), other.get(key)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(item for item in other if item not in one)]
    return one if other is None else other


def _written(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "baseline.yaml"
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    return path
