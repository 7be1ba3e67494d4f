"""The administrator of Security Lake is named once, and never taken from another account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.organization.conftest import PROPERTIES, Invoke
from tests.unit.organization.fake_aws import FakeAws, Fault, throttled
from tests.unit.organization.handler import apicalls, desired

RefusedError = apicalls.RefusedError
ARCHIVE, NETWORK = "222222222222", "444444444444"
LAKE = "securitylake.amazonaws.com"
REGISTER = "RegisterDataLakeDelegatedAdministrator"
WANTED: dict[str, Any] = {
    "DataLakeAdministrator": ARCHIVE,
    "TrustedAccess": [*PROPERTIES["TrustedAccess"], LAKE],
}


def registrations(aws: FakeAws) -> list[tuple[str, str, str]]:
    return [call for call in aws.calls if call[2] == REGISTER]


def test_it_is_named_once_in_the_home_region(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    invoke("on_event", "Update", **WANTED)
    assert aws.delegated[LAKE] == [ARCHIVE]
    assert registrations(aws) == [("securitylake", "eu-west-1", REGISTER)]


def test_without_a_lake_security_lake_is_not_called(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event")
    assert [call for call in aws.calls if call[0] == "securitylake"] == []
    assert LAKE not in aws.services


def test_a_throttled_call_is_repeated(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(REGISTER, *throttled(2, "ThrottlingException"))
    invoke("on_event", **WANTED)
    assert aws.delegated[LAKE] == [ARCHIVE]


def test_an_administrator_named_in_the_meantime_is_success(
    invoke: Invoke, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: str, **__: str) -> None:
        aws.delegated[LAKE].append(ARCHIVE)
        raise Fault("ConflictException", "already", 409)

    monkeypatch.setattr(aws, "securitylake_register_data_lake_delegated_administrator", late)
    assert invoke("on_event", **WANTED)["PhysicalResourceId"]
    assert aws.delegated[LAKE] == [ARCHIVE]


def test_another_administrator_is_an_error_with_both_accounts(invoke: Invoke, aws: FakeAws) -> None:
    aws.delegated[LAKE] = [NETWORK]
    with pytest.raises(RefusedError, match=rf"{LAKE} .*{NETWORK}, .* wants {ARCHIVE}"):
        invoke("on_event", **WANTED)
    assert registrations(aws) == []


def test_a_missing_permission_is_named(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(REGISTER, Fault("AccessDeniedException", "no", 403))
    with pytest.raises(RefusedError, match=f"not allowed to call securitylake:{REGISTER}"):
        invoke("on_event", **WANTED)


def test_delete_leaves_it(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    aws.calls.clear()
    invoke("on_event", "Delete", **WANTED)
    assert aws.delegated[LAKE] == [ARCHIVE]
    assert aws.writes() == []


def test_what_is_no_account_is_an_error_before_any_call(invoke: Invoke, aws: FakeAws) -> None:
    with pytest.raises(desired.PropertyError, match="AccountId must be 12 digits"):
        invoke("on_event", DataLakeAdministrator="archive")
    assert aws.calls == []
