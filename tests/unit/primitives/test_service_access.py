"""A service gets in only for a source that is named."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.primitives.service_access import EXCEPTIONS, is_bound, service_statement

Block = dict[str, dict[str, Any]]


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {"aws:SourceAccount": "111111111111"}},
        {"StringEquals": {"AWS:SourceAccount": ["111111111111", "222222222222"]}},
        {"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}},
        {"ForAnyValue:StringLike": {"x": "y"}, "StringLike": {"aws:SourceOrgPaths": "o-x/r-y/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:guardduty:*:111111111111:detector/*"}},
        {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:111111111111:*"}},
        {"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
        {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:*:{cdk.Aws.ACCOUNT_ID}:*"}},
        {"ArnEquals": {"aws:SourceArn": cdk.Token.as_string({"Fn::GetAtt": ["Trail", "Arn"]})}},
    ],
)
def test_a_named_source_binds(conditions: Block) -> None:
    assert is_bound(conditions)


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        {"StringLike": {"aws:SourceAccount": "*"}},
        {"StringLike": {"aws:SourceAccount": "????????????"}},
        {"StringEquals": {"aws:SourceAccount": []}},
        {"StringLike": {"aws:SourceAccount": ["111111111111", "*"]}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:*:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"ArnLike": {"aws:SourceArn": f"arn:{cdk.Aws.PARTITION}:logs:{cdk.Aws.REGION}:*:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:guardduty:eu-west-1:*:detector/1"}},
        {"StringNotEquals": {"aws:SourceAccount": "111111111111"}},
        {"StringEqualsIfExists": {"aws:SourceAccount": "111111111111"}},
        {"Null": {"aws:SourceAccount": "false"}},
    ],
)
def test_what_everybody_fulfils_does_not_bind(conditions: Block) -> None:
    assert not is_bound(conditions)


def statement(service: str, conditions: Block, *, exempt: bool = False) -> dict[str, Any]:
    built = service_statement(
        service,
        sid="Sid",
        actions=["kms:Decrypt"],
        resources=["*"],
        conditions=conditions,
        exempt=exempt,
    )
    return dict(cdk.Stack().resolve(built.to_statement_json()))


def test_the_statement_carries_the_conditions() -> None:
    conditions = {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert statement("cloudtrail.amazonaws.com", conditions) == {
        "Sid": "Sid",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": conditions,
    }


def test_a_statement_without_source_is_refused_with_the_remedy() -> None:
    with pytest.raises(
        BaselineError, match=r"Sid lets cloudtrail\.amazonaws\.com in .* add aws:SourceArn"
    ):
        statement("cloudtrail.amazonaws.com", {})


@pytest.mark.parametrize("service", EXCEPTIONS)
def test_a_documented_exception_holds_for_keys_only(service: str) -> None:
    assert "Condition" not in statement(service, {}, exempt=True)
    with pytest.raises(BaselineError, match="without a source condition"):
        statement(service, {})


def test_every_exception_has_its_reason() -> None:
    assert all(len(reason) > 60 for reason in EXCEPTIONS.values())
    with pytest.raises(BaselineError):
        statement("cloudtrail.amazonaws.com", {}, exempt=True)
