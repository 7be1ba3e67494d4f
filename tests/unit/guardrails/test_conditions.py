"""Every condition operator, with the key there, absent and with several values."""

from __future__ import annotations

import pytest

from baseline.guardrails.conditions import compile_condition
from baseline.guardrails.patterns import Context, PolicyError

ROLE = "arn:aws:iam::111111111111:role/team/deploy"


def holds(operator: str, key: str, values: object, context: Context) -> bool:
    clauses = compile_condition({operator: {key: values}}, where="policy p, statement s")
    return all(clause(context) for clause in clauses)


@pytest.mark.parametrize(
    ("operator", "values", "request_value", "expected"),
    [
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", "a${*}", "a*", True),
        ("StringEquals", "A", "a", False),
        ("StringEqualsIgnoreCase", "A", "a", True),
        ("StringNotEqualsIgnoreCase", "A", "a", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringLike", "a*", "abc", True),
        ("StringLike", "a${*}", "abc", False),
        ("StringNotLike", ["x*", "a?"], "ab", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", 10, "11", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "1.2", "1.1", False),
        ("NumericGreaterThanEquals", "1.2", "1.2", True),
        ("NumericEquals", "10", "ten", False),
        ("NumericNotEquals", "10", "ten", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
        ("DateGreaterThan", "2026-01-01", "2025-12-31T23:59:59Z", False),
        ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", True),
        ("DateNotEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", False),
        ("Bool", "true", "True", True),
        ("Bool", False, "true", False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("BinaryEquals", "QQ==", "Qg==", False),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("IpAddress", "10.0.0.0/8", "192.0.2.1", False),
        ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", True),
    ],
)
def test_operator(operator: str, values: object, request_value: str, expected: bool) -> None:
    context = {"aws:sourceip": (request_value,)}
    assert holds(operator, "aws:SourceIp", values, context) is expected


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals"])
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:iam::*:role/team/deploy", True),
        ("arn:aws:iam::*:role/deploy", False),
        ("arn:aws:iam::*:role/*", True),
        ("arn:aws:iam::222222222222:role/*", False),
        ("arn:aws:iam::${aws:PrincipalAccount}:role/team/*", True),
        ("${aws:PrincipalArn}", True),
        ("${aws:PrincipalAccount}", False),
        ("arn:aws:iam::*:role/${aws:PrincipalTag/team}", False),
        ("arn:aws:iam::*:role/${aws:PrincipalTag/team, 'team'}/deploy", True),
    ],
)
def test_arns_match_part_by_part(operator: str, pattern: str, expected: bool) -> None:
    context = {"aws:principalarn": (ROLE,), "aws:principalaccount": ("111111111111",)}
    assert holds(operator, "aws:PrincipalArn", pattern, context) is expected
    negated = operator.replace("Arn", "ArnNot")
    assert holds(negated, "aws:PrincipalArn", pattern, context) is not expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("StringLike", False),
    ],
)
def test_a_key_that_is_not_there(operator: str, expected: bool) -> None:
    assert holds(operator, "aws:TagKeys", "a", {}) is expected


def test_bool_without_its_key_is_false_and_with_if_exists_true() -> None:
    assert not holds("Bool", "aws:MultiFactorAuthPresent", "false", {})
    assert holds("BoolIfExists", "aws:MultiFactorAuthPresent", "false", {})


@pytest.mark.parametrize(
    ("operator", "keys", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "x"), False),
        ("ForAllValues:StringNotEquals", ("x", "y"), True),
        ("ForAllValues:StringNotEquals", ("x", "a"), False),
        ("ForAnyValue:StringEquals", ("x", "a"), True),
        ("ForAnyValue:StringEquals", ("x", "y"), False),
        ("ForAnyValue:StringNotEquals", ("a", "x"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("StringEquals", ("x", "a"), True),
        ("StringNotEquals", ("x", "a"), False),
    ],
)
def test_several_values(operator: str, keys: tuple[str, ...], expected: bool) -> None:
    assert holds(operator, "aws:TagKeys", ["a", "b"], {"aws:tagkeys": keys}) is expected


@pytest.mark.parametrize(
    ("wanted", "there", "absent"), [("true", False, True), (False, True, False)]
)
def test_null_asks_whether_the_key_is_there(wanted: object, there: bool, absent: bool) -> None:
    assert holds("Null", "aws:AssumedRoot", wanted, {"aws:assumedroot": ("true",)}) is there
    assert holds("Null", "aws:AssumedRoot", wanted, {}) is absent


def test_all_operators_and_keys_have_to_hold() -> None:
    block = {"StringEquals": {"aws:RequestedRegion": "a", "aws:PrincipalAccount": "b"}}
    clauses = compile_condition(block, where="w")
    assert [clause({"aws:requestedregion": ("a",)}) for clause in clauses] == [True, False]


@pytest.mark.parametrize(
    ("operator", "key", "values", "message"),
    [
        ("StringEqual", "aws:SourceIp", "x", "'StringEqual' is not a condition operator"),
        ("ForSomeValues:StringLike", "aws:SourceIp", "x", "is not a condition operator"),
        ("NullIfExists", "aws:SourceIp", "true", "is not a condition operator"),
        ("StringEquals", "aws:PrincipalARNs", "x", "'aws:PrincipalARNs' is not a condition key"),
        (
            "StringEquals",
            "aws:SourceIp",
            "${aws:Nonsense}",
            "'aws:nonsense' is not a condition key",
        ),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*", "has 5 parts and matches nothing"),
        ("ArnLike", "aws:PrincipalArn", "*", "has 1 parts and matches nothing"),
        ("Bool", "aws:SecureTransport", "yes", "expected true or false"),
        ("Null", "aws:AssumedRoot", "maybe", "expected true or false"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/33", "10.0.0.0/33"),
        ("NumericLessThan", "s3:TlsVersion", "new", "could not convert"),
        ("DateLessThan", "aws:CurrentTime", "tomorrow", "tomorrow"),
        ("StringEquals", "aws:SourceIp", [], "no value"),
        ("StringEquals", "aws:SourceIp", [{"a": 1}], "is not a string"),
    ],
)
def test_what_is_not_understood_is_refused(
    operator: str, key: str, values: object, message: str
) -> None:
    with pytest.raises(PolicyError, match=message) as raised:
        compile_condition({operator: {key: values}}, where="policy p, statement s")
    assert str(raised.value).startswith("policy p, statement s")
