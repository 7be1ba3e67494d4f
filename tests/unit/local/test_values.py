"""Equal settings compare equal however they are spelt; different ones never do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from baseline.local.readers.values import ABSENT, first, lower_first, policy, same, subset, tail

STATEMENT = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["s3:PutObject", "s3:GetObject"],
    "Resource": "*",
}


def document(**changes: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{**STATEMENT, **changes}]}


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (True, "true"),
        (365, "365"),
        (["a", "b"], ["b", "a"]),
        ({"Key": True, "Other": [2, 1]}, {"Other": ["1", "2"], "Key": "true"}),
    ],
)
def test_spelling_and_order_do_not_count(expected: object, found: object) -> None:
    assert same(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (True, False),
        (True, None),
        (365, 364),
        (["a", "b"], ["a"]),
        (["a"], ["a", "a"]),
        ({"Key": True}, {}),
        ({"Key": True}, {"Key": True, "More": 1}),
        ("None", None),
        ([], ABSENT),
    ],
)
def test_another_value_is_a_difference(expected: object, found: object) -> None:
    assert not same(expected, found)


@pytest.mark.parametrize(
    "found",
    [
        json.dumps(document()),
        quote(json.dumps(document())),
        document(Action=["s3:GetObject", "s3:PutObject"]),
        document(Resource=["*"]),
        {"Version": "2012-10-17", "Statement": STATEMENT},
    ],
)
def test_a_policy_is_the_same_in_every_spelling_that_aws_answers(found: object) -> None:
    assert same(policy(document()), policy(found))


@pytest.mark.parametrize(
    "found",
    [
        document(Effect="Allow"),
        document(Action="s3:PutObject"),
        document(Resource="arn:aws:s3:::one"),
        document(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        {"Version": "2012-10-17", "Statement": []},
        None,
    ],
)
def test_a_changed_policy_is_a_difference(found: object) -> None:
    assert not same(policy(document()), policy(found))


def test_the_root_of_an_account_is_its_id() -> None:
    arn = document(Principal={"AWS": "arn:aws:iam::111111111111:root"})
    plain = document(Principal={"AWS": ["111111111111"]})

    assert same(policy(arn), policy(plain))


def test_members_that_the_service_adds_do_not_count() -> None:
    found = {"Status": "Enabled", "MFADelete": "Disabled"}

    assert subset(found, {"Status": "Enabled"}) == {"Status": "Enabled"}


def test_a_list_with_one_element_too_many_stays_visible() -> None:
    assert subset([{"a": 1, "b": 2}, {"a": 3}], [{"a": 1}]) == [{"a": 1, "b": 2}, {"a": 3}]


def test_a_member_that_is_not_there_is_none() -> None:
    assert subset({}, {"Status": "Enabled"}) == {"Status": None}


def test_small_helpers() -> None:
    assert tail("arn:aws:kms:eu-west-1:1:key/abc") == "abc"
    assert tail("arn:aws:sns:eu-west-1:1:topic") == "topic"
    assert lower_first({"AllSupported": [{"Name": "X"}]}) == {"allSupported": [{"name": "X"}]}
    assert first([{"Id": 1}, {"Id": 2, "x": 3}], Id="2") == {"Id": 2, "x": 3}
    assert first([], Id="2") == {}
