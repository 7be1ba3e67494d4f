"""Checks the organization policies that configure a service, and says which controls they meet.

What a schema can say stands in ``data/schemas``; what it cannot say, because it concerns two keys
at once, stands here.

Source: Organizations User Guide, "Amazon GuardDuty policy syntax and examples", "Backup policy
syntax and examples", "Tag policy syntax and examples"; Security Hub User Guide, "Security Hub CSPM
controls for Amazon GuardDuty", "... Amazon EC2", "... Amazon S3".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic import JsonValue as Json

from baseline.errors import BaselineError
from baseline.guardrails.model import PolicyType
from baseline.guardrails.schemas import Violation, schema_of, violations

COLD_STORAGE_DAYS = 90
"""A backup that moves to cold storage stays there at least this long."""

_GUARDDUTY: Mapping[str, tuple[str, ...]] = {
    "foundational": ("GuardDuty.1",),
    "s3_data_events": ("GuardDuty.10",),
    "eks_audit_logs": ("GuardDuty.5",),
    "ebs_malware_protection": ("GuardDuty.8",),
    "rds_login_events": ("GuardDuty.9",),
    "lambda_network_logs": ("GuardDuty.6",),
    "runtime_monitoring": ("GuardDuty.7", "GuardDuty.11", "GuardDuty.12", "GuardDuty.13"),
}
"""Feature to the Security Hub controls that ask for it, with all agents for runtime monitoring."""


def check_content(kind: PolicyType, content: Mapping[str, Json], *, where: str) -> None:
    """Check the document of a policy that configures a service.

    Args:
        kind: Policy type.
        content: The document, without placeholders.
        where: The guardrail, for messages.

    Raises:
        BaselineError: Keys or values that the service does not know, all of them, each with its
            path; or a type without schema.
    """
    try:
        schema = schema_of(kind.value)
    except KeyError:
        raise BaselineError(
            f"guardrail {where}: no schema for policies of type {kind.value}"
        ) from None
    found = violations(dict(content), schema)
    if not found:
        found = list(_RULES.get(kind, _nothing)(content))
    if found:
        raise BaselineError("\n".join(f"guardrail {where}: {row}" for row in found))


def controls_met(content: Mapping[str, Json]) -> list[str]:
    """Give the Security Hub controls that a checked policy meets in every account and Region."""
    document = cast("Mapping[str, Any]", content)
    met = [*_guardduty_controls(document), *_ec2_controls(document), *_s3_controls(document)]
    return sorted(met)


def _guardduty_controls(document: Mapping[str, Any]) -> Iterator[str]:
    """Give the controls of the features that every Region enables: a Region's block replaces all."""
    blocks = list(document.get("guardduty", {}).get("enablement", {}).values())
    everywhere = "default" in document.get("guardduty", {}).get("enablement", {})
    for feature, controls in _GUARDDUTY.items():
        if everywhere and all(_on(block.get(feature)) for block in blocks):
            yield from controls


def _ec2_controls(document: Mapping[str, Any]) -> Iterator[str]:
    """Give the controls of EC2's account attributes."""
    attributes = document.get("ec2_attributes", {})
    snapshots = attributes.get("snapshot_block_public_access", {}).get("state", {})
    if snapshots.get("@@assign") == "block_all_sharing":
        yield "EC2.182"


def _s3_controls(document: Mapping[str, Any]) -> Iterator[str]:
    """Give the controls of S3's block of public access."""
    block = document.get("s3_attributes", {}).get("public_access_block_configuration", {})
    if block.get("@@assign") == "all":
        yield "S3.1"


def _on(feature: Mapping[str, Any] | None) -> bool:
    """Tell whether a GuardDuty feature is enabled."""
    return feature is not None and feature["status"] == {"@@assign": "enabled"}


def _guardduty(content: Mapping[str, Any]) -> Iterator[Violation]:
    """Any feature needs the foundational one in the same block."""
    for region, block in content["guardduty"]["enablement"].items():
        if region.startswith("@@"):
            continue
        features = {name: row for name, row in block.items() if not name.startswith("@@")}
        if any(map(_on, features.values())) and not _on(features.get("foundational")):
            yield Violation(
                f"guardduty.enablement.{region}.foundational",
                "foundational must be enabled with any other feature",
            )


def _backup(content: Mapping[str, Any]) -> Iterator[Violation]:
    """A backup stays in cold storage as long as it must; a selection is by tags or by resources."""
    for plan_name, plan in content["plans"].items():
        if plan_name.startswith("@@"):
            continue
        for path, lifecycle in _lifecycles(plan["rules"], f"plans.{plan_name}.rules"):
            cold = _days(lifecycle, "move_to_cold_storage_after_days")
            end = _days(lifecycle, "delete_after_days")
            if cold is not None and end is not None and end < cold + COLD_STORAGE_DAYS:
                yield Violation(
                    f"{path}.delete_after_days",
                    f"must be {COLD_STORAGE_DAYS} days after the move to cold storage, so at "
                    f"least {cold + COLD_STORAGE_DAYS}, got {end}",
                )
        if {"tags", "resources"} <= set(plan["selections"]):
            yield Violation(f"plans.{plan_name}.selections", "has tags and resources; keep one")


def _lifecycles(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
    """Give every lifecycle below a value, with its path."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name == "lifecycle":
                yield f"{path}.lifecycle", item
            else:
                yield from _lifecycles(item, f"{path}.{name}")


def _days(lifecycle: Mapping[str, Any], key: str) -> int | None:
    """Give a number of days of a lifecycle."""
    return int(lifecycle[key]["@@assign"]) if key in lifecycle else None


def _tags(content: Mapping[str, Any]) -> Iterator[Violation]:
    """The name of an entry is its tag key, in any case."""
    for name, entry in content["tags"].items():
        key = entry.get("tag_key", {}).get("@@assign", name) if name[:2] != "@@" else name
        if key.lower() != name.lower():
            yield Violation(f"tags.{name}.tag_key", f"must be {name!r} in any case, got {key!r}")


def _nothing(_content: Mapping[str, Any]) -> Iterator[Violation]:
    """Find nothing: the schema says all there is to say."""
    yield from ()


_RULES: Mapping[PolicyType, Callable[[Mapping[str, Any]], Iterator[Violation]]] = {
    PolicyType.GUARDDUTY: _guardduty,
    PolicyType.BACKUP: _backup,
    PolicyType.TAG: _tags,
}
