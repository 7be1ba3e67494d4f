"""Values of templates made comparable: functions as text, JSON in strings read, noise left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

ASSET = re.compile(r"\b[0-9a-f]{64}\b")
FUNCTION = re.compile(r"Fn::\w+|Ref")
NOTHING = {"Ref": "AWS::NoValue"}
MAXIMUM_DEPTH = 100

Path = tuple[str, ...]


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """Give a value without noise: asset hashes hidden, functions as text, JSON text as what it says.

    Both ways of ``Fn::If`` count: they stand beside each other in a list.
    """
    if isinstance(value, dict):
        if _is_choice(value):
            return [plain(each) for each in value["Fn::If"][1:] if each != NOTHING]
        if len(value) == 1 and FUNCTION.fullmatch(next(iter(value))):
            return _read(text(value))
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(_flat(value))
    return _read(ASSET.sub("<asset>", value)) if isinstance(value, str) else value


def _is_choice(value: Any) -> bool:  # noqa: ANN401
    return (
        isinstance(value, dict) and set(value) == {"Fn::If"} and isinstance(value["Fn::If"], list)
    )


def _flat(values: list[Any]) -> Iterator[Any]:
    for each in values:
        found = plain(each)
        if _is_choice(each):
            yield from found
        else:
            yield found


def _read(written: str) -> Any:  # noqa: ANN401
    """Read a string that holds JSON, such as a policy or a StackSet's parameter."""
    if written[:1] not in {"{", "["} or written[-1:] not in {"}", "]"}:
        return written
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return written
    return plain(found) if isinstance(found, dict | list) else written


def written(body: str) -> Any:  # noqa: ANN401
    """Read a text that holds YAML; its lines where it holds none, or short forms of functions."""
    try:
        return yaml.safe_load(body)
    except (yaml.YAMLError, RecursionError):
        return body.splitlines()


def text(value: Any) -> str:  # noqa: ANN401
    """Give a value as text; what is known at deployment only stands as ``${…}``."""
    if isinstance(value, str):
        return ASSET.sub("<asset>", value)
    if not isinstance(value, dict) or len(value) != 1:
        return json.dumps(value, sort_keys=True)
    return _function(*next(iter(value.items())))


def _function(name: str, inner: Any) -> str:  # noqa: ANN401
    """Give a function as text, with what it is given as far as that is written."""
    match name, inner:
        case "Ref", str():
            return f"${{{inner}}}"
        case "Fn::GetAtt", list():
            return f"${{{'.'.join(text(part) for part in inner)}}}"
        case "Fn::Sub", str() | [str(), *_]:
            return text(inner if isinstance(inner, str) else inner[0])
        case "Fn::Join", [str() as separator, list() as parts]:
            return separator.join(text(part) for part in parts)
        case "Fn::GetStackOutput", {"StackName": stack, "OutputName": output}:
            return f"${{{text(stack)}.{text(output)}}}"
    return f"${{{name} {json.dumps(inner, sort_keys=True)}}}"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401
    """Give every plain value with its path; places in a list are no part of it, so order is none."""
    if len(path) > MAXIMUM_DEPTH:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, path)
    else:
        yield path, value


def as_list(value: Any) -> list[Any]:  # noqa: ANN401
    """Give a list, of one where the value is none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def canonical(value: Any) -> str:  # noqa: ANN401
    """Give a value as text that does not depend on the order of lists and keys."""
    if isinstance(value, list):
        return f"[{','.join(sorted(canonical(each) for each in value))}]"
    if isinstance(value, dict):
        rows = (f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value))
        return f"{{{','.join(rows)}}}"
    return json.dumps(value)
