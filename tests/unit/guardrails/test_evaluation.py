"""Requests against whole organizations: levels, exemptions, and errors."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.patterns import PolicyError
from baseline.guardrails.request import Request, parse_principal

MANAGEMENT, MEMBER, OTHER = "111111111111", "222222222222", "333333333333"
ROLE = f"arn:aws:iam::{MEMBER}:role/team/Developer"


def scp(name: str, *statements: dict[str, Any]) -> Policy:
    rows = [{"Sid": f"{name}{n}", "Resource": "*", **row} for n, row in enumerate(statements)]
    return compile_policy(name, {"Version": "2012-10-17", "Statement": rows}, PolicyKind.SCP)


def rcp(name: str, **statement: object) -> Policy:
    row = {"Sid": name, "Effect": "Deny", "Principal": "*", "Resource": "*", **statement}
    return compile_policy(name, {"Version": "2012-10-17", "Statement": [row]}, PolicyKind.RCP)


def organization(
    *,
    root: tuple[Policy, ...] = (),
    unit: tuple[Policy, ...] = (),
    account: tuple[Policy, ...] = (),
    rcps: tuple[Policy, ...] = (),
) -> Organization:
    full = FULL_AWS_ACCESS
    levels = (
        Level(name="root", id="r-exam", scps=(full, *root)),
        Level(name="OU Work", id="ou-1", scps=(full, *unit), rcps=(RCP_FULL_AWS_ACCESS, *rcps)),
        Level(name=f"account {MEMBER}", id=MEMBER, scps=(full, *account)),
    )
    accounts = {MEMBER: levels, MANAGEMENT: levels[:1]}
    return Organization(id="o-exampleorgid", management_account=MANAGEMENT, accounts=accounts)


def request(action: str = "s3:GetObject", principal: str = ROLE, **more: object) -> Request:
    fields: dict[str, Any] = {"region": "eu-west-1", **more}
    return Request(principal_arn=principal, action=action, **fields)


DENY_S3 = scp("DenyS3", {"Effect": "Deny", "Action": "s3:Get*"})


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_a_denial_at_any_level_denies_and_is_named(level: str) -> None:
    org = organization(**{level: (DENY_S3,)})
    decision = org.evaluate(request("S3:getobject".lower()))
    assert (decision.verdict, decision.policy, decision.sid) == ("denied", "DenyS3", "DenyS30")
    assert decision.level in {"root", "OU Work", f"account {MEMBER}"}
    assert org.evaluate(request("s3:PutObject")).allowed


def test_what_one_level_does_not_allow_is_denied_there() -> None:
    only_s3 = scp("OnlyS3", {"Effect": "Allow", "Action": "s3:*"})
    levels = (Level(name="root"), Level(name="OU Narrow", scps=(only_s3,)), Level(name="account"))
    org = Organization(id="o-x", management_account=MANAGEMENT, accounts={MEMBER: levels})
    assert org.evaluate(request("s3:GetObject")).allowed
    decision = org.evaluate(request("ec2:RunInstances"))
    assert (decision.allowed, decision.policy, decision.level) == (False, "", "OU Narrow")
    assert decision.reason == "no SCP at OU Narrow allows ec2:RunInstances"


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:iam::{MANAGEMENT}:role/Admin",
        f"arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "backup.amazonaws.com",
        f"arn:aws:iam::{OTHER}:role/Stranger",
    ],
)
def test_whom_scps_do_not_restrict(principal: str) -> None:
    assert organization(root=(DENY_S3,)).evaluate(request(principal=principal)).allowed


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:iam::{MEMBER}:root",
        f"arn:aws:iam::{MEMBER}:user/anna",
        f"arn:aws:sts::{MEMBER}:assumed-role/Developer/anna",
        f"arn:aws:iam::{MEMBER}:role/AWSServiceRoleForConfig",
        f"arn:aws:iam::{MEMBER}:role/x/aws-service-role/AWSServiceRoleForConfig",
    ],
)
def test_whom_scps_restrict(principal: str) -> None:
    assert not organization(root=(DENY_S3,)).evaluate(request(principal=principal)).allowed


BUCKET = "arn:aws:s3:::logs/key"


def test_an_rcp_guards_resources_from_anybody() -> None:
    org = organization(rcps=(rcp("Perimeter", Action="s3:*"),))
    for principal in (ROLE, f"arn:aws:iam::{OTHER}:role/Stranger", "backup.amazonaws.com", "*"):
        decision = org.evaluate(request(principal=principal, resource=BUCKET, account=MEMBER))
        assert (decision.allowed, decision.kind) == (False, PolicyKind.RCP)


@pytest.mark.parametrize(
    "changes",
    [
        {"account": MANAGEMENT},
        {"account": OTHER},
        {"action": "lambda:InvokeFunction"},
        {"action": "kms:RetireGrant"},
        {
            "principal": f"arn:aws:iam::{MEMBER}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
        },
    ],
)
def test_what_rcps_do_not_cover(changes: dict[str, Any]) -> None:
    everything = rcp("All", Action=["s3:*", "lambda:*", "kms:*"])
    fields = {"resource": BUCKET, "account": MEMBER, **changes}
    assert organization(rcps=(everything,)).evaluate(request(**fields)).allowed


def test_the_account_of_a_resource_is_read_from_its_arn() -> None:
    org = organization(rcps=(rcp("Keys", Action="kms:*"),))
    key = f"arn:aws:kms:eu-west-1:{MEMBER}:key/1"
    stranger = f"arn:aws:iam::{OTHER}:role/Stranger"
    assert not org.evaluate(request("kms:Decrypt", stranger, resource=key)).allowed


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/Developer"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": MEMBER}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}, True),
        (
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorgid/r-exam/ou-1/*"}},
            True,
        ),
        ({"StringEquals": {"aws:ResourceAccount": MEMBER}}, True),
        ({"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"Bool": {"aws:ViaAWSService": "false"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, True),
        ({"Null": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Null": {"aws:AssumedRoot": "false"}}, False),
        ({"Null": {"aws:SourceIp": "false"}}, False),
    ],
)
def test_keys_that_every_request_has(condition: dict[str, Any], denied: bool) -> None:
    policy = scp("Keys", {"Effect": "Deny", "Action": "*", "Condition": condition})
    assert organization(unit=(policy,)).evaluate(request()).allowed is not denied


def test_the_context_of_a_request_wins_and_can_take_keys_away() -> None:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    policy = scp("Tls", {"Effect": "Deny", "Action": "*", "Condition": condition})
    org = organization(unit=(policy,))
    assert org.evaluate(request()).allowed
    assert not org.evaluate(request(context={"AWS:SecureTransport": False})).allowed
    absent = {"Null": {"aws:PrincipalArn": "true"}}
    policy = scp("Null", {"Effect": "Deny", "Action": "*", "Condition": absent})
    assert (
        not organization(unit=(policy,)).evaluate(request(context={"aws:PrincipalArn": []})).allowed
    )


@pytest.mark.parametrize(
    ("statement", "denied"),
    [
        ({"NotAction": ["iam:*", "s3:GetObject"]}, False),
        ({"NotAction": "iam:*"}, True),
        ({"Action": "*:*"}, True),
        ({"Action": "S3:?etobject"}, True),
        ({"Action": "s3:*Object"}, True),
        ({"Action": "*", "Resource": "arn:aws:s3:::logs/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:s3:::logs"}, False),
        ({"Action": "*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/bucket}/*"}, False),
        ({"Action": "*", "Resource": "arn:aws:s3:::${aws:PrincipalTag/bucket, 'logs'}/*"}, True),
        ({"Action": "*", "Resource": "arn:aws:s3:::${s3:prefix}/*"}, True),
    ],
)
def test_actions_and_resources(statement: dict[str, Any], denied: bool) -> None:
    policy = scp("P", {"Effect": "Deny", **statement})
    asked = request(resource=BUCKET, context={"s3:prefix": "logs"})
    assert organization(root=(policy,)).evaluate(asked).allowed is not denied


def test_not_resource() -> None:
    row = {"Sid": "N", "Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::mine/*"}
    policy = compile_policy("N", {"Version": "2012-10-17", "Statement": row}, PolicyKind.SCP)
    org = organization(root=(policy,))
    assert not org.evaluate(request(resource=BUCKET)).allowed
    assert org.evaluate(request(resource="arn:aws:s3:::mine/key")).allowed


DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        (PolicyKind.SCP, "{", "is not JSON"),
        (PolicyKind.SCP, {"Statement": DENY}, "Version must be"),
        (PolicyKind.SCP, {"Version": "2008-10-17", "Statement": DENY}, "Version must be"),
        (PolicyKind.SCP, {"Version": "2012-10-17"}, "statement 1 is not an object"),
        (PolicyKind.SCP, {**DENY, "Principal": "*"}, "an SCP has no Principal"),
        (PolicyKind.SCP, {**DENY, "NotPrincipal": "*"}, "NotPrincipal is not allowed"),
        (PolicyKind.SCP, {**DENY, "Effect": "deny"}, "Effect must be Allow or Deny"),
        (PolicyKind.SCP, {**DENY, "NotAction": "s3:*"}, "exactly one of Action and NotAction"),
        (PolicyKind.SCP, {"Effect": "Deny", "Action": "s3:*"}, "exactly one of Resource"),
        (PolicyKind.SCP, {**DENY, "Action": "s3"}, "is not of the form service:Action"),
        (PolicyKind.SCP, {**DENY, "Action": "*:GetObject"}, "is not of the form service:Action"),
        (PolicyKind.SCP, {**DENY, "Action": []}, "must be text or a list of text"),
        (PolicyKind.SCP, {**DENY, "Condition": {"Bool": "x"}}, "must map operators"),
        (PolicyKind.SCP, {**DENY, "Resource": "${aws:Nope}"}, "is not a condition key"),
        (
            PolicyKind.SCP,
            {"Effect": "Deny", "Action": "s3:*", "NotResource": "${aws:PrincipalTag/a}"},
            "NotResource with a variable needs a default",
        ),
        (PolicyKind.RCP, DENY, 'needs "Principal"'),
        (PolicyKind.RCP, {**DENY, "Principal": "*", "Effect": "Allow"}, "can only deny"),
        (
            PolicyKind.RCP,
            {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", "Principal": "*"},
            "an RCP has no NotAction",
        ),
        (PolicyKind.RCP, {**DENY, "Action": "*", "Principal": "*"}, "must name the service"),
    ],
)
def test_a_policy_that_breaks_the_rules_is_refused(
    kind: PolicyKind, content: object, message: str
) -> None:
    bare = isinstance(content, dict) and "Effect" in content
    document: Any = {"Version": "2012-10-17", "Statement": [content]} if bare else content
    with pytest.raises(PolicyError, match=message):
        compile_policy("P", document, kind)


@pytest.mark.parametrize("action", ["s3", "s3:*", "s3:Get*", "s3:", "S3:GetObject "])
def test_an_action_with_a_typing_error_is_refused(action: str) -> None:
    with pytest.raises(BaselineError, match="is not of the form service:Action"):
        request(action)


@pytest.mark.parametrize(
    "principal", ["anna", "arn:aws:iam::222222222222:group/x", f"arn:aws:iam::{MEMBER}:root/x"]
)
def test_a_principal_with_a_typing_error_is_refused(principal: str) -> None:
    with pytest.raises(BaselineError, match=r"principal .* is not"):
        request(principal=principal)


def test_the_principal_arn_of_a_session_is_its_role() -> None:
    session = parse_principal(f"arn:aws:sts::{MEMBER}:assumed-role/Developer/anna")
    assert session.arn == f"arn:aws:iam::{MEMBER}:role/Developer"
    assert parse_principal(f"arn:aws:iam::{MEMBER}:user/eng/anna").user == "anna"
