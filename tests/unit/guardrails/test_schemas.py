"""Our schemas of the policies that configure services, against the reference implementation."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from baseline.guardrails.model import PolicyType
from baseline.guardrails.schemas import FOLDER, schema_of, violations
from tests.unit.guardrails.test_service_policies import rendered_with

EVERYTHING: dict[str, Any] = {
    "guardduty": {"regions": {"eu-central-1": {"rds_login_events": False}}},
    "inspector": {"enabled": True},
    "unified_security_hub": {"enabled": True, "network_scanning": True},
    "backup": {"vault": "Vault", "role": "Backup"},
    "tags": {"CostCenter": {"values": ["1*"], "enforced_for": ["ec2:instance"]}},
    "ec2_attributes": {
        "vpc_block_public_access": "block_ingress",
        "vpc_encryption": "attempt_enforce",
        "allowed_images": "audit_mode",
    },
}
POLICIES = {
    PolicyType.EC2: "ec2-account-attributes",
    PolicyType.S3: "s3-public-access-block",
    PolicyType.GUARDDUTY: "guardduty-organization",
    PolicyType.INSPECTOR: "inspector-organization",
    PolicyType.SECURITY_HUB: "security-hub-organization",
    PolicyType.BACKUP: "daily-backup",
    PolicyType.AI_OPT_OUT: "ai-services-opt-out",
    PolicyType.TAG: "tag-spelling",
}
FREE = {"tags", "plans", "rules", "services", "enablement"}
"""Below these the keys are names that the author chooses, such as a plan's or a Region."""


def reference(document: Any, name: str) -> bool:
    """Tell whether jsonschema takes a document for valid."""
    return jsonschema.Draft202012Validator(schema_of(name)).is_valid(document)


def test_every_type_that_configures_a_service_has_a_schema() -> None:
    kinds = {kind.value for kind in PolicyType if not kind.decides}
    assert {path.stem for path in FOLDER.glob("*.json")} == kinds == {k.value for k in POLICIES}


@pytest.mark.parametrize("kind", POLICIES)
def test_the_schema_is_one_and_names_its_source(kind: PolicyType) -> None:
    schema = schema_of(kind.value)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "User Guide" in schema["$comment"]


@pytest.mark.parametrize("kind", POLICIES)
def test_the_catalog_is_valid_for_the_reference_too(kind: PolicyType) -> None:
    document = rendered_with(EVERYTHING, POLICIES[kind])
    assert violations(document, schema_of(kind.value)) == []
    assert reference(document, kind.value)


def broken(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, Any]]:
    """Give documents with one mistake: its kind, its path, the document."""
    value = document
    for key in path:
        value = value[key]
    if not isinstance(value, dict):
        return
    for key in value:
        place = (*path, key)
        yield "misspelt", ".".join((*path, f"x{key}x")), _changed(document, path, key, f"x{key}x")
        yield "a number", ".".join(place), _changed(document, path, key, key, 5.5)
        yield "nothing", ".".join(place), _changed(document, path, key, key, {})
        yield from broken(document, place)


def _changed(document: Any, path: tuple[str, ...], key: str, name: str, value: Any = None) -> Any:
    changed = copy.deepcopy(document)
    place = changed
    for step in path:
        place = place[step]
    old = place.pop(key)
    place[name] = old if value is None else value
    return changed


@pytest.mark.parametrize("kind", POLICIES)
def test_a_mistake_is_refused_with_its_path_as_the_reference_does(kind: PolicyType) -> None:
    document = rendered_with(EVERYTHING, POLICIES[kind])
    schema = schema_of(kind.value)
    for what, path, wrong in broken(document):
        found = violations(wrong, schema)
        assert bool(found) is not reference(wrong, kind.value), (what, path)
        parent = path.rpartition(".")[0]
        if what == "misspelt" and parent.rpartition(".")[2] not in FREE and found:
            assert any(row.path == path for row in found), (path, found)
        if what == "a number":
            assert found, path


def test_a_number_as_text_is_within_its_range() -> None:
    def hops(value: object) -> dict[str, Any]:
        defaults = {"http_put_response_hop_limit": {"@@assign": value}}
        return {"ec2_attributes": {"instance_metadata_defaults": defaults}}

    schema = schema_of(PolicyType.EC2.value)
    assert violations(hops("64"), schema) == []
    assert violations(hops(2), schema) == []
    (found,) = violations(hops("65"), schema)
    assert found.message == "must be from -1 to 64, got '65'"
    assert violations(hops("many"), schema)
    assert violations(hops(True), schema)
