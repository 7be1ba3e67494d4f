"""Root sessions: who may open them, what they may do, and the credentials that they find."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.local import enforcement, principals, root_tasks
from baseline.local.backends import registry, root_users, sts
from baseline.local.backends import state as backend_state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError
from tests.unit.local.test_enforcement import MANAGEMENT, MEMBER, OTHER, attach
from tests.unit.local.test_enforcement import state as state  # noqa: PLC0414 - a fixture

AUDIT, DELETE = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"
FEATURES = ("RootCredentialsManagement", "RootSessions")


@pytest.fixture
def organization(state: Any) -> Any:
    """An organization whose root users are managed by OTHER."""
    features = backend_state.account_wide("iam root features", MANAGEMENT)
    features.update(dict.fromkeys(FEATURES, True))
    state.register_delegated_administrator(AccountId=OTHER, ServicePrincipal="iam.amazonaws.com")
    yield state
    for kind in ("password", "keys", "certificates"):
        backend_state.account_wide(f"root user {kind}", MEMBER).clear()
    features.clear()


def call(
    operation: str,
    *,
    account: str = OTHER,
    service: str = "iam",
    principal: str = "role/Job",
    task: str = "",
    **parameters: Any,
) -> ApiRequest:
    return ApiRequest(
        account=account,
        region="us-east-1",
        service=service,
        operation=operation,
        parameters=parameters,
        principal_arn=f"arn:aws:iam::{account}:{principal}",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/Job/x",
        root_task=task,
    )


def open_root(task: str = AUDIT, *, by: str = OTHER, into: str = MEMBER, **more: Any) -> Any:
    request = call(
        "AssumeRoot",
        account=by,
        service="sts",
        TargetPrincipal=into,
        TaskPolicyArn={"arn": root_tasks.arn(task)},
        DurationSeconds=900,
        **more,
    )
    return sts.assume_root(request)["Credentials"]


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize("by", [OTHER, MANAGEMENT])
def test_a_root_session_is_the_root_user_for_one_task(by: str) -> None:
    credentials = open_root(by=by)
    principal = principals.identify(credentials["AccessKeyId"])
    assert (principal.account, principal.arn) == (MEMBER, f"arn:aws:iam::{MEMBER}:root")
    assert principal.root_task == AUDIT


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("by", "into", "principal"),
    [
        (MEMBER, OTHER, "role/Job"),
        (OTHER, MANAGEMENT, "role/Job"),
        (OTHER, "999999999999", "role/Job"),
        (MANAGEMENT, MEMBER, "root"),
    ],
)
def test_nobody_else_opens_one_and_none_into_the_management_account(
    by: str, into: str, principal: str
) -> None:
    request = call(
        "AssumeRoot",
        account=by,
        service="sts",
        principal=principal,
        TargetPrincipal=into,
        TaskPolicyArn={"arn": root_tasks.arn(AUDIT)},
    )
    with pytest.raises(ServiceError, match="not authorized to perform: sts:AssumeRoot"):
        sts.assume_root(request)


def test_a_feature_that_is_off_refuses_its_tasks(organization: Any) -> None:
    assert organization
    backend_state.account_wide("iam root features", MANAGEMENT).pop("RootCredentialsManagement")
    with pytest.raises(ServiceError, match="not authorized"):
        open_root(AUDIT)
    assert open_root("S3UnlockBucketPolicy")


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    "given",
    [
        {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
        {"TaskPolicyArn": {"arn": root_tasks.arn(AUDIT)}, "DurationSeconds": 901},
    ],
)
def test_other_policies_and_longer_sessions_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="No such task policy"):
        sts.assume_root(call("AssumeRoot", service="sts", TargetPrincipal=MEMBER, **given))


def as_root(operation: str, task: str = "", **parameters: Any) -> ApiRequest:
    return call(operation, account=MEMBER, principal="root", task=task, **parameters)


@pytest.mark.usefixtures("organization")
def test_a_task_allows_its_actions_and_no_other() -> None:
    assert enforcement.check(as_root("ListAccessKeys", AUDIT)) is None
    denial = enforcement.check(as_root("DeleteAccessKey", AUDIT, AccessKeyId="AKIA"))
    assert denial is not None
    assert denial.message.endswith(root_tasks.arn(AUDIT))
    assert enforcement.check(as_root("DeleteAccessKey", DELETE, AccessKeyId="AKIA")) is None
    assert enforcement.check(as_root("CreateLoginProfile", DELETE)) is not None


def test_a_policy_tells_root_sessions_from_the_root_user(organization: Any) -> None:
    attach(
        organization,
        MEMBER,
        Action="*",
        Condition={
            "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"},
            "BoolIfExists": {"aws:AssumedRoot": "false"},
        },
    )
    assert enforcement.check(as_root("ListAccessKeys", AUDIT)) is None
    assert enforcement.check(as_root("ListAccessKeys")) is not None


@pytest.mark.usefixtures("organization")
def test_root_credentials_are_made_listed_and_deleted() -> None:
    key = root_users.create_key(as_root("CreateAccessKey"))["AccessKey"]["AccessKeyId"]
    root_users.create_password(as_root("CreateLoginProfile"))
    uploaded = root_users.upload_certificate(
        as_root("UploadSigningCertificate", CertificateBody="pem")
    )["Certificate"]["CertificateId"]
    listed = root_users.list_keys(as_root("ListAccessKeys"))["AccessKeyMetadata"]
    assert [row["AccessKeyId"] for row in listed] == [key]
    assert root_users.get_password(as_root("GetLoginProfile"))["LoginProfile"]["UserName"] == "root"
    root_users.delete_password(as_root("DeleteLoginProfile"))
    root_users.delete_key(as_root("DeleteAccessKey", AccessKeyId=key))
    root_users.delete_certificate(as_root("DeleteSigningCertificate", CertificateId=uploaded))
    assert root_users.list_keys(as_root("ListAccessKeys"))["AccessKeyMetadata"] == []
    assert root_users.list_certificates(as_root("ListSigningCertificates"))["Certificates"] == []
    assert root_users.list_devices(as_root("ListMFADevices"))["MFADevices"] == []
    for again in (root_users.get_password, root_users.delete_password):
        with pytest.raises(ServiceError, match="cannot be found"):
            again(as_root("GetLoginProfile"))


@pytest.mark.usefixtures("organization")
def test_a_root_user_has_two_keys_and_one_password_at_most() -> None:
    for _ in range(2):
        root_users.create_key(as_root("CreateAccessKey"))
    with pytest.raises(ServiceError, match="quota for AccessKeysPerUser"):
        root_users.create_key(as_root("CreateAccessKey"))
    root_users.create_password(as_root("CreateLoginProfile"))
    with pytest.raises(ServiceError, match="exists"):
        root_users.create_password(as_root("CreateLoginProfile"))


def test_calls_of_others_and_about_users_go_to_the_emulator() -> None:
    assert registry.answer_to(as_root("ListAccessKeys")) is root_users.list_keys
    assert registry.answer_to(as_root("ListAccessKeys", UserName="ci")) is None
    assert registry.answer_to(call("ListAccessKeys")) is None
