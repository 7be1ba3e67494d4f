"""AWS Backup's settings of the organization, as the embedded AWS answers."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from baseline.local import organization
from baseline.local.backends import backup, state
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

MANAGEMENT, MEMBER = "111111111111", "555555555555"
COPIES = "isCrossAccountBackupEnabled"


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))
    monkeypatch.setattr(organization, "management_of", lambda _: MANAGEMENT)


def call(operation: str, account: str, **given: Any) -> ApiRequest:
    return ApiRequest(
        account=account,
        region="eu-west-1",
        service="backup",
        operation=operation,
        parameters=given,
        principal_arn=f"arn:aws:iam::{account}:role/x",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/x/y",
    )


def settings(account: str) -> dict[str, str]:
    found = backup.describe_global_settings(call("DescribeGlobalSettings", account))
    return dict(found["GlobalSettings"])


def test_copies_are_off_until_the_management_account_says_so() -> None:
    assert settings(MEMBER)[COPIES] == "false"
    wanted = {COPIES: "true"}
    backup.update_global_settings(call("UpdateGlobalSettings", MANAGEMENT, GlobalSettings=wanted))
    assert settings(MEMBER) == {
        COPIES: "true",
        "isDelegatedAdministratorEnabled": "false",
        "isMpaEnabled": "false",
    }


def test_a_member_cannot_change_them() -> None:
    with pytest.raises(ServiceError, match="Only the management account"):
        backup.update_global_settings(
            call("UpdateGlobalSettings", MEMBER, GlobalSettings={COPIES: "true"})
        )
    assert settings(MANAGEMENT)[COPIES] == "false"
