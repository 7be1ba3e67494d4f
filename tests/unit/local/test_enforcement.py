"""Policies attached in the emulated Organizations decide on calls; named in AWS's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from baseline.local import emulators, enforcement, organization
from baseline.local.requests import ApiRequest

MANAGEMENT, MEMBER, OTHER = "111111111111", "222222222222", "333333333333"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # The accounts' access role is made through the running server, which these tests do without.
    monkeypatch.setattr(organization, "add_access_role", lambda *_: None)
    organization.extend_moto()
    accounts = [{"id": id_, "email": f"{id_}@example.com", "name": id_} for id_ in (MEMBER, OTHER)]
    organization.create(
        {
            "organization_id": "o-exampleorgid",
            "root_id": "r-exam",
            "management": {"id": MANAGEMENT, "email": "m@example.com", "name": "management"},
            "accounts": accounts,
        }
    )
    backend = organization.backend(MANAGEMENT)
    backend.enable_policy_type(RootId="r-exam", PolicyType=SCP)
    backend.enable_policy_type(RootId="r-exam", PolicyType=RCP)
    yield backend
    backend._reset()
    models = emulators.module("moto.organizations.models")
    models.organizations_backends.master_accounts.clear()


def attach(state: Any, target: str, *, kind: str = SCP, **statement: object) -> Any:
    row: dict[str, object] = {"Sid": "Guard", "Effect": "Deny", "Resource": "*", **statement}
    if kind == RCP:
        row["Principal"] = "*"
    content = json.dumps({"Version": "2012-10-17", "Statement": [row]})
    made = state.create_policy(Name="guard", Description="d", Type=kind, Content=content)
    policy_id = made["Policy"]["PolicySummary"]["Id"]
    state.attach_policy(PolicyId=policy_id, TargetId=target)
    return state.get_policy_by_id(policy_id)


def call(
    service: str = "ec2",
    operation: str = "RunInstances",
    *,
    account: str = MEMBER,
    principal: str = "role/Developer",
    region: str = "eu-west-1",
    **parameters: object,
) -> ApiRequest:
    return ApiRequest(
        account=account,
        region=region,
        service=service,
        operation=operation,
        parameters=parameters,
        principal_arn=f"arn:aws:iam::{account}:{principal}",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/Developer/anna",
        session_tags={"team": "red"},
        headers={"user-agent": "Boto3"},
    )


def test_nothing_is_denied_without_an_organization_or_a_policy(state: Any) -> None:
    assert enforcement.check(call(account="999999999999")) is None
    assert enforcement.check(call()) is None
    assert state.org is not None


@pytest.mark.parametrize("target", ["r-exam", MEMBER])
def test_an_attached_policy_denies_and_is_named(state: Any, target: str) -> None:
    policy = attach(state, target, Action="ec2:Run*")
    denial = enforcement.check(call())
    assert denial is not None
    assert (denial.action, denial.policy_id, denial.policy_name, denial.policy_type) == (
        "ec2:RunInstances",
        policy.id,
        "guard",
        SCP,
    )
    assert denial.message == (
        f"User: arn:aws:sts::{MEMBER}:assumed-role/Developer/anna is not authorized to perform: "
        f"ec2:RunInstances with an explicit deny in a service control policy: {policy.arn} "
        "(guard, statement Guard)"
    )
    assert enforcement.check(call(operation="DescribeInstances")) is None


def test_a_unit_binds_the_accounts_in_it_and_below_only(state: Any) -> None:
    unit = state.create_organizational_unit(Name="Work", ParentId="r-exam")
    upper = unit["OrganizationalUnit"]["Id"]
    below = state.create_organizational_unit(Name="Test", ParentId=upper)
    state.move_account(
        AccountId=MEMBER,
        SourceParentId="r-exam",
        DestinationParentId=below["OrganizationalUnit"]["Id"],
    )
    attach(state, upper, Action="*")
    assert enforcement.check(call()) is not None
    assert enforcement.check(call(account=OTHER)) is None


def test_detaching_changing_and_disabling_take_effect_at_once(state: Any) -> None:
    policy = attach(state, "r-exam", Action="ec2:*")
    assert enforcement.check(call()) is not None
    changed = policy.content.replace("ec2:*", "s3:*")
    state.update_policy(PolicyId=policy.id, Content=changed)
    assert enforcement.check(call()) is None
    assert enforcement.check(call("s3", "CreateBucket", Bucket="b")) is not None
    state.disable_policy_type(RootId="r-exam", PolicyType=SCP)
    assert enforcement.check(call("s3", "CreateBucket", Bucket="b")) is None
    state.enable_policy_type(RootId="r-exam", PolicyType=SCP)
    state.detach_policy(PolicyId=policy.id, TargetId="r-exam")
    assert enforcement.check(call("s3", "CreateBucket", Bucket="b")) is None


@pytest.mark.parametrize(
    "exempt",
    [
        call(account=MANAGEMENT),
        call(principal="role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"),
        call("sts", "GetCallerIdentity"),
    ],
)
def test_whom_aws_exempts_is_exempt(state: Any, exempt: ApiRequest) -> None:
    attach(state, "r-exam", Action="*")
    assert enforcement.check(exempt) is None


@pytest.mark.parametrize("principal", ["root", "user/anna", "role/AWSServiceRoleForX"])
def test_whom_aws_does_not_exempt_is_bound(state: Any, principal: str) -> None:
    attach(state, "r-exam", Action="*")
    assert enforcement.check(call(principal=principal)) is not None


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}, True),
        ({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}, True),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-exampleorgid/r-exam/*"}}, True),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"StringLike": {"aws:UserAgent": "Boto3*"}}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Developer"}}, False),
    ],
)
def test_the_context_of_a_call(state: Any, condition: dict[str, Any], denied: bool) -> None:
    attach(state, "r-exam", Action="*", Condition=condition)
    assert (enforcement.check(call()) is not None) is denied


def test_the_resource_of_a_call(state: Any) -> None:
    attach(state, "r-exam", Action="s3:*", Resource="arn:aws:s3:::secbase-*")
    denial = enforcement.check(call("s3", "DeleteBucket", Bucket="secbase-logs"))
    assert denial is not None
    assert "on resource: arn:aws:s3:::secbase-logs with an explicit deny" in denial.message
    assert enforcement.check(call("s3", "DeleteBucket", Bucket="team")) is None


def test_an_rcp_binds_callers_of_other_accounts(state: Any) -> None:
    policy = attach(state, MEMBER, kind=RCP, Action="sts:AssumeRole")
    role = f"arn:aws:iam::{MEMBER}:role/r"
    denial = enforcement.check(call("sts", "AssumeRole", account=OTHER, RoleArn=role))
    assert denial is not None
    assert denial.policy_type == RCP
    assert f"an explicit deny in a resource control policy: {policy.arn}" in denial.message
    own = f"arn:aws:iam::{OTHER}:role/r"
    assert enforcement.check(call("sts", "AssumeRole", account=OTHER, RoleArn=own)) is None


def test_what_no_policy_allows_is_denied(state: Any) -> None:
    attach(state, MEMBER, Effect="Allow", Action="s3:*")
    state.detach_policy(PolicyId="p-FullAWSAccess", TargetId=MEMBER)
    denial = enforcement.check(call())
    assert denial is not None
    assert "because no service control policy allows the ec2:RunInstances action" in denial.message
    assert enforcement.check(call("s3", "ListBuckets")) is None


def test_a_policy_that_cannot_be_evaluated_denies_and_says_so(state: Any) -> None:
    attach(state, "r-exam", Action="*", Condition={"StringLik": {"aws:SourceIp": "x"}})
    denial = enforcement.check(call())
    assert denial is not None
    assert "a policy cannot be evaluated" in denial.message
    assert "'StringLik' is not a condition operator" in denial.message


def test_a_call_that_no_model_describes_meets_denials_of_everything(state: Any) -> None:
    attach(state, "r-exam", Action="*")
    assert enforcement.check(call("ec2", "")) is not None
