"""Inspector's administrator and its way of scanning, as the embedded AWS keeps them."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local import organization
from baseline.local.backends import administrators, inspector, state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

MANAGEMENT, SECURITY, OTHER = "111111111111", "333333333333", "666666666666"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))
    monkeypatch.setattr(organization, "management_of", lambda _: MANAGEMENT)
    monkeypatch.setattr(organization, "enable_service", lambda *_: None)
    backend = SimpleNamespace(admins=[], register_delegated_administrator=lambda **_: None)
    monkeypatch.setattr(organization, "backend", lambda _: backend)


def call(
    operation: str, account: str = SECURITY, region: str = "eu-west-1", **given: Any
) -> ApiRequest:
    return ApiRequest(
        account=account,
        region=region,
        service="inspector2",
        operation=operation,
        parameters=given,
        principal_arn=f"arn:aws:iam::{account}:role/x",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/x/y",
    )


def named(region: str = "eu-west-1") -> list[str]:
    request = call("ListDelegatedAdminAccounts", MANAGEMENT, region)
    found = administrators.list_inspector(request)["delegatedAdminAccounts"]
    return [each["accountId"] for each in found]


def enable(account: str, caller: str = MANAGEMENT) -> dict[str, Any]:
    request = call("EnableDelegatedAdminAccount", caller, delegatedAdminAccountId=account)
    return administrators.enable_inspector(request)


def test_the_administrator_is_named_region_by_region() -> None:
    assert named() == []
    assert enable(SECURITY) == {"delegatedAdminAccountId": SECURITY}
    assert named() == [SECURITY]
    assert named("eu-central-1") == []


def test_there_is_one_and_the_management_account_names_it() -> None:
    with pytest.raises(ServiceError, match="Only the management account"):
        enable(SECURITY, caller=SECURITY)
    enable(SECURITY)
    with pytest.raises(ServiceError, match="is the administrator already"):
        enable(OTHER)


def test_the_way_of_scanning_is_kept_by_region() -> None:
    ways: dict[str, Any] = {
        "ec2Configuration": {"scanMode": "EC2_SSM_AGENT_BASED"},
        "ecrConfiguration": {"rescanDuration": "LIFETIME"},
    }
    inspector.update(call("UpdateConfiguration", **ways))
    found = inspector.get(call("GetConfiguration"))
    assert found["ec2Configuration"]["scanModeState"]["scanMode"] == "EC2_SSM_AGENT_BASED"
    assert found["ecrConfiguration"]["rescanDurationState"]["rescanDuration"] == "LIFETIME"
    other = inspector.get(call("GetConfiguration", region="eu-central-1"))
    assert other["ec2Configuration"]["scanModeState"]["scanMode"] == "EC2_HYBRID"


def test_directories_of_packages_are_kept() -> None:
    request = call("UpdateOrgEc2DeepInspectionConfiguration", orgPackagePaths=["/opt/app"])
    inspector.update_paths(request)
    found = inspector.get_paths(call("GetEc2DeepInspectionConfiguration"))
    assert found["orgPackagePaths"] == ["/opt/app"]
