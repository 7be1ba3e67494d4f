"""Mutants of CloudFormation templates: each loses one protection."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.mutation.documents import texts
from tests.mutation.protections import NARROWED, PROPERTIES, REMOVED, WATCHING, Property

Path = tuple[str | int, ...]
Undo = Callable[[], None]
NOBODY = {"account": ["000000000000"]}
"""An event pattern for events of no account."""

NAMING = (
    "Sid",
    "Id",
    "Key",
    "Name",
    "Field",
    "ServicePrincipal",
    "Service",
    "Type",
    "DnsThreatProtection",
)
NAMES = re.compile(r"(Name|StackSetName|AliasName|SettingId|Description|AlarmDescription)$")
NOISE = re.compile(r"[0-9]{12}|[a-z]{2}-[a-z]+-[0-9]|[0-9A-F]{8}\b|[0-9a-f]{64}")
DOCUMENTS = frozenset({"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "InlinePolicy"})
RESOURCE_POLICIES = frozenset({"PolicyDocument", "KeyPolicy", "Content"})
IDENTITIES = ("AWS::IAM::", "AWS::SSO::")
BY_NAME: dict[str, list[Property]] = {}
for _row in PROPERTIES:
    BY_NAME.setdefault(_row.name, []).append(_row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One protection less.

    Attributes:
        kind: what it protects.
        type: resource type.
        what: place and change, the same wherever a resource of the type has it.
        who: what distinguishes the resource wherever it stands, such as its name; may be empty.
        resource: logical ID.
        path: keys and places in lists, from the resource; empty when the whole resource goes.
        value: what stands there afterwards, or ``REMOVED``.
    """

    kind: str
    type: str
    what: str
    who: str
    resource: str
    path: Path
    value: Any = REMOVED

    @property
    def name(self) -> str:
        """What it is, without its stack."""
        return f"{self.type} {self.what}"


def mutants(template: Mapping[str, Any]) -> Iterator[Mutant]:
    """Give every mutant of a template, but for those inside the bodies of StackSets."""
    for logical_id, resource in template["Resources"].items():
        type_, who = resource["Type"], identity(resource)
        kind = watching(type_)
        if kind:
            yield Mutant(
                kind=kind, type=type_, what="removed", who=who, resource=logical_id, path=()
            )
        for kind, what, path, value in _inside(type_, resource):
            yield Mutant(
                kind=kind,
                type=type_,
                what=what,
                who=who,
                resource=logical_id,
                path=path,
                value=value,
            )


def watching(type_: str) -> str:
    """Give the kind of protection that a whole resource is; empty for none."""
    found = [
        (len(start), kind)
        for kind, starts in WATCHING.items()
        for start in starts
        if type_.startswith(start)
    ]
    return max(found, default=(0, ""))[1]


def identity(resource: Mapping[str, Any]) -> str:
    """Give what distinguishes a resource in any stack: its name, else its description."""
    properties = resource.get("Properties", {})
    found = sorted(
        (key.endswith("Description"), key, value)
        for key, value in properties.items()
        if NAMES.search(key) and isinstance(value, str)
    )
    return NOISE.sub("#", found[0][2]) if found else ""


Found = tuple[str, str, Path, Any]


def _inside(type_: str, resource: Mapping[str, Any]) -> Iterator[Found]:
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.get(key, "Delete") != "Delete":
            yield "lock", f"{key}=Delete", (key,), "Delete"
    properties = resource.get("Properties", {})
    yield from _tags(properties)
    for kind, what, path, value in _properties(type_, properties, (), ""):
        yield kind, what, ("Properties", *path), value
    for kind, what, names, value in texts(type_, properties):
        yield kind, what, ("Properties", *names), value


def _tags(properties: Mapping[str, Any]) -> Iterator[Found]:
    for name in ("Tags", "ResourceTags"):
        tags = properties.get(name)
        rows = enumerate(tags) if isinstance(tags, list) else ()
        for position, tag in rows:
            if isinstance(tag, dict) and tag.get("Key") == "SecurityBaseline":
                path: Path = ("Properties", name, position)
                yield "tag", f"{name}[SecurityBaseline] removed", path, REMOVED
        if isinstance(tags, dict) and "SecurityBaseline" in tags:
            path = ("Properties", name, "SecurityBaseline")
            yield "tag", f"{name}[SecurityBaseline] removed", path, REMOVED


def _properties(type_: str, value: Any, path: Path, label: str) -> Iterator[Found]:
    if isinstance(value, list):
        for position, each in enumerate(value):
            yield from _properties(type_, each, (*path, position), f"{label}{_entry(each)}")
        return
    if not isinstance(value, dict):
        return
    if "Statement" in value:
        yield from _statements(type_, value["Statement"], (*path, "Statement"), label)
        return
    if type_ == "AWS::Organizations::Policy" and label == "Content":
        yield from _declared(value, path, label)
        return
    for key, each in value.items():
        where = f"{label}.{key}" if label else key
        if key in {"Tags", "ResourceTags", "TemplateBody"}:
            continue
        yield from _property(type_, key, each, (*path, key), where)
        if key != "EventPattern":
            yield from _properties(type_, each, (*path, key), where)


