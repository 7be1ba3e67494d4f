"""Who may do more: keys, buckets, roles, endpoints, permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.review.conftest import ACCOUNT, Compare, texts, worse

ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:Encrypt"],
    "Resource": "*",
    "Condition": {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:x"}
    },
}


def key(*statements: dict[str, Any]) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {"KeyPolicy": policy, "EnableKeyRotation": True},
        }
    }


def permissions(*statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Statement": list(statements)}},
        }
    }


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def role(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Statement": list(statements)}, **more},
        }
    }


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


SECURITY = trust(
    {"AWS": "arn:aws:iam::333333333333:root"},
    Condition={"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::333333333333:role/reader"}},
)


def test_a_weakened_key_policy_is_named(compare: Compare) -> None:
    without = {name: value for name, value in LOGS.items() if name != "Condition"}
    found = compare(key(ROOT, LOGS), key(ROOT, without))
    assert worse(found) == [("policy-condition-removed", "error", "app/Key")]
    assert "without the condition `kms:EncryptionContext:aws:logs:arn`" in texts(found)


def test_a_key_for_everybody_is_named(compare: Compare) -> None:
    everybody = allow("kms:Decrypt", Principal={"AWS": "*"})
    found = compare(key(ROOT), key(ROOT, everybody))
    assert worse(found) == [("policy-public", "error", "app/Key")]
    assert "everybody: now allows `kms:Decrypt`" in texts(found)


@pytest.mark.parametrize(
    ("principal", "severity"),
    [
        ({"AWS": "arn:aws:iam::999988887777:root"}, "error"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Other"}, "warning"),
        ({"Federated": "arn:aws:iam::999988887777:oidc-provider/x"}, "error"),
        ({"Service": "lambda.amazonaws.com"}, "warning"),
        ("*", "error"),
    ],
)
def test_a_widened_trust_is_named(compare: Compare, principal: Any, severity: str) -> None:
    found = compare(role(SECURITY), role(SECURITY, trust(principal)))
    assert [(kind.split("-")[0], rank) for kind, rank, _ in worse(found)] == [("trust", severity)]


def test_a_stranger_in_a_new_role_is_named_and_its_own_account_is_not(compare: Compare) -> None:
    own = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert worse(compare({}, role(own))) == []
    stranger = trust({"AWS": "arn:aws:iam::999988887777:root"})
    assert worse(compare({}, role(own, stranger))) == [("trust-widened", "error", "app/Role")]


def test_other_values_of_a_condition_are_told_and_fewer_are_better(compare: Compare) -> None:
    def of(*arns: str, operator: str = "ArnLike") -> dict[str, Any]:
        return role({**SECURITY, "Condition": {operator: {"aws:PrincipalArn": list(arns)}}})

    found = compare(of("a"), of("a", "b"))
    assert worse(found) == [("trust-condition-changed", "warning", "app/Role")]
    assert "`ArnLike aws:PrincipalArn b`" in texts(found)
    assert worse(compare(of("a", "b"), of("a"))) == []
    # Another operator is another condition, not a lost one.
    changed = compare(of("a", operator="ArnEquals"), of("a"))
    assert worse(changed) == [("trust-condition-changed", "warning", "app/Role")]


@pytest.mark.parametrize(
    ("statement", "kind", "severity"),
    [
        (allow("s3:GetObject", resource="arn:aws:s3:::x/*"), "permissions-widened", "warning"),
        (allow("s3:*"), "permissions-wildcard", "error"),
        (allow("*"), "permissions-wildcard", "error"),
        (
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
            "permissions-wildcard",
            "error",
        ),
        (allow("iam:PassRole", resource="arn:aws:iam::1:role/x"), "permissions-pass-role", "error"),
    ],
)
def test_new_permissions_are_named(
    compare: Compare, statement: dict[str, Any], kind: str, severity: str
) -> None:
    before = allow("logs:PutLogEvents", resource="arn:x")
    found = compare(permissions(before), permissions(before, statement))
    assert worse(found) == [(kind, severity, "app/Policy")]
    assert worse(compare(permissions(before, statement), permissions(before))) == []


def test_a_wider_resource_is_named(compare: Compare) -> None:
    narrow = allow("s3:GetObject", resource="arn:aws:s3:::x/*")
    found = compare(permissions(narrow), permissions(allow("s3:GetObject")))
    assert worse(found) == [("permissions-widened", "error", "app/Policy")]


def test_a_new_role_s_permissions_are_one_line_and_the_grave_ones_their_own(
    compare: Compare,
) -> None:
    found = compare(
        {}, permissions(allow("s3:GetObject"), allow("iam:PassRole"), allow("sqs:SendMessage"))
    )
    assert worse(found) == [
        ("permissions-pass-role", "error", "app/Policy"),
        ("permissions-new", "warning", "app/Policy"),
    ]
    assert "is new and allows `s3:GetObject`, `sqs:SendMessage`" in texts(found)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"PermissionsBoundary": "arn:b"}, {}, "permissions-boundary-removed"),
        (
            {},
            {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
            "permissions-attached",
        ),
    ],
)
def test_boundary_and_attached_policies(
    compare: Compare, before: dict[str, Any], after: dict[str, Any], kind: str
) -> None:
    assert worse(compare(role(SECURITY, **before), role(SECURITY, **after))) == [
        (kind, "error", "app/Role")
    ]
    assert worse(compare(role(SECURITY, **after), role(SECURITY, **before))) == []


def bucket_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": "logs", "PolicyDocument": {"Statement": list(statements)}},
        }
    }


def test_a_denial_that_goes_or_shrinks_is_named(compare: Compare) -> None:
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    found = compare(bucket_policy(tls), bucket_policy())
    assert worse(found) == [("policy-deny-removed", "error", "app/Policy")]
    condition = {
        "Bool": {"aws:SecureTransport": "false"},
        "StringEquals": {"aws:PrincipalTag/x": "y"},
    }
    smaller = {**tls, "Condition": condition}
    found = compare(bucket_policy(tls), bucket_policy(smaller))
    assert worse(found) == [("policy-deny-changed", "error", "app/Policy")]
    assert worse(compare(bucket_policy(), bucket_policy(tls))) == []


def endpoint(policy: Any) -> dict[str, Any]:
    properties = {"ServiceName": "s3", **({"PolicyDocument": policy} if policy else {})}
    return {"Endpoint": {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}}


def test_an_endpoint_that_lets_everything_through_is_named(compare: Compare) -> None:
    closed = {
        "Statement": [
            allow(
                "s3:GetObject",
                Principal="*",
                Condition={"StringEquals": {"aws:PrincipalOrgID": "o"}},
            )
        ]
    }
    found = compare(endpoint(closed), endpoint(None))
    assert worse(found) == [("endpoint-policy-removed", "error", "app/Endpoint")]
    opened = {"Statement": [allow("s3:GetObject", Principal="*")]}
    found = compare(endpoint(closed), endpoint(opened))
    assert worse(found) == [("endpoint-policy-condition-removed", "error", "app/Endpoint")]


def test_a_policy_in_a_string_is_read(compare: Compare) -> None:
    def secret(*statements: dict[str, Any]) -> dict[str, Any]:
        policy = json.dumps({"Statement": list(statements)})
        return {"Secret": {"Type": "AWS::X::Policy", "Properties": {"Policy": policy}}}

    before = allow("x:Get", Principal={"Service": "a.amazonaws.com"})
    found = compare(secret(before), secret(before, allow("x:Get", Principal="*")))
    assert worse(found) == [("policy-public", "error", "app/Secret")]


def test_a_function_for_everybody_is_named(compare: Compare) -> None:
    def function(**more: str) -> dict[str, Any]:
        properties = {"FunctionName": "f", "Action": "lambda:InvokeFunction", **more}
        return {"Permission": {"Type": "AWS::Lambda::Permission", "Properties": properties}}

    before = function(Principal="events.amazonaws.com", SourceArn="arn:aws:events:x")
    assert worse(compare(before, function(Principal="*"))) == [
        ("policy-public", "error", "app/Permission")
    ]
    found = compare(before, function(Principal="events.amazonaws.com"))
    assert worse(found) == [("policy-condition-removed", "error", "app/Permission")]


def test_order_and_grouping_of_statements_are_no_change(compare: Compare) -> None:
    one = permissions(allow("s3:GetObject", "s3:PutObject", resource=["b", "a"]))
    other = permissions(
        allow("s3:PutObject", resource=["a", "b"]), allow("s3:GetObject", resource=["a", "b"])
    )
    assert compare(one, other).findings == ()


def test_an_action_that_a_wildcard_allowed_before_is_no_news(compare: Compare) -> None:
    """Seen in this repository: a key's `kms:GenerateDataKey*` became `kms:GenerateDataKey`."""
    wide = {**LOGS, "Action": ["kms:GenerateDataKey*"]}
    narrow = {**LOGS, "Action": ["kms:GenerateDataKey"]}
    found = compare(key(ROOT, wide), key(ROOT, narrow))
    assert worse(found) == []
    assert [(each.kind, each.change) for each in found.findings] == [("policy-narrowed", "better")]
    # The other way is news, and so is a condition that went with the wildcard.
    assert worse(compare(key(ROOT, narrow), key(ROOT, wide)))
    bare = {name: value for name, value in narrow.items() if name != "Condition"}
    assert worse(compare(key(ROOT, wide), key(ROOT, bare)))


