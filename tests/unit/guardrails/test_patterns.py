"""Wildcards and variables: against a matcher so simple that it is seen to be right."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.guardrails.patterns import (
    PolicyError,
    arn_expression,
    compile_expression,
    compile_globs,
    glob_expression,
    has_variables,
    literal,
    resolve,
)

LETTERS = st.text(alphabet="ab:/.*?$", max_size=8)
PLAIN = st.text(alphabet="ab:/.$", max_size=8)


def matches(pattern: str, text: str) -> bool:
    """Match by the definition: the first character decides, the rest follows."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return matches(pattern[1:], text) or (bool(text) and matches(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and matches(pattern[1:], text[1:])


@given(pattern=st.text(alphabet="ab:/.*?", max_size=8), text=LETTERS)
def test_a_pattern_matches_by_the_definition(pattern: str, text: str) -> None:
    assert bool(compile_globs([pattern])(text)) is matches(pattern, text)


@given(text=LETTERS)
def test_an_escaped_text_matches_only_itself(text: str) -> None:
    escaped = re.sub(r"[*?$]", r"${\g<0>}", text)
    match = compile_globs([escaped])
    assert match(text)
    assert not match(text + "a")
    assert literal(escaped) == text


@given(value=LETTERS)
def test_a_variable_stands_for_text_not_for_a_pattern(value: str) -> None:
    filled = resolve("x/${aws:PrincipalTag/team}", {"aws:principaltag/team": (value,)})
    assert filled is not None
    match = compile_globs([filled])
    assert match(f"x/{value}")
    assert not match(f"x/{value}z")


@given(patterns=st.lists(LETTERS, max_size=4), text=PLAIN)
def test_several_patterns_are_the_union(patterns: list[str], text: str) -> None:
    union = bool(compile_globs(patterns)(text))
    assert union is any(compile_globs([pattern])(text) for pattern in patterns)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${aws:username}", "anna"),
        ("${aws:UserName, 'nobody'}", "anna"),
        ("${aws:userid, 'nobody'}", "nobody"),
        ("${aws:userid}", None),
        ("${aws:tagkeys}", None),
        ("${*}", "${*}"),
    ],
)
def test_variables_have_defaults_and_one_value(value: str, expected: str | None) -> None:
    assert resolve(value, {"aws:username": ("anna",), "aws:tagkeys": ("a", "b")}) == expected


def test_escapes_are_no_variables() -> None:
    assert not has_variables("a${*}b${?}c${$}")


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::111111111111:role/secbase-deploy", True),
        ("arn:aws:iam::111111111111:role/x:secbase-deploy", True),
        ("arn:aws:iam::1:2:role/secbase-deploy", False),
        ("secbase-deploy", False),
    ],
)
def test_a_wildcard_stays_within_its_part_of_an_arn(arn: str, expected: bool) -> None:
    expression = arn_expression("arn:*:iam::*:role/*secbase-deploy")
    assert bool(compile_expression(expression)(arn)) is expected


@pytest.mark.parametrize("pattern", ["*", "arn:aws:iam::*", "arn:aws:iam::111111111111"])
def test_an_arn_pattern_that_matches_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(PolicyError, match="parts and matches nothing"):
        arn_expression(pattern)


def test_a_wildcard_matches_line_ends() -> None:
    assert compile_expression(glob_expression("a*"))("a\nb")
