"""Ways to break a guardrail, each of which a proof has to notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, cast

from baseline.guardrails.model import RoleClass
from baseline.guardrails.patterns import compile_globs
from baseline.guardrails.rendering import Statement
from baseline.guardrails.roles import Roles

ANYBODY = "arn:*:*:*:*:*"

Mutant = tuple[str, list[Statement]]


def mutants(statements: Sequence[Statement], roles: Roles | None = None) -> Iterator[Mutant]:
    """Give every mutant: what was changed, and the statements.

    With roles, each exemption is also loosened by every class that it leaves out.
    """
    for position, statement in enumerate(statements):
        sid = str(statement["Sid"])
        rest = [row for other, row in enumerate(statements) if other != position]
        yield f"{sid}: removed", rest
        for what, changed in _changed(statement):
            yield f"{sid}: {what}", [*rest, changed]
        for what, changed in _with_classes(statement, roles) if roles else ():
            yield f"{sid}: {what}", [*rest, changed]


def _changed(statement: Statement) -> Iterator[tuple[str, Statement]]:
    """Give the ways to change one statement."""
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        yield from _without_entries(statement, (element,))
    condition = cast("dict[str, dict[str, Any]]", statement.get("Condition", {}))
    for operator, keys in condition.items():
        for key in keys:
            path = ("Condition", operator, key)
            changed = copy.deepcopy(statement)
            del cast("Any", changed)["Condition"][operator][key]
            yield f"without {operator} {key}", changed
            yield from _without_entries(statement, path)
            if operator == "ArnNotLike":
                yield from _loosened(statement, path)


def _without_entries(
    statement: Statement, path: tuple[str, ...]
) -> Iterator[tuple[str, Statement]]:
    """Leave out each entry of a list that has several."""
    entries = _at(statement, path)
    if not isinstance(entries, list) or len(entries) == 1:
        return
    for entry in entries:
        yield (
            f"{'.'.join(path)} without {entry}",
            _with(statement, path, [other for other in entries if other != entry]),
        )


def _loosened(statement: Statement, path: tuple[str, ...]) -> Iterator[tuple[str, Statement]]:
    """Loosen each exemption: anybody, any path, any suffix, any account."""
    entries = cast("list[str]", _at(statement, path))
    for entry in entries:
        head, _, name = entry.partition(":role/")
        account = head.rpartition(":")[2]
        looser = [ANYBODY, f"{head}:role/*{name}"]
        looser += [] if name.endswith("*") else [f"{entry}*"]
        if account != "*":
            looser.append(f"arn:aws:iam::*:role/{name.replace(account, '*')}")
        for pattern in looser:
            kept = [pattern if other == entry else other for other in entries]
            yield f"{entry} loosened to {pattern}", _with(statement, path, kept)


def _with_classes(statement: Statement, roles: Roles) -> Iterator[tuple[str, Statement]]:
    """Exempt one more class of roles."""
    path = ("Condition", "ArnNotLike", "aws:PrincipalArn")
    entries = _at(statement, path)
    if not isinstance(entries, list):
        return
    exempt = compile_globs(entries)
    for role_class in RoleClass:
        patterns = roles.patterns(role_class)
        if not all(exempt(pattern.replace("*", "x")) for pattern in patterns):
            yield (
                f"exempts {role_class.value} too",
                _with(statement, path, [*entries, *patterns]),
            )


def _at(statement: Statement, path: tuple[str, ...]) -> object:
    """Give what stands at a path."""
    value: Any = statement
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _with(statement: Statement, path: tuple[str, ...], value: object) -> Statement:
    """Give a copy with another value at a path."""
    changed = copy.deepcopy(statement)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed
