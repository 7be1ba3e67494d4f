"""The generic provisioner: checks a resource against its schema, records it, creates nothing."""

import hashlib
from collections.abc import Mapping
from typing import Any

from baseline.errors import BaselineError
from baseline.local import coverage, emulators, schemas

REASON = "no emulator has this resource type: checked against its schema and recorded"


def handler(resource_type: str) -> dict[str, Any]:
    """Give the handler of a type that nothing emulates, for ministack's engine."""

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, Any]:
        return record(resource_type, logical_id, properties, stack)

    def update(
        _: str, __: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, Any]:
        return record(resource_type, logical_id, new, stack)

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": lambda physical_id, properties: None,  # noqa: ARG005 - nothing was created
    }


def record(
    resource_type: str, logical_id: str, properties: Mapping[str, Any], stack: str
) -> tuple[str, dict[str, Any]]:
    """Check and record a resource.

    Returns:
        Physical ID and attributes, plausible and stable, so that ``Ref`` and ``GetAtt`` resolve.

    Raises:
        BaselineError: The properties violate the schema; names every property path.
    """
    problems = schemas.violations(resource_type, properties)
    if problems:
        raise BaselineError(f"{resource_type}: {'; '.join(problems)}")
    account, region = emulators.scope()
    coverage.note(
        coverage.Entry(
            account=account,
            region=region,
            stack=stack,
            logical_id=logical_id,
            type=resource_type,
            declared_only=(coverage.WHOLE_RESOURCE,),
            reason=REASON,
        )
    )
    seed = hashlib.sha256(f"{account}/{region}/{stack}/{logical_id}".encode()).hexdigest()
    values = _values(resource_type, properties, seed)
    return "|".join(_identifier(resource_type, properties, values)), values


def _values(resource_type: str, properties: Mapping[str, Any], seed: str) -> dict[str, Any]:
    """Make a value for each attribute that the schema says AWS returns."""
    attributes: dict[str, Any] = dict(properties)
    members = schemas.schema_of(resource_type).get("properties", {})
    for path in schemas.names(resource_type, "readOnlyProperties"):
        kind = members.get(path, {}).get("type", "string") if "/" not in path else "string"
        attributes[path.replace("/", ".")] = _value(resource_type, path, kind, seed)
    return attributes


def _value(resource_type: str, name: str, kind: object, seed: str) -> object:
    if kind == "boolean":
        return False
    if kind in ("integer", "number"):
        return 0
    if kind == "array":
        return []
    if name.lower().endswith("arn"):
        account, region = emulators.scope()
        _, service, resource = resource_type.lower().split("::")
        return f"arn:aws:{service}:{region}:{account}:{resource}/{seed[:17]}"
    return seed[:17]


def _identifier(
    resource_type: str, properties: Mapping[str, Any], values: Mapping[str, Any]
) -> list[str]:
    keys = [
        path.removeprefix("/properties/")
        for path in schemas.schema_of(resource_type).get("primaryIdentifier", [])
    ]
    found = [str(properties.get(key) or values.get(key) or "") for key in keys]
    return [part for part in found if part] or [str(values.get("Id", resource_type))]
