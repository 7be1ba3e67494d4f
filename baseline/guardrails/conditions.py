"""The Condition element: compiled to one function of a request's condition keys.

A key that the request does not have makes a positive operator false, a negated one true, and any
with ``IfExists`` true. An operator, key or value that is not known is refused (``PolicyError``).

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple
context keys or values", "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from baseline.guardrails.facts import is_condition_key
from baseline.guardrails.operators import OPERATORS, Operator, Test
from baseline.guardrails.patterns import Context, PolicyError, variables

Clause = Callable[[Context], bool]

_NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")


def compile_condition(block: Mapping[str, Mapping[str, object]], *, where: str) -> list[Clause]:
    """Give the clauses of a Condition element; a request matches when all of them are true.

    Args:
        block: Operator to key to value or values.
        where: The policy and statement, for messages.

    Raises:
        PolicyError: An unknown operator or key, or a value that the operator cannot compare.
    """
    return [
        _clause(name, key, _values(raw, where=f"{where}, {name} {key}"), where=where)
        for name, keys in block.items()
        for key, raw in keys.items()
    ]


def _clause(name: str, key: str, values: tuple[str, ...], *, where: str) -> Clause:
    """Give the function of one operator and key."""
    matched = _NAME.fullmatch(name)
    quantifier, base, if_exists = matched.groups() if matched else (None, name, None)
    _check_keys((key, *(used for value in values for used in variables(value))), where=where)
    if base == "Null" and not quantifier and not if_exists:
        return _null(key.lower(), values, where=where)
    operator = OPERATORS.get(base)
    if operator is None:
        raise PolicyError(f"{where}: {name!r} is not a condition operator")
    try:
        test = operator.compile(values)
    except ValueError as error:
        raise PolicyError(f"{where}, {name} {key}: {error}") from error
    combine = {"ForAllValues": _for_all, "ForAnyValue": _for_any, None: _single}[quantifier]
    return combine(key.lower(), operator, test, bool(if_exists))


def _single(key: str, operator: Operator, test: Test, if_exists: bool) -> Clause:
    """Compare a key; with several values one match is a match, and negation turns that round."""
    negated = operator.negated
    when_absent = negated or if_exists

    def clause(context: Context) -> bool:
        values = context.get(key)
        if not values:
            return when_absent
        for value in values:
            if test(value, context):
                return not negated
        return negated

    return clause


def _for_all(key: str, operator: Operator, test: Test, _if_exists: bool) -> Clause:
    """Every value of the request has to pass: true for a key that the request does not have."""
    negated = operator.negated

    def clause(context: Context) -> bool:
        return all(test(value, context) != negated for value in context.get(key, ()))

    return clause


def _for_any(key: str, operator: Operator, test: Test, if_exists: bool) -> Clause:
    """At least one value of the request has to pass: false for a key that it does not have."""
    negated = operator.negated

    def clause(context: Context) -> bool:
        values = context.get(key)
        if not values:
            return if_exists
        return any(test(value, context) != negated for value in values)

    return clause


def _null(key: str, values: tuple[str, ...], *, where: str) -> Clause:
    """``Null: true`` asks that the key is absent, ``Null: false`` that it is there."""
    wanted = {value.lower() for value in values}
    if not wanted <= {"true", "false"} or len(wanted) != 1:
        raise PolicyError(f"{where}, Null {key}: expected true or false, got {sorted(wanted)}")
    absent = wanted == {"true"}
    return lambda context: (not context.get(key)) is absent


def _check_keys(keys: Sequence[str], *, where: str) -> None:
    """Refuse a key that AWS does not define: a typing error would void the statement."""
    for key in keys:
        if not is_condition_key(key):
            raise PolicyError(f"{where}: {key!r} is not a condition key of any AWS service")


def _values(raw: object, *, where: str) -> tuple[str, ...]:
    """Give a condition's values as text; JSON booleans and numbers are allowed."""
    values = raw if isinstance(raw, list | tuple) else [raw]
    for value in values:
        if not isinstance(value, str | bool | int | float):
            raise PolicyError(f"{where}: {value!r} is not a string, boolean or number")
    if not values:
        raise PolicyError(f"{where}: no value to compare with")
    return tuple(as_text(value) for value in values)


def as_text(value: object) -> str:
    """Give a JSON scalar as the policy language writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
