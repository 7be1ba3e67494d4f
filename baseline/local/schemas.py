"""CloudFormation's own resource schemas (the copies that cfn-lint ships), and checks against them."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError, validators

from baseline.errors import BaselineError

_REGION = "us-east-1"
_TRUTH = {"true": True, "false": False}


@functools.cache
def all_types() -> frozenset[str]:
    """Give the names of all resource types that CloudFormation has."""
    return frozenset(_index())


@functools.cache
def _index() -> dict[str, str]:
    """Give the file of each type's schema; cfn-lint itself takes seconds to import."""
    index = json.loads((_folder() / "providers" / f"{_REGION}.json").read_text(encoding="utf-8"))
    return dict(index)


def _folder() -> Path:
    package = find_spec("cfnlint")
    if package is None or package.origin is None:
        raise BaselineError("cfn-lint is not installed; install the extra `local` (make setup)")
    return Path(package.origin).parent / "data" / "schemas"


@functools.cache
def schema_of(resource_type: str) -> dict[str, Any]:
    """Give the JSON schema of a resource type.

    Raises:
        KeyError: CloudFormation has no such type.
    """
    file = _index().get(resource_type)
    if file is None:
        raise KeyError(f"CloudFormation has no resource type {resource_type}")
    text = (_folder() / "resources" / f"{file}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def names(resource_type: str, key: str) -> frozenset[str]:
    """Give the top-level properties that a schema lists under a key.

    Args:
        resource_type: For example ``AWS::S3::Bucket``.
        key: ``readOnlyProperties``, ``createOnlyProperties`` or ``primaryIdentifier``.
    """
    listed = schema_of(resource_type).get(key, [])
    return frozenset(path.removeprefix("/properties/") for path in listed)


def properties_of(resource_type: str) -> frozenset[str]:
    """Give the top-level properties that a template may set."""
    every = frozenset(schema_of(resource_type).get("properties", {}))
    return every - names(resource_type, "readOnlyProperties")


def violations(resource_type: str, properties: Mapping[str, Any]) -> list[str]:
    """Check resolved properties against the type's schema.

    CloudFormation accepts ``"true"`` and ``"30"`` for booleans and numbers; so does this check.

    Returns:
        One sentence per violation, each beginning with the property path; empty when valid.
    """
    schema = schema_of(resource_type)
    value = coerce(schema, dict(properties), schema)
    found = _Validator(schema).iter_errors(value)
    return sorted(f"{_path(error)}: {error.message}" for error in found)


def coerce(schema: Mapping[str, Any], value: object, root: Mapping[str, Any]) -> object:
    """Turn strings into the booleans and numbers that the schema asks for, at any depth."""
    schema = _resolved(schema, root)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {key: coerce(members.get(key, {}), item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [coerce(schema.get("items", {}), item, root) for item in value]
    if isinstance(value, str):
        return _scalar(value, schema.get("type"))
    return str(value) if _wants_text(value, schema.get("type")) else value


def _scalar(value: str, wanted: object) -> object:
    if wanted == "boolean":
        return _TRUTH.get(value.lower(), value)
    try:
        if wanted == "integer":
            return int(value)
        if wanted == "number":
            return float(value)
    except ValueError:
        return value
    return value


def _wants_text(value: object, wanted: object) -> bool:
    return wanted == "string" and isinstance(value, int | float) and not isinstance(value, bool)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    if not reference.startswith("#/"):
        return schema
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {})
    return _resolved(found, root)


def _path(error: ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "(resource)"


def _pattern(_: object, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    """Check a pattern; those written for another regular-expression dialect are left out."""
    if not isinstance(instance, str):
        return
    try:
        matched = re.search(pattern, instance)
    except re.error:
        return
    if not matched:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft7Validator, {"pattern": _pattern}
)
