"""From CloudFormation properties to the arguments of an API operation."""

import json
from collections.abc import Mapping
from typing import Any

from baseline.errors import BaselineError


def arguments(client: Any, method: str, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Shape values like the input of a boto3 method.

    Scalars become what the API wants (templates carry ``"true"`` and ``"30"``), documents become
    JSON text, member names may differ in the case of their first letter (``s3BucketName``).

    Args:
        client: boto3 client.
        method: Its method, for example ``create_detector``.
        values: Properties; None values are left out.

    Raises:
        BaselineError: A value has no member in the API: it could not be applied.
    """
    operation = client.meta.method_to_api_mapping[method]
    shape = client.meta.service_model.operation_model(operation).input_shape
    kept = {name: value for name, value in values.items() if value is not None}
    # An operation without input has no shape.
    return dict(_shaped(shape, kept, operation)) if kept or shape else {}


def _shaped(shape: Any, value: Any, path: str) -> Any:  # noqa: ANN401, PLR0911 - one line per shape
    kind = shape.type_name
    if kind == "structure":
        return {
            name: _shaped(shape.members[name], item, f"{path}.{name}")
            for key, item in value.items()
            for name in [_member(shape, key, path)]
        }
    if kind == "list":
        return [_shaped(shape.member, item, path) for item in value]
    if kind == "map":
        return {key: _shaped(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "string":
        return json.dumps(value) if isinstance(value, dict | list) else _text(value)
    return value


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _member(shape: Any, key: str, path: str) -> str:  # noqa: ANN401 - botocore has no types
    wanted = key.lower()
    for name in shape.members:
        if name == key or name.lower() == wanted:
            return str(name)
    raise BaselineError(f"{path}: {key} is no member of {shape.name}; it would not be applied")
