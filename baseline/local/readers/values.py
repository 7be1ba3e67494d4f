"""Values of templates and of API answers in one shape, so that equal settings compare equal."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

ABSENT = "(not there)"
"""What a reader finds where the API says that nothing is there."""


def same(expected: object, found: object) -> bool:
    """Whether two values mean the same: order in lists and the spelling of scalars do not count."""
    return bool(canonical(expected) == canonical(found))


def canonical(value: object) -> Any:  # noqa: ANN401 JSON of any shape
    """Give a value with sorted lists, and scalars as text (templates write ``"true"`` and ``true``)."""
    if isinstance(value, Mapping):
        return {str(key): canonical(each) for key, each in sorted(value.items())}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted((canonical(each) for each in value), key=_text)
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def policy(document: object) -> Any:  # noqa: ANN401 JSON of any shape
    """Give a policy document as a comparable value.

    Takes text (also URL-encoded, as IAM answers) or a mapping. One-element lists count as their
    element and an account's root ARN as its ID, because AWS stores both spellings as the same.
    """
    if document is None or document == ABSENT:
        return ABSENT
    if isinstance(document, str):
        text = document if document.lstrip().startswith("{") else unquote(document)
        document = json.loads(text)
    return _policy_part(document)


def _policy_part(value: object) -> Any:  # noqa: ANN401 as above
    if isinstance(value, Mapping):
        return {key: _policy_part(each) for key, each in value.items()}
    if isinstance(value, list):
        parts = [_policy_part(each) for each in value]
        return parts[0] if len(parts) == 1 else parts
    if isinstance(value, str) and value.startswith("arn:") and value.endswith(":root"):
        return value.split(":")[4]
    return canonical(value)


def tail(arn_or_id: object) -> str:
    """Give the last part of an ARN or a path: the identifier in it."""
    return str(arn_or_id).rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def first(items: Iterable[Mapping[str, Any]], **wanted: object) -> Mapping[str, Any]:
    """Give the first item whose members are as wanted, an empty mapping if there is none."""
    for item in items:
        if all(same(value, item.get(name)) for name, value in wanted.items()):
            return item
    return {}


def attempt(call: Callable[..., Any], *absent: str, **arguments: object) -> Any:  # noqa: ANN401 API answer
    """Call an API; give ``ABSENT`` when it answers with one of the error codes ``absent``."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in absent:
            return ABSENT
        raise


def lower_first(value: object) -> Any:  # noqa: ANN401 JSON of any shape
    """Give a value whose keys start in lower case, as the APIs of Config and GuardDuty write them."""
    if isinstance(value, Mapping):
        return {f"{key[:1].lower()}{key[1:]}": lower_first(each) for key, each in value.items()}
    if isinstance(value, list):
        return [lower_first(each) for each in value]
    return value


def subset(found: object, expected: object) -> Any:  # noqa: ANN401 JSON of any shape
    """Give of an API answer what the template names: services add members of their own.

    Only mappings are narrowed. A list keeps its length, so an element too many stays visible; its
    elements are narrowed where both lists are equally long.
    """
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        return {key: subset(found.get(key), each) for key, each in expected.items()}
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [subset(one, other) for one, other in zip(found, expected, strict=True)]
    return found


def by_key(items: object, key: str = "Key", value: str = "Value") -> dict[str, Any]:
    """Give a list of pairs as a mapping."""
    return {each[key]: each.get(value) for each in items or ()} if isinstance(items, list) else {}
