"""One Identity Center instance for the organization, which a delegate may use, but not everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from baseline.local import identity_center, organization
from baseline.local.backends import identity_center as answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

MANAGEMENT, DELEGATE, MEMBER = "123456789012", "333333333333", "555555555555"
REGION = "eu-west-1"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
STORE = "d-1234567890"
GROUP = "1234567890-0a000000-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def center(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    delegate = SimpleNamespace(
        account=SimpleNamespace(id=DELEGATE), services={"sso.amazonaws.com": {}}
    )
    accounts = {MANAGEMENT, DELEGATE, MEMBER}
    monkeypatch.setattr(
        organization, "management_of", lambda account: MANAGEMENT if account in accounts else None
    )
    monkeypatch.setattr(organization, "backend", lambda _: SimpleNamespace(admins=[delegate]))
    with mock_aws():
        identity_center.extend_moto()
        identity_center.create(
            MANAGEMENT,
            {
                "instance": INSTANCE,
                "identity_store": STORE,
                "region": REGION,
                "groups": [{"id": GROUP, "name": "Developers"}],
            },
        )
        yield boto3.client("sso-admin", region_name=REGION)


def request(operation: str, account: str, region: str = REGION, **given: Any) -> ApiRequest:
    return ApiRequest(
        account=account,
        region=region,
        service="sso",
        operation=operation,
        parameters={"InstanceArn": INSTANCE, **given},
        principal_arn=f"arn:aws:iam::{account}:root",
        caller_arn=f"arn:aws:iam::{account}:root",
    )


def permission_set(center: Any, **given: Any) -> str:
    made = center.create_permission_set(InstanceArn=INSTANCE, Name="Developer", **given)
    return str(made["PermissionSet"]["PermissionSetArn"])


def assignment(arn: str, target: str) -> dict[str, str]:
    return {
        "TargetId": target,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": arn,
        "PrincipalType": "GROUP",
        "PrincipalId": GROUP,
    }


def test_the_instance_has_the_ids_of_the_configuration(center: Any) -> None:
    (instance,) = center.list_instances()["Instances"]
    assert (instance["InstanceArn"], instance["IdentityStoreId"]) == (INSTANCE, STORE)
    store = boto3.client("identitystore", region_name=REGION)
    found = store.describe_group(IdentityStoreId=STORE, GroupId=GROUP)
    assert found["DisplayName"] == "Developers"


def test_permission_sets_have_arns_as_aws_forms_them(center: Any) -> None:
    arn = permission_set(center)
    assert arn.startswith("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-")


@pytest.mark.parametrize("policy", ["job-function/Billing", "SecurityAudit"])
def test_managed_policies_are_found_at_their_path(center: Any, policy: str) -> None:
    center.attach_managed_policy_to_permission_set(
        InstanceArn=INSTANCE,
        PermissionSetArn=permission_set(center),
        ManagedPolicyArn=f"arn:aws:iam::aws:policy/{policy}",
    )


def test_a_managed_policy_at_another_path_is_not_found(center: Any) -> None:
    with pytest.raises(center.exceptions.ResourceNotFoundException):
        center.attach_managed_policy_to_permission_set(
            InstanceArn=INSTANCE,
            PermissionSetArn=permission_set(center),
            ManagedPolicyArn="arn:aws:iam::aws:policy/Billing",
        )


def test_management_and_delegate_share_the_instance_and_members_do_not() -> None:
    for account, acting in ((MANAGEMENT, MANAGEMENT), (DELEGATE, MANAGEMENT), (MEMBER, MEMBER)):
        assert identity_center.acting_account(request("ListInstances", account)) == acting


def test_another_region_has_no_instance_of_the_organization() -> None:
    with pytest.raises(ServiceError, match="stands in eu-west-1"):
        identity_center.acting_account(request("ListInstances", DELEGATE, "us-east-1"))


def test_an_assignment_succeeds_once_and_again(center: Any) -> None:
    given = assignment(permission_set(center), MEMBER)
    for _ in range(2):
        answer = answers.assign(request("CreateAccountAssignment", DELEGATE, **given))
        status = answer["AccountAssignmentCreationStatus"]
        assert status["Status"] == "SUCCEEDED"
    listed = center.list_account_assignments(
        InstanceArn=INSTANCE, AccountId=MEMBER, PermissionSetArn=given["PermissionSetArn"]
    )
    assert len(listed["AccountAssignments"]) == 1
    described = answers.creation_status(
        request(
            "DescribeAccountAssignmentCreationStatus",
            DELEGATE,
            AccountAssignmentCreationRequestId=status["RequestId"],
        )
    )
    assert described["AccountAssignmentCreationStatus"]["Status"] == "SUCCEEDED"
    gone = answers.unassign(request("DeleteAccountAssignment", DELEGATE, **given))
    assert gone["AccountAssignmentDeletionStatus"]["Status"] == "SUCCEEDED"
    with pytest.raises(ServiceError, match="does not exist"):
        answers.unassign(request("DeleteAccountAssignment", DELEGATE, **given))


def test_a_delegate_cannot_reach_the_management_account(center: Any) -> None:
    given = assignment(permission_set(center), MANAGEMENT)
    with pytest.raises(ServiceError, match="cannot change access to the management account"):
        answers.assign(request("CreateAccountAssignment", DELEGATE, **given))
    answers.assign(request("CreateAccountAssignment", MANAGEMENT, **given))
    with pytest.raises(ServiceError, match="cannot change access to the management account"):
        answers.unassign(request("DeleteAccountAssignment", DELEGATE, **given))


def test_a_boundary_is_kept_and_removed(center: Any) -> None:
    key = {"PermissionSetArn": permission_set(center)}
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    put = request(
        "PutPermissionsBoundaryToPermissionSet", MANAGEMENT, **key, PermissionsBoundary=boundary
    )
    answers.put_boundary(put)
    get = request("GetPermissionsBoundaryForPermissionSet", DELEGATE, **key)
    assert answers.get_boundary(get) == {"PermissionsBoundary": boundary}
    answers.delete_boundary(
        request("DeletePermissionsBoundaryFromPermissionSet", MANAGEMENT, **key)
    )
    with pytest.raises(ServiceError, match="no permissions boundary"):
        answers.get_boundary(get)


def test_attributes_are_turned_on_once() -> None:
    given: Any = {
        "AccessControlAttributes": [{"Key": "a", "Value": {"Source": ["${path:userName}"]}}]
    }
    name = "InstanceAccessControlAttributeConfiguration"
    wanted: dict[str, Any] = {name: given}
    on = request(f"Create{name}", DELEGATE, **wanted)
    answers.create_attributes(on)
    with pytest.raises(ServiceError, match="on already"):
        answers.create_attributes(on)
    described = answers.describe_attributes(request(f"Describe{name}", MANAGEMENT))
    assert described == {"Status": "ENABLED", name: given}
    answers.delete_attributes(request(f"Delete{name}", DELEGATE))
    with pytest.raises(ServiceError, match="off"):
        answers.describe_attributes(request(f"Describe{name}", MANAGEMENT))
