"""Keys rotate, outlive their stack, and let in whom they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.secure_key import PENDING_WINDOW_DAYS, ROTATION_DAYS, SecureKey
from tests.unit.primitives.conftest import Of

KEY, ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"


def test_kms_4_rotates_every_year_without_arguments(stack: cdk.Stack, of: Of) -> None:
    SecureKey(stack, "Key", description="Encrypts logs")
    (key,) = of(KEY)
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["Properties"]["RotationPeriodInDays"] == 365
    assert key["Properties"]["Description"] == "Encrypts logs"
    assert of(ALIAS) == []


def test_kms_3_a_key_is_not_deleted_with_its_stack_nor_at_once(stack: cdk.Stack, of: Of) -> None:
    SecureKey(stack, "Key", description="Encrypts logs")
    (key,) = of(KEY)
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert key["Properties"]["PendingWindowInDays"] == 30


@pytest.mark.parametrize("alias", ["secbase-logs", "alias/secbase-logs"])
def test_the_alias_stays_with_the_key_but_not_after_a_failed_creation(
    stack: cdk.Stack, of: Of, alias: str
) -> None:
    SecureKey(stack, "Key", description="Encrypts logs", alias=alias)
    (resource,) = of(ALIAS)
    assert resource["Properties"]["AliasName"] == "alias/secbase-logs"
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_only_the_own_account_delegates_by_default(stack: cdk.Stack, of: Of) -> None:
    SecureKey(stack, "Key", description="Encrypts logs")
    (key,) = of(KEY)
    (statement,) = key["Properties"]["KeyPolicy"]["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::333333333333:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


@pytest.mark.parametrize(
    ("name", "limits"),
    [("rotation_days", ROTATION_DAYS), ("pending_window_days", PENDING_WINDOW_DAYS)],
)
def test_days_out_of_range_are_refused(
    stack: cdk.Stack, name: str, limits: tuple[int, int]
) -> None:
    low, high = limits
    for index, days in enumerate(limits):
        settings: dict[str, Any] = {name: days, "shorter_window": "a key of a test environment"}
        SecureKey(stack, f"Key{index}", description="Encrypts logs", **settings)
    for days in (low - 1, high + 1):
        settings = {name: days}
        with pytest.raises(BaselineError, match=f"{name} must be between {low} and {high}.*{days}"):
            SecureKey(stack, f"Bad{days}", description="Encrypts logs", **settings)


@pytest.mark.parametrize("days", [7, 29])
def test_kms_3_a_deletion_that_leaves_less_than_30_days_needs_a_reason(
    stack: cdk.Stack, of: Of, days: int
) -> None:
    with pytest.raises(BaselineError, match=f"pending_window_days is {days}; keep 30.* say in"):
        SecureKey(stack, "Bad", description="Encrypts tests", pending_window_days=days)
    SecureKey(
        stack,
        "Key",
        description="Encrypts tests",
        pending_window_days=days,
        shorter_window="the environment lives for a day",
    )
    (key,) = of(KEY)
    assert key["Properties"]["PendingWindowInDays"] == days


def test_a_service_gets_in_for_its_source(stack: cdk.Stack, of: Of) -> None:
    key = SecureKey(stack, "Key", description="Encrypts logs")
    conditions = {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}}
    key.allow_service(
        "delivery.logs.amazonaws.com",
        sid="Delivery",
        actions=["kms:Decrypt"],
        conditions=conditions,
    )
    statement = of(KEY)[0]["Properties"]["KeyPolicy"]["Statement"][1]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"] == conditions


def test_a_service_without_a_source_is_refused(stack: cdk.Stack) -> None:
    key = SecureKey(stack, "Key", description="Encrypts logs")
    with pytest.raises(BaselineError, match="without a source condition"):
        key.allow_service(
            "delivery.logs.amazonaws.com", sid="Any", actions=["kms:Decrypt"], conditions={}
        )


@pytest.mark.parametrize(("arguments", "name"), [({}, "*"), ({"name_pattern": "/a/*"}, "/a/*")])
def test_log_groups_of_the_account_and_region_only(
    stack: cdk.Stack, of: Of, arguments: dict[str, str], name: str
) -> None:
    SecureKey(stack, "Key", description="Encrypts logs").allow_log_groups(**arguments)
    statement = of(KEY)[0]["Properties"]["KeyPolicy"]["Statement"][1]
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    group = f"arn:aws:logs:eu-west-1:333333333333:log-group:{name}"
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}}


def test_no_rule_pack_finds_anything(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    SecureKey(stack, "Key", description="Encrypts logs", alias="logs").allow_log_groups()
    assert findings(app) == []
