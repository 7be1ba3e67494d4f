"""An organization in memory behind real boto3 clients, for calls that moto does not have.

botocore still validates the parameters and makes the exceptions; only the network is left out.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name

Answer = dict[str, Any]
Client = Any
Reply = tuple[SimpleNamespace, Answer]
ROOT_ID = "r-exam"
ORGANIZATION_ID = "o-exampleorgid"
SECURITY = "333333333333"
STACK_ID = "arn:aws:cloudformation:eu-west-1:111111111111:stack/secbase-organization/1"


class Fault(Exception):  # noqa: N818 - a fault to inject, raised only on its way into boto3
    def __init__(self, code: str, message: str = "injected", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


@dataclass
class FakeAws:
    organization: str = ORGANIZATION_ID
    feature_set: str = "ALL"
    services: list[str] = field(default_factory=list)
    policy_types: dict[str, str] = field(default_factory=dict)
    delegated: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    administrators: dict[tuple[str, str], Answer] = field(default_factory=dict)
    root_features: list[str] = field(default_factory=list)
    backup_settings: dict[str, str] = field(default_factory=dict)
    service_roles: list[str] = field(default_factory=list)
    hubs: dict[str, Answer] = field(default_factory=dict)
    firewalls: dict[str, str] = field(default_factory=dict)
    stack_sets: str = "DISABLED"
    stack_status: str = "UPDATE_IN_PROGRESS"
    parents: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    faults: dict[str, list[Fault | None]] = field(default_factory=lambda: defaultdict(list))
    page_size: int = 2

    def fail(self, operation: str, *faults: Fault | None) -> None:
        """Make the next calls of an operation fail; None lets one pass."""
        self.faults[operation] += faults

    def writes(self) -> list[tuple[str, str, str]]:
        return [call for call in self.calls if not call[2].startswith(("List", "Describe"))]

    def client(self, service: str, region: str) -> Client:
        """Give the client of a service in a Region, answered by this organization."""
        client = _client(service, region)
        client.fake = self
        return client

    def answer(self, service: str, region: str, name: str, parameters: Answer) -> Reply:
        """Answer a call, or fail it when a fault is injected."""
        self.calls.append((service, region, name))
        arguments = {xform_name(key): value for key, value in parameters.items()}
        try:
            fault = self.faults[name].pop(0) if self.faults[name] else None
            if fault is not None:
                raise fault
            parsed = getattr(self, f"{service}_{xform_name(name)}")(region, **arguments)
        except Fault as fault:
            error = {"Code": fault.code, "Message": fault.message}
            metadata = {"HTTPStatusCode": fault.status}
            return _status(fault.status), {"Error": error, "ResponseMetadata": metadata}
        return _status(200), parsed or {}

    def _page(self, key: str, entries: list[Answer], token: str | None) -> Answer:
        start = int(token or 0)
        answer: Answer = {key: entries[start : start + self.page_size]}
        if start + self.page_size < len(entries):
            answer["NextToken"] = str(start + self.page_size)
        return answer

    # Organizations

    def organizations_describe_organization(self, _: str) -> Answer:
        return {"Organization": {"Id": self.organization, "FeatureSet": self.feature_set}}

    def organizations_list_roots(self, _: str, **__: str) -> Answer:
        types = [{"Type": name, "Status": status} for name, status in self.policy_types.items()]
        return {"Roots": [{"Id": ROOT_ID, "PolicyTypes": types}]}

    def organizations_list_aws_service_access_for_organization(
        self, _: str, next_token: str | None = None
    ) -> Answer:
        entries = [{"ServicePrincipal": name} for name in self.services]
        return self._page("EnabledServicePrincipals", entries, next_token)

    def organizations_enable_aws_service_access(self, _: str, service_principal: str) -> None:
        assert service_principal not in self.services, "enabled twice"
        self.services.append(service_principal)

    def organizations_enable_policy_type(self, _: str, root_id: str, policy_type: str) -> None:
        assert root_id == ROOT_ID
        if policy_type in self.policy_types:
            raise Fault("PolicyTypeAlreadyEnabledException")
        self.policy_types[policy_type] = "PENDING_ENABLE"

    def finish_policy_types(self) -> None:
        self.policy_types = dict.fromkeys(self.policy_types, "ENABLED")

    def organizations_list_delegated_administrators(
        self, _: str, service_principal: str, next_token: str | None = None
    ) -> Answer:
        entries = [{"Id": account} for account in self.delegated[service_principal]]
        return self._page("DelegatedAdministrators", entries, next_token)

    def organizations_register_delegated_administrator(
        self, _: str, account_id: str, service_principal: str
    ) -> None:
        if service_principal not in self.services:
            raise Fault("ConstraintViolationException", "trusted access is not enabled")
        if account_id in self.delegated[service_principal]:
            raise Fault("AccountAlreadyRegisteredException")
        self.delegated[service_principal].append(account_id)

    def organizations_list_parents(self, _: str, child_id: str) -> Answer:
        if child_id not in self.parents:
            raise Fault("ChildNotFoundException")
        return {"Parents": [{"Id": self.parents[child_id]}]}

    def organizations_move_account(
        self, _: str, account_id: str, source_parent_id: str, destination_parent_id: str
    ) -> None:
        if self.parents[account_id] == destination_parent_id:
            raise Fault("DuplicateAccountException")
        assert self.parents[account_id] == source_parent_id
        self.parents[account_id] = destination_parent_id

    # The services' own APIs

    def _list_administrators(
        self, service: str, region: str, keys: tuple[str, str], token: str | None
    ) -> Answer:
        found = self.administrators.get((service, region))
        entries = [dict(zip(keys, found.values(), strict=True))] if found else []
        return self._page("AdminAccounts", entries, token)

    def _enable_administrator(self, service: str, region: str, account: str, code: str) -> None:
        if f"{service.removesuffix('v2')}.amazonaws.com" not in self.services:
            raise Fault(code, "trusted access is not enabled")
        if (service, region) in self.administrators:
            raise Fault(code, "another account is already the delegated administrator")
        self.administrators[service, region] = {"account": account, "status": "ENABLED"}

    def guardduty_list_organization_admin_accounts(
        self, region: str, next_token: str | None = None
    ) -> Answer:
        keys = ("AdminAccountId", "AdminStatus")
        return self._list_administrators("guardduty", region, keys, next_token)

    def guardduty_enable_organization_admin_account(
        self, region: str, admin_account_id: str
    ) -> None:
        self._enable_administrator("guardduty", region, admin_account_id, "BadRequestException")

    def securityhub_list_organization_admin_accounts(
        self, region: str, next_token: str | None = None, feature: str = "SecurityHub"
    ) -> Answer:
        keys = ("AccountId", "Status")
        return self._list_administrators(feature.lower(), region, keys, next_token)

    def securityhub_enable_organization_admin_account(
        self, region: str, admin_account_id: str, feature: str = "SecurityHub"
    ) -> None:
        self._enable_administrator(
            feature.lower(), region, admin_account_id, "InvalidInputException"
        )

    def inspector2_list_delegated_admin_accounts(self, region: str) -> Answer:
        found = self._list_administrators("inspector2", region, ("accountId", "status"), None)
        return {"delegatedAdminAccounts": found["AdminAccounts"]}

    def inspector2_enable_delegated_admin_account(
        self, region: str, delegated_admin_account_id: str, client_token: str
    ) -> Answer:
        assert client_token
        self._enable_administrator(
            "inspector2", region, delegated_admin_account_id, "ConflictException"
        )
        return {"delegatedAdminAccountId": delegated_admin_account_id}

    def macie2_list_organization_admin_accounts(self, region: str) -> Answer:
        found = self._list_administrators("macie2", region, ("accountId", "status"), None)
        return {"adminAccounts": found["AdminAccounts"]}

    def macie2_enable_organization_admin_account(
        self, region: str, admin_account_id: str, client_token: str
    ) -> None:
        assert client_token
        if "macie.amazonaws.com" not in self.services:
            raise Fault("ConflictException", "trusted access is not enabled")
        self.administrators["macie2", region] = {"account": admin_account_id, "status": "ENABLED"}

    def detective_list_organization_admin_accounts(self, region: str) -> Answer:
        found = self.administrators.get(("detective", region))
        return {"Administrators": [{"AccountId": found["account"]}] if found else []}

    def detective_enable_organization_admin_account(self, region: str, account_id: str) -> None:
        self._enable_administrator("detective", region, account_id, "ValidationException")

    def backup_describe_global_settings(self, _: str) -> Answer:
        return {"GlobalSettings": dict(self.backup_settings)}

    def backup_update_global_settings(self, _: str, global_settings: dict[str, str]) -> None:
        if "backup.amazonaws.com" not in self.services:
            raise Fault("InvalidRequestException", "trusted access is not enabled")
        self.backup_settings |= global_settings

    def securitylake_register_data_lake_delegated_administrator(
        self, _: str, account_id: str
    ) -> Answer:
        if "securitylake.amazonaws.com" not in self.services:
            raise Fault("AccessDeniedException", "trusted access is not enabled", 403)
        if self.delegated["securitylake.amazonaws.com"]:
            raise Fault("ConflictException", "there is an administrator", 409)
        self.delegated["securitylake.amazonaws.com"].append(account_id)
        return {}

    def fms_get_admin_account(self, region: str) -> Answer:
        assert region == "us-east-1"
        if not self.firewalls:
            raise Fault("ResourceNotFoundException", "no administrator")
        return dict(self.firewalls)

    def fms_associate_admin_account(self, region: str, admin_account: str) -> None:
        assert region == "us-east-1"
        if "fms.amazonaws.com" not in self.services:
            raise Fault("InvalidOperationException", "trusted access is not enabled")
        if self.firewalls:
            raise Fault("InvalidOperationException", "there is an administrator")
        self.firewalls = {"AdminAccount": admin_account, "RoleStatus": "CREATING"}

    def finish_firewalls(self) -> None:
        self.firewalls["RoleStatus"] = "READY"

    def securityhub_describe_hub(self, region: str) -> Answer:
        if region not in self.hubs:
            raise Fault("InvalidAccessException", "Account is not subscribed to AWS Security Hub")
        return {"HubArn": f"arn:aws:securityhub:{region}:111111111111:hub/default"}

    def securityhub_enable_security_hub(self, region: str, **settings: object) -> None:
        assert region not in self.hubs, "enabled twice"
        self.hubs[region] = settings

    def ram_enable_sharing_with_aws_organization(self, _: str) -> Answer:
        self.services.append("ram.amazonaws.com")
        return {"returnValue": True}

    def cloudformation_describe_organizations_access(self, _: str) -> Answer:
        return {"Status": self.stack_sets}

    def cloudformation_describe_stacks(self, _: str, *, stack_name: str) -> Answer:
        assert stack_name == STACK_ID
        return {"Stacks": [{"StackStatus": self.stack_status}]}

    def cloudformation_activate_organizations_access(self, _: str) -> None:
        self.stack_sets = "ENABLED"

    def iam_list_roles(self, _: str, path_prefix: str) -> Answer:
        service = path_prefix.removeprefix("/aws-service-role/").rstrip("/")
        role = {
            "Path": path_prefix,
            "RoleName": service,
            "RoleId": "AROA",
            "Arn": f"arn:aws:iam::111111111111:role{path_prefix}{service}",
        }
        return {"Roles": [role] if service in self.service_roles else []}

    def iam_create_service_linked_role(
        self,
        _: str,
        aws_service_name: str,
    ) -> Answer:
        if aws_service_name in self.service_roles:
            raise Fault("InvalidInput", "Service role name has been taken in this account")
        self.service_roles.append(aws_service_name)
        return {"Role": {"RoleName": aws_service_name}}

    def iam_list_organizations_features(self, _: str) -> Answer:
        if "iam.amazonaws.com" not in self.services:
            raise Fault("ServiceAccessNotEnabledException")
        return {"EnabledFeatures": list(self.root_features)}

    def iam_enable_organizations_root_credentials_management(self, _: str) -> None:
        self.root_features.append("RootCredentialsManagement")

    def iam_enable_organizations_root_sessions(self, _: str) -> None:
        self.root_features.append("RootSessions")

    def iam_disable_organizations_root_credentials_management(self, _: str) -> None:
        self.root_features.remove("RootCredentialsManagement")

    def iam_disable_organizations_root_sessions(self, _: str) -> None:
        self.root_features.remove("RootSessions")


@dataclass
class Clock:
    """Time that passes only by sleeping: no test waits."""

    limit: float = 300.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def remaining(self) -> float:
        return self.limit - sum(self.slept)


def throttled(times: int, code: str = "TooManyRequestsException") -> list[Fault | None]:
    return list(itertools.repeat(Fault(code, "Rate exceeded", 429), times))


def _status(code: int) -> SimpleNamespace:
    return SimpleNamespace(status_code=code)


@cache
def _client(service: str, region: str) -> Client:
    """Make a client once for all tests: loading its model takes most of a test's time."""
    client = _session().client(service, region_name=region)

    def keep(params: Answer, context: Answer, **_: object) -> None:
        context["parameters"] = dict(params)

    def answer(model: Client, context: Answer, **_: object) -> Reply:
        fake: FakeAws = client.fake
        return fake.answer(service, region, model.name, context["parameters"])

    client.meta.events.register("before-parameter-build", keep)
    client.meta.events.register("before-call", answer)
    return client


@cache
def _session() -> Client:
    return boto3.Session()
