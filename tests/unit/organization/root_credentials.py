"""The root credential handlers, imported as Lambda does, and root users that behave as AWS's do."""

from __future__ import annotations

import sys
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from tests.handlers import load_handler

HOME, MANAGEMENT = "eu-west-1", "123456789012"
READS = {"GetLoginProfile", "ListAccessKeys", "ListMFADevices", "ListSigningCertificates"}
# The task policies deny everything else (IAM User Guide, "AWS managed policies").
TASKS = {
    "IAMAuditRootUserCredentials": READS,
    "IAMDeleteRootUserCredentials": READS
    | {
        "DeactivateMFADevice",
        "DeleteAccessKey",
        "DeleteLoginProfile",
        "DeleteSigningCertificate",
    },
}


index = load_handler("baseline/organization/handlers/root_credentials")
root_calls = sys.modules["root_calls"]
root_plan = sys.modules["root_plan"]


class RootUsers:
    """Root users of member accounts, reached through AssumeRoot; everything else goes to moto."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has: dict[str, dict[str, list[str]]] = {}
        self.refused: dict[tuple[str, str], str] = {}
        self.made: list[tuple[str, str]] = []
        self.endpoints: set[str] = set()
        self.messages: list[str] = []
        users, original = self, botocore.client.BaseClient._make_api_call

        def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            key = client._request_signer._credentials.access_key
            if operation == "Publish":
                users.messages.append(parameters["Message"])
            if operation == "AssumeRoot" or key.startswith("ROOT"):
                shape = client.meta.service_model.operation_model(operation).input_shape
                report = ParamValidator().validate(parameters, shape)
                assert not report.has_errors(), report.generate_report()
                if operation == "AssumeRoot":
                    users.endpoints.add(client.meta.endpoint_url)
                    return users.assume(parameters)
                secret = client._request_signer._credentials.secret_key
                return users.act(key.removeprefix("ROOT"), secret, operation, parameters)
            return original(client, operation, parameters)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def give(self, account: str, **credentials: list[str]) -> None:
        self.has[account] = {"password": [], "keys": [], "devices": [], "certificates": []}
        self.has[account] |= credentials

    def assume(self, parameters: dict[str, Any]) -> dict[str, Any]:
        account = parameters["TargetPrincipal"]
        assert parameters["DurationSeconds"] == 900
        self._refuse(account, "AssumeRoot")
        task = parameters["TaskPolicyArn"]["arn"].removeprefix("arn:aws:iam::aws:policy/root-task/")
        assert task in TASKS
        return {
            "Credentials": {
                "AccessKeyId": f"ROOT{account}",
                "SecretAccessKey": task,
                "SessionToken": "token",
            }
        }

    def act(
        self, account: str, task: str, operation: str, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        if operation not in TASKS[task]:
            raise _error("AccessDenied", operation)
        self._refuse(account, operation)
        if not operation.startswith(("Get", "List")):
            self.made.append((account, operation))
        has = self.has[account]
        match operation:
            case "GetLoginProfile":
                if not has["password"]:
                    raise _error("NoSuchEntity", operation)
                return {"LoginProfile": {}}
            case "ListAccessKeys":
                return {"AccessKeyMetadata": [{"AccessKeyId": key} for key in has["keys"]]}
            case "ListMFADevices":
                return {"MFADevices": [{"SerialNumber": serial} for serial in has["devices"]]}
            case "ListSigningCertificates":
                return {"Certificates": [{"CertificateId": one} for one in has["certificates"]]}
        kind = {
            "DeleteLoginProfile": "password",
            "DeleteAccessKey": "keys",
            "DeactivateMFADevice": "devices",
            "DeleteSigningCertificate": "certificates",
        }[operation]
        value = next(iter(parameters.values()), "password")
        if value not in has[kind]:
            raise _error("NoSuchEntity", operation)
        has[kind].remove(value)
        return {}

    def _refuse(self, account: str, operation: str) -> None:
        if code := self.refused.get((account, operation)):
            raise _error(code, operation)


def _error(code: str, operation: str) -> ClientError:
    """Give an error; text after the code becomes its message."""
    code, _, message = code.partition(" ")
    return ClientError({"Error": {"Code": code, "Message": message or "no"}}, operation)