def bucket(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    properties = {"Bucket": "logs", "PolicyDocument": document}
    return {"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": properties}}


def delivers(place: str) -> dict[str, Any]:
    return allow(
        "s3:PutObject",
        resource=f"arn:aws:s3:::logs/{place}/*",
        Principal={"Service": "delivery.logs.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    )


def test_a_service_that_cannot_deliver_any_more_is_named(compare: Compare) -> None:
    found = compare(bucket(delivers("flow"), LOGS), bucket(LOGS))
    assert worse(found) == [("policy-cut-off", "warning", "app/Policy")]
    assert "no longer allows `s3:PutObject`" in texts(found)
    found = compare(bucket(delivers("flow"), delivers("dns")), bucket(delivers("dns")))
    assert worse(found) == [("policy-cut-off", "warning", "app/Policy")]
    assert "on `arn:aws:s3:::logs/flow/*`" in texts(found)
    # An identity that loses a right is better off; so is a service under one more condition.
    reader = allow("s3:GetObject", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/Reader"})
    assert worse(compare(bucket(delivers("flow"), reader), bucket(delivers("flow")))) == []
    more = {"StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "private"}}
    narrower = {**delivers("flow"), "Condition": more}
    assert worse(compare(bucket(delivers("flow")), bucket(narrower))) == []


def test_a_key_that_nobody_can_manage_any_more_is_named(compare: Compare) -> None:
    assert worse(compare(key(ROOT, LOGS), key(LOGS))) == [("policy-cut-off", "warning", "app/Key")]


def test_one_of_two_conditions_on_a_key_is_a_condition_that_went(compare: Compare) -> None:
    """Without the ``Null``, a request without the key passes the other condition."""
    every = {"ForAllValues:StringLike": {"aws:TagKeys": ["incident*"]}}
    guarded = {**every, "Null": {"aws:TagKeys": "false"}}
    found = compare(
        permissions(allow("s3:PutObjectTagging", Condition=guarded)),
        permissions(allow("s3:PutObjectTagging", Condition=every)),
    )
    assert worse(found) == [("permissions-condition-removed", "error", "app/Policy")]
    assert "`Null aws:TagKeys`" in texts(found)
