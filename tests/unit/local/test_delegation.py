"""The resource policy of the emulated organization: kept, read back, and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.local import emulators, organization
from baseline.local.backends import delegation, organizations, state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError
from baseline.organization.delegation import DelegationPolicy

MANAGEMENT, SECURITY, MEMBER = "111111111111", "333333333333", "555555555555"


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # The accounts' access role is made through the running server, which these tests do without.
    monkeypatch.setattr(organization, "add_access_role", lambda *_: None)
    organization.extend_moto()
    accounts = [
        {"id": id_, "email": f"{id_}@example.com", "name": id_} for id_ in (SECURITY, MEMBER)
    ]
    organization.create(
        {
            "organization_id": "o-exampleorgid",
            "root_id": "r-exam",
            "management": {"id": MANAGEMENT, "email": "m@example.com", "name": "management"},
            "accounts": accounts,
        }
    )
    backend = organization.backend(MANAGEMENT)
    for kind in ("INSPECTOR_POLICY", "SERVICE_CONTROL_POLICY"):
        backend.enable_policy_type(RootId="r-exam", PolicyType=kind)
    yield backend
    backend._reset()
    emulators.module("moto.organizations.models").organizations_backends.master_accounts.clear()
    state.account_wide(delegation._KIND, MANAGEMENT).clear()


@pytest.fixture
def content(stack: cdk.Stack) -> str:
    """The policy as the construct writes it."""
    names = Names(
        prefix="secbase",
        home_region="eu-west-1",
        organization_id="o-exampleorgid",
        management=MANAGEMENT,
        log_archive="222222222222",
        security=SECURITY,
        network="444444444444",
        shared_services="999999999999",
    )
    DelegationPolicy(
        stack, "Delegation", names=names, root_id="r-exam", policy_types=["INSPECTOR_POLICY"]
    )
    (found,) = (
        Template.from_stack(stack).find_resources("AWS::Organizations::ResourcePolicy").values()
    )
    return json.dumps(found["Properties"]["Content"])


def request(operation: str, account: str = SECURITY, **parameters: object) -> ApiRequest:
    return ApiRequest(
        account=account,
        region="us-east-1",
        service="organizations",
        operation=operation,
        parameters=parameters,
        principal_arn=f"arn:aws:iam::{account}:role/SecurityOperations",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/SecurityOperations/anna",
    )


def policy(backend: Any, kind: str = "INSPECTOR_POLICY", *, protected: bool = False) -> str:
    tags = [{"Key": "SecurityBaseline", "Value": "protected"}] if protected else []
    made = backend.create_policy(
        Name=f"{kind}{protected}", Description="", Type=kind, Content="{}", Tags=tags
    )
    return str(made["Policy"]["PolicySummary"]["Id"])


def allowed(call: ApiRequest) -> bool:
    try:
        return organizations.acting_account(call) == MANAGEMENT
    except ServiceError:
        return False


def test_it_is_read_back_as_it_was_written(moto: Any, content: str) -> None:
    assert moto.org
    put = delegation.put(request("PutResourcePolicy", MANAGEMENT, Content=content))
    found = delegation.describe(request("DescribeResourcePolicy", MANAGEMENT))
    assert found == put
    assert found["ResourcePolicy"]["Content"] == content
    assert found["ResourcePolicy"]["ResourcePolicySummary"]["Id"].startswith("rp-")
    delegation.delete(request("DeleteResourcePolicy", MANAGEMENT))
    with pytest.raises(ServiceError, match="There is no resource policy"):
        delegation.describe(request("DescribeResourcePolicy", MANAGEMENT))


@pytest.mark.parametrize("operation", ["PutResourcePolicy", "DescribeResourcePolicy"])
def test_a_member_cannot_touch_it(moto: Any, content: str, operation: str) -> None:
    assert moto.org
    answer = {"PutResourcePolicy": delegation.put}.get(operation, delegation.describe)
    with pytest.raises(ServiceError, match="permissions"):
        answer(request(operation, SECURITY, Content=content))


def test_without_it_a_member_manages_nothing(moto: Any) -> None:
    assert not allowed(request("UpdatePolicy", PolicyId=policy(moto)))


def test_the_security_account_manages_what_is_delegated(moto: Any, content: str) -> None:
    own = policy(moto)
    delegation.put(request("PutResourcePolicy", MANAGEMENT, Content=content))
    assert allowed(request("CreatePolicy", Type="INSPECTOR_POLICY"))
    assert allowed(request("UpdatePolicy", PolicyId=own))
    assert allowed(request("AttachPolicy", PolicyId=own, TargetId="r-exam"))
    assert allowed(request("AttachPolicy", PolicyId=own, TargetId=MEMBER))
    assert allowed(request("EnablePolicyType", RootId="r-exam", PolicyType="INSPECTOR_POLICY"))
    assert allowed(request("ListPolicies", Filter="INSPECTOR_POLICY"))
    assert allowed(request("ListRoots"))


def test_a_policy_of_the_baseline_stays_as_it_is(moto: Any, content: str) -> None:
    protected = policy(moto, protected=True)
    delegation.put(request("PutResourcePolicy", MANAGEMENT, Content=content))
    for operation in ("UpdatePolicy", "DeletePolicy"):
        assert not allowed(request(operation, PolicyId=protected))
    for operation in ("AttachPolicy", "DetachPolicy"):
        assert not allowed(request(operation, PolicyId=protected, TargetId="r-exam"))
    for operation in ("TagResource", "UntagResource"):
        assert not allowed(request(operation, ResourceId=protected))


def test_other_types_other_accounts_and_other_calls_are_refused(moto: Any, content: str) -> None:
    own, control = policy(moto), policy(moto, "SERVICE_CONTROL_POLICY")
    delegation.put(request("PutResourcePolicy", MANAGEMENT, Content=content))
    assert not allowed(request("UpdatePolicy", PolicyId=control))
    assert not allowed(request("CreatePolicy", Type="SERVICE_CONTROL_POLICY"))
    assert not allowed(
        request("EnablePolicyType", RootId="r-exam", PolicyType="SERVICE_CONTROL_POLICY")
    )
    assert not allowed(request("UpdatePolicy", MEMBER, PolicyId=own))
    assert not allowed(request("DisablePolicyType", RootId="r-exam", PolicyType="INSPECTOR_POLICY"))
    assert not allowed(request("CloseAccount", AccountId=MEMBER))
    assert not allowed(request("MoveAccount", AccountId=MEMBER))
