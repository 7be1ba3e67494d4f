"""AWS Backup copies across accounts only once the management account says so, which is said once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.organization.conftest import PROPERTIES, Invoke
from tests.unit.organization.fake_aws import FakeAws, Fault, throttled
from tests.unit.organization.handler import apicalls, desired

RefusedError = apicalls.RefusedError
BACKUP = "backup.amazonaws.com"
UPDATE = "UpdateGlobalSettings"
COPIES, APPROVALS = "isCrossAccountBackupEnabled", "isMpaEnabled"
WANTED: dict[str, Any] = {
    "BackupSettings": [COPIES, APPROVALS],
    "TrustedAccess": [*PROPERTIES["TrustedAccess"], BACKUP],
}


def updates(aws: FakeAws) -> list[tuple[str, str, str]]:
    return [call for call in aws.calls if call[2] == UPDATE]


def test_copies_and_approvals_are_switched_on_once(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    invoke("on_event", "Update", **WANTED)
    assert aws.backup_settings == {COPIES: "true", APPROVALS: "true"}
    assert updates(aws) == [("backup", "eu-west-1", UPDATE)]


def test_what_is_not_named_stays_as_it_is(invoke: Invoke, aws: FakeAws) -> None:
    aws.backup_settings = {
        COPIES: "false",
        APPROVALS: "false",
        "isDelegatedAdministratorEnabled": "x",
    }
    invoke("on_event", **{**WANTED, "BackupSettings": [COPIES]})
    assert aws.backup_settings == {
        COPIES: "true",
        APPROVALS: "false",
        "isDelegatedAdministratorEnabled": "x",
    }


def test_without_copies_aws_backup_is_not_called(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event")
    assert [call for call in aws.calls if call[0] == "backup"] == []


def test_a_throttled_call_is_repeated(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(UPDATE, *throttled(2, "ThrottlingException"))
    invoke("on_event", **WANTED)
    assert aws.backup_settings[COPIES] == "true"


def test_a_missing_permission_is_named(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(UPDATE, Fault("AccessDeniedException", "no", 403))
    with pytest.raises(RefusedError, match=f"not allowed to call backup:{UPDATE}"):
        invoke("on_event", **WANTED)


def test_delete_leaves_it(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    aws.calls.clear()
    invoke("on_event", "Delete", **WANTED)
    assert aws.backup_settings[COPIES] == "true"
    assert aws.writes() == []


def test_an_unknown_setting_is_an_error_before_any_call(invoke: Invoke, aws: FakeAws) -> None:
    with pytest.raises(desired.PropertyError, match="BackupSettings knows"):
        invoke("on_event", BackupSettings=["isEverythingEnabled"])
    assert aws.calls == []
