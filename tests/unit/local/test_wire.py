"""Calls are understood in every AWS protocol, and refusals are written as AWS writes them."""

import json
from urllib.parse import urlencode

import pytest

from baseline.local import wire

FORM = {"content-type": "application/x-www-form-urlencoded"}


def read(service: str, body: object, headers: dict[str, str], path: str = "/") -> wire.Call:
    content = body if isinstance(body, bytes) else urlencode(dict(body)).encode()  # type: ignore[call-overload]
    return wire.read(service, "POST", f"http://localhost{path}", headers, content)


@pytest.mark.parametrize(
    ("service", "body", "headers", "operation", "parameters"),
    [
        ("iam", {"Action": "CreateUser", "UserName": "x"}, FORM, "CreateUser", {"UserName": "x"}),
        (
            "ec2",
            {"Action": "CreateVpc", "CidrBlock": "10.0.0.0/16"},
            FORM,
            "CreateVpc",
            {"CidrBlock": "10.0.0.0/16"},
        ),
        (
            "organizations",
            json.dumps({"TargetId": "r-exam", "PolicyId": "p-1"}).encode(),
            {
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": "AWSOrganizationsV20161128.AttachPolicy",
            },
            "AttachPolicy",
            {"TargetId": "r-exam", "PolicyId": "p-1"},
        ),
    ],
)
def test_operation_and_parameters_are_read(
    service: str,
    body: object,
    headers: dict[str, str],
    operation: str,
    parameters: dict[str, object],
) -> None:
    call = read(service, body, headers)
    assert (call.operation, call.parameters) == (operation, parameters)


def test_rest_calls_are_read_from_path_and_body() -> None:
    call = wire.read("s3", "PUT", "http://localhost/logs?policy", {}, b"{}")
    assert (call.operation, call.parameters["Bucket"]) == ("PutBucketPolicy", "logs")
    call = wire.read(
        "s3",
        "PUT",
        "http://localhost/v20180820/configuration/publicAccessBlock",
        {"x-amz-account-id": "222222222222"},
        b"<PublicAccessBlockConfiguration/>",
    )
    assert (call.service, call.operation) == ("s3control", "PutPublicAccessBlock")


def test_a_request_that_no_model_knows_keeps_its_target() -> None:
    call = wire.read("unheard-of", "POST", "http://localhost/", {"x-amz-target": "A.DoIt"}, b"")
    assert (call.operation, call.parameters, call.model) == ("DoIt", {}, None)


@pytest.mark.parametrize(
    ("service", "action", "code"),
    [
        ("ec2", "CreateVpc", "UnauthorizedOperation"),
        ("iam", "CreateUser", "AccessDenied"),
    ],
)
@pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")
def test_denial_has_the_code_of_the_protocol(service: str, action: str, code: str) -> None:
    response = wire.access_denied(read(service, {"Action": action}, FORM), "no: p-12345678")
    assert response.status == 403
    assert f"<Code>{code}</Code>".encode() in response.body
    assert b"p-12345678" in response.body


def test_denial_of_an_unknown_call_names_the_policy_too() -> None:
    call = wire.read("unheard-of", "POST", "http://localhost/", {}, b"")
    response = wire.access_denied(call, "no: p-12345678")
    assert json.loads(response.body) == {
        "__type": "AccessDeniedException",
        "message": "no: p-12345678",
    }
