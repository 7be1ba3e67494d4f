"""Schemas of the organization policies that configure a service, where AWS publishes none.

Source: Organizations User Guide, "Amazon GuardDuty policy syntax and examples"; Security Hub User
Guide, "Security Hub CSPM controls for Amazon GuardDuty".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from pydantic import JsonValue as Json

from baseline.errors import BaselineError
from baseline.guardrails.model import PolicyType

_FEATURES: Mapping[str, tuple[str, ...]] = {
    "foundational": ("GuardDuty.1",),
    "s3_data_events": ("GuardDuty.10",),
    "eks_audit_logs": ("GuardDuty.5",),
    "ebs_malware_protection": ("GuardDuty.8",),
    "rds_login_events": ("GuardDuty.9",),
    "lambda_network_logs": ("GuardDuty.6",),
    "runtime_monitoring": ("GuardDuty.7", "GuardDuty.11", "GuardDuty.12", "GuardDuty.13"),
    "ai_protection": (),
}
"""Feature to the Security Hub controls that ask for it, with all agents for runtime monitoring."""

_AGENTS = frozenset(
    {"eks_addon_management", "ec2_agent_management", "ecs_fargate_agent_management"}
)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def check_content(kind: PolicyType, content: Mapping[str, Json], *, where: str) -> None:
    """Check the document of a policy that configures a service.

    Args:
        kind: Policy type.
        content: The document, without placeholders.
        where: The guardrail, for messages.

    Raises:
        BaselineError: A key or value that the service does not know, or a type without schema.
    """
    if kind is not PolicyType.GUARDDUTY:
        raise BaselineError(f"guardrail {where}: no schema for policies of type {kind.value}")
    blocks = _object(_only(content, "guardduty", where), where, "guardduty")
    enablement = _object(_only(blocks, "enablement", where), where, "enablement")
    if not enablement:
        raise BaselineError(f"guardrail {where}: enablement needs a default or a Region")
    for region, block in enablement.items():
        if region != "default" and not _REGION.fullmatch(region):
            raise BaselineError(f"guardrail {where}: {region!r} is neither default nor a Region")
        _check_block(_object(block, where, region), f"{where}, {region}")


def controls_met(content: Mapping[str, Json]) -> list[str]:
    """Give the Security Hub controls that a checked GuardDuty policy meets in every Region."""
    blocks = cast("dict[str, dict[str, dict[str, object]]]", content["guardduty"])["enablement"]
    default = blocks.get("default", {})
    enabled = {"@@assign": "enabled"}
    return sorted(
        control
        for feature, controls in _FEATURES.items()
        if cast("Mapping[str, object]", default.get(feature, {})).get("status") == enabled
        for control in controls
    )


def _check_block(block: Mapping[str, Json], where: str) -> None:
    """Check the features of one Region or of the default."""
    status: dict[str, str] = {}
    for name, feature in block.items():
        if name not in _FEATURES:
            raise BaselineError(f"guardrail {where}: {name!r} is no feature of GuardDuty")
        settings = dict(_object(feature, where, name))
        agents = _object(settings.pop("additional_configuration", {}), where, name)
        if agents and name != "runtime_monitoring":
            raise BaselineError(f"guardrail {where}: {name} has no additional_configuration")
        status[name] = _status(settings, f"{where}, {name}")
        for agent, setting in agents.items():
            if agent not in _AGENTS:
                raise BaselineError(f"guardrail {where}: {agent!r} is no agent of GuardDuty")
            _status(_object(setting, where, agent), f"{where}, {agent}")
    if "enabled" in status.values() and status.get("foundational") != "enabled":
        raise BaselineError(
            f"guardrail {where}: foundational must be enabled with any other feature"
        )


def _status(feature: Mapping[str, Json], where: str) -> str:
    """Give a feature's status."""
    value = _only(_object(_only(feature, "status", where), where, "status"), "@@assign", where)
    if value not in {"enabled", "disabled"}:
        raise BaselineError(f"guardrail {where}: status must be enabled or disabled, got {value!r}")
    return str(value)


def _only(mapping: Mapping[str, Json], key: str, where: str) -> Json:
    """Give the value of the one key that a mapping may have."""
    if set(mapping) != {key}:
        raise BaselineError(
            f"guardrail {where}: expected the key {key!r} alone, got {sorted(mapping)}"
        )
    return mapping[key]


def _object(value: Json, where: str, name: str) -> Mapping[str, Json]:
    """Give a value that must be an object."""
    if not isinstance(value, Mapping):
        raise BaselineError(f"guardrail {where}: {name} must be an object, got {value!r}")
    return value