def _property(type_: str, key: str, value: Any, path: Path, label: str) -> Iterator[Found]:
    for row in BY_NAME.get(key, ()):
        if row.types and not type_.startswith(row.types):
            continue
        for weaker in row.weaker:
            if weaker != value:
                shown = "removed" if weaker is REMOVED else f"= {weaker}"
                yield row.kind, f"{label} {shown}", path, weaker
        if row.entries and isinstance(value, list) and (len(value) > 1 or not row.weaker):
            for position, each in enumerate(value):
                yield row.kind, f"{label}{_entry(each)} removed", (*path, position), REMOVED


def _statements(type_: str, statements: Any, path: Path, label: str) -> Iterator[Found]:
    identity_policy = type_.startswith(IDENTITIES) and "AssumeRole" not in label
    kind = "guardrail" if type_ == "AWS::Organizations::Policy" else "statement"
    rows = enumerate(statements) if isinstance(statements, list) else [(None, statements)]
    for position, row in rows:
        if not isinstance(row, dict) or "Effect" not in row:
            continue
        here: Path = path if position is None else (*path, position)
        place = f"{label}[{_sid(row)}]"
        denies = row["Effect"] == "Deny"
        if denies or _delivers(row):
            yield kind, f"{place} removed", here, REMOVED
        if not denies and "Principal" in row and row["Principal"] not in ("*", {"AWS": "*"}):
            yield "principal", f"{place}.Principal = *", (*here, "Principal"), {"AWS": "*"}
        if identity_policy and not denies and row.get("Resource") != "*" and "Resource" in row:
            yield "resource", f"{place}.Resource = *", (*here, "Resource"), "*"
        for operator, keys in row.get("Condition", {}).items():
            for key in keys if isinstance(keys, dict) else ():
                only = len(keys) == 1
                removed: Path = ("Condition", operator) if only else ("Condition", operator, key)
                yield "condition", f"{place} {operator} {key} removed", (*here, *removed), REMOVED


def _delivers(statement: Mapping[str, Any]) -> bool:
    """Tell whether a service writes by a statement, or a key is managed by it."""
    principal, actions = statement.get("Principal"), statement.get("Action")
    service = isinstance(principal, dict) and "Service" in principal
    return actions != "sts:AssumeRole" and (service or actions == "kms:*")


def _declared(value: Any, path: Path, label: str) -> Iterator[Found]:
    """Take away each setting of a declarative policy, the settings that children may not change too."""
    for key, each in value.items():
        where = f"{label}.{key}"
        if not isinstance(each, dict) or any(inner.startswith("@@") for inner in each):
            yield "guardrail", f"{where} removed", (*path, key), REMOVED
        if isinstance(each, dict):
            yield from _declared(each, (*path, key), where)


def _sid(statement: Mapping[str, Any]) -> str:
    if "Sid" in statement:
        return NOISE.sub("#", str(statement["Sid"]))
    action = statement.get("Action", statement.get("NotAction", ""))
    return str(action[0] if isinstance(action, list) and action else action)


def _entry(value: Any) -> str:
    if isinstance(value, dict):
        name = next((value[key] for key in NAMING if isinstance(value.get(key), str)), "")
        return f"[{NOISE.sub('#', name)}]"
    return f"[{NOISE.sub('#', value)}]" if isinstance(value, str) else "[]"


def apply(resources: dict[str, Any], mutant: Mutant, *, empty: bool = False) -> Undo:
    """Change the resources of a template in place and give what takes the change back.

    Args:
        resources: of the template, by logical ID.
        mutant: of these resources.
        empty: empties what is removed as well, for those who hold it already.
    """
    return _change(resources, (mutant.resource, *mutant.path), mutant.value, empty=empty)


def _change(container: Any, path: Path, value: Any, *, empty: bool) -> Undo:
    for step in path[:-1]:
        container = container[step]
    key = path[-1]
    if value is NARROWED:
        return _replace(container, key, {**_read(container[key]), **NOBODY})
    if value is not REMOVED:
        return _replace(container, key, value)
    kept, old = container.copy(), container[key]
    del container[key]
    emptied = _emptied(old) if empty else None

    def undo() -> None:
        if emptied:
            emptied()
        container.clear()
        if isinstance(container, dict):
            container.update(kept)
        else:
            container.extend(kept)

    return undo


def _read(pattern: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pattern) if isinstance(pattern, str) else pattern
    return found


def _replace(container: Any, key: str | int, value: Any) -> Undo:
    old = container[key]
    container[key] = value

    def undo() -> None:
        container[key] = old

    return undo


def _emptied(value: Any) -> Undo | None:
    """Empty what is removed, all that stands in it too: a fixture may hold any part."""
    if not isinstance(value, dict | list):
        return None
    inner = [_emptied(each) for each in (value.values() if isinstance(value, dict) else value)]
    kept = value.copy()
    value.clear()

    def undo() -> None:
        if isinstance(value, dict):
            value.update(kept)
        else:
            value.extend(kept)
        for each in inner:
            if each:
                each()

    return undo
