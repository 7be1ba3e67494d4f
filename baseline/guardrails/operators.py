"""The condition operators: how one value of a request compares with the values of a policy.

Each operator is a row of ``OPERATORS``: a compiler from the policy's values to a test of one
request value, and whether the operator is the negation of that test. A request value that an
operator cannot read (a word where a number belongs) matches nothing.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import ipaddress
import operator as compare
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from baseline.guardrails.patterns import (
    NOTHING,
    Context,
    PolicyError,
    arn_expression,
    compile_expression,
    glob_expression,
    has_variables,
    lazily,
    literal,
    resolve,
)

Test = Callable[[str, Context], bool]
Value = TypeVar("Value")


class Operator(NamedTuple):
    """A condition operator: ``compile`` makes the test, ``negated`` turns its result round."""

    compile: Callable[[tuple[str, ...]], Test]
    negated: bool = False


def _text(
    values: tuple[str, ...], *, expression: Callable[[str], str], ignore_case: bool = False
) -> Test:
    """Compare text with the regular expressions that the policy's values stand for."""
    static = sorted({expression(value) for value in values if not has_variables(value)})
    fixed = lazily("|".join(static) if static else NOTHING, ignore_case=ignore_case)
    templates = [value for value in values if has_variables(value)]
    if not templates:
        known: Callable[[str], bool] = lru_cache(maxsize=1024)(
            lambda value: fixed(value) is not None
        )
        return lambda value, _context: known(value)

    def test(value: str, context: Context) -> bool:
        if fixed(value):
            return True
        filled = (resolve(template, context) for template in templates)
        return any(
            text is not None
            and compile_expression(expression(text), ignore_case=ignore_case)(value)
            for text in filled
        )

    return test


def _equal(value: str) -> str:
    """Give the expression of exactly this text."""
    return re.escape(literal(value))


def _arns(values: tuple[str, ...]) -> Test:
    """Compare ARNs part by part."""
    for value in values:
        if not value.startswith("${"):
            arn_expression(re.sub(r"\$\{[^}]*\}", "x", value))
    return _text(values, expression=_arn)


def _arn(value: str) -> str:
    """Give the expression of an ARN pattern; a variable that filled in no ARN matches nothing."""
    try:
        return arn_expression(value)
    except PolicyError:
        return NOTHING


def _read(reader: Callable[[str], Value], value: str) -> Value | None:
    """Read a request's value, ``None`` when it is not of the operator's type."""
    try:
        return reader(value)
    except ValueError:
        return None


def _ordered(
    values: tuple[str, ...],
    *,
    reader: Callable[[str], float],
    holds: Callable[[float, float], bool],
) -> Test:
    """Compare numbers or points in time with each value of the policy."""
    limits = [reader(value) for value in values]

    def test(value: str, _context: Context) -> bool:
        number = _read(reader, value)
        return number is not None and any(holds(number, limit) for limit in limits)

    return test


def _moment(value: str) -> float:
    """Read a date: ISO 8601 (UTC unless it says otherwise) or seconds since 1970."""
    if re.fullmatch(r"\d+(\.\d+)?", value) and len(value) > len("2026"):
        return float(value)
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _boolean(values: tuple[str, ...]) -> Test:
    """Compare truth values, which AWS writes as the words true and false."""
    wanted = {value.lower() for value in values}
    if not wanted <= {"true", "false"}:
        raise PolicyError(f"expected true or false, got {sorted(wanted)}")
    return lambda value, _context: value.lower() in wanted


def _addresses(values: tuple[str, ...]) -> Test:
    """Compare an address with networks, IPv4 or IPv6."""
    networks = [ipaddress.ip_network(value, strict=False) for value in values]

    def test(value: str, _context: Context) -> bool:
        address = _read(ipaddress.ip_address, value)
        return address is not None and any(address in network for network in networks)

    return test


def _binary(values: tuple[str, ...]) -> Test:
    """Compare bytes, written as base64."""
    wanted = {base64.b64decode(value, validate=True) for value in values}
    decode = partial(base64.b64decode, validate=True)
    return lambda value, _context: _read(decode, value) in wanted


def _scale(name: str, reader: Callable[[str], float]) -> dict[str, Operator]:
    """Give the six operators of an ordered type."""
    rows = {
        "Equals": compare.eq,
        "LessThan": compare.lt,
        "LessThanEquals": compare.le,
        "GreaterThan": compare.gt,
        "GreaterThanEquals": compare.ge,
    }
    operators = {
        f"{name}{suffix}": Operator(partial(_ordered, reader=reader, holds=holds))
        for suffix, holds in rows.items()
    }
    negation = Operator(partial(_ordered, reader=reader, holds=compare.eq), negated=True)
    return operators | {f"{name}NotEquals": negation}


_EXACT = partial(_text, expression=_equal)
_EXACT_ANY_CASE = partial(_text, expression=_equal, ignore_case=True)
_LIKE = partial(_text, expression=glob_expression)

OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_EXACT),
    "StringNotEquals": Operator(_EXACT, negated=True),
    "StringEqualsIgnoreCase": Operator(_EXACT_ANY_CASE),
    "StringNotEqualsIgnoreCase": Operator(_EXACT_ANY_CASE, negated=True),
    "StringLike": Operator(_LIKE),
    "StringNotLike": Operator(_LIKE, negated=True),
    "ArnEquals": Operator(_arns),
    "ArnNotEquals": Operator(_arns, negated=True),
    "ArnLike": Operator(_arns),
    "ArnNotLike": Operator(_arns, negated=True),
    "Bool": Operator(_boolean),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_addresses),
    "NotIpAddress": Operator(_addresses, negated=True),
    **_scale("Numeric", float),
    **_scale("Date", _moment),
}
