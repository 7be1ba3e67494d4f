"""The administrator of Firewall Manager is named once, waited for, and never taken from another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.organization.conftest import PROPERTIES, Invoke
from tests.unit.organization.fake_aws import SECURITY, FakeAws, Fault, throttled
from tests.unit.organization.handler import apicalls, desired

RefusedError = apicalls.RefusedError
NETWORK = "444444444444"
PRINCIPAL = "fms.amazonaws.com"
ASSOCIATE = "AssociateAdminAccount"
WANTED: dict[str, Any] = {
    "FirewallAdministrator": SECURITY,
    "TrustedAccess": [*PROPERTIES["TrustedAccess"], PRINCIPAL],
}


def associations(aws: FakeAws) -> list[tuple[str, str, str]]:
    return [call for call in aws.calls if call[2] == ASSOCIATE]


def test_it_is_named_once_in_us_east_1(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    invoke("on_event", "Update", **WANTED)
    assert aws.firewalls["AdminAccount"] == SECURITY
    assert associations(aws) == [("fms", "us-east-1", ASSOCIATE)]


def test_the_deployment_waits_until_it_is_ready(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    aws.finish_policy_types()
    assert invoke("is_complete", **WANTED)["IsComplete"] is False
    aws.finish_firewalls()
    assert invoke("is_complete", **WANTED)["IsComplete"] is True


def test_without_policies_firewall_manager_is_not_called(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event")
    assert [call for call in aws.calls if call[0] == "fms"] == []
    assert PRINCIPAL not in aws.services


def test_a_throttled_call_is_repeated(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(ASSOCIATE, *throttled(2, "ThrottlingException"))
    invoke("on_event", **WANTED)
    assert aws.firewalls["AdminAccount"] == SECURITY


def test_an_administrator_named_in_the_meantime_is_success(
    invoke: Invoke, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: str, **__: str) -> None:
        aws.firewalls = {"AdminAccount": SECURITY, "RoleStatus": "READY"}
        raise Fault("InvalidOperationException", "already")

    monkeypatch.setattr(aws, "fms_associate_admin_account", late)
    assert invoke("on_event", **WANTED)["PhysicalResourceId"]


def test_a_refusal_is_an_error(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(ASSOCIATE, Fault("LimitExceededException", "too many"))
    with pytest.raises(RefusedError, match=f"fms:{ASSOCIATE} failed in us-east-1: .*too many"):
        invoke("on_event", **WANTED)


def test_another_administrator_is_an_error_with_both_accounts(invoke: Invoke, aws: FakeAws) -> None:
    aws.firewalls = {"AdminAccount": NETWORK, "RoleStatus": "READY"}
    with pytest.raises(RefusedError, match=rf"Firewall Manager .*{NETWORK}, .* wants {SECURITY}"):
        invoke("on_event", **WANTED)
    assert associations(aws) == []


def test_an_administrator_on_its_way_out_is_waited_for_by_hand(
    invoke: Invoke, aws: FakeAws
) -> None:
    aws.firewalls = {"AdminAccount": NETWORK, "RoleStatus": "DELETING"}
    with pytest.raises(RefusedError, match=f"still removing its administrator {NETWORK}"):
        invoke("on_event", **WANTED)


def test_one_that_is_gone_does_not_count(
    invoke: Invoke, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        aws,
        "fms_get_admin_account",
        lambda _: {"AdminAccount": NETWORK, "RoleStatus": "DELETED"},
    )
    invoke("on_event", **WANTED)
    assert aws.firewalls["AdminAccount"] == SECURITY


def test_a_missing_permission_is_named(invoke: Invoke, aws: FakeAws) -> None:
    aws.fail(ASSOCIATE, Fault("AccessDeniedException", "no", 403))
    with pytest.raises(RefusedError, match=f"not allowed to call fms:{ASSOCIATE}"):
        invoke("on_event", **WANTED)


def test_delete_leaves_it(invoke: Invoke, aws: FakeAws) -> None:
    invoke("on_event", **WANTED)
    aws.calls.clear()
    invoke("on_event", "Delete", **WANTED)
    assert aws.firewalls["AdminAccount"] == SECURITY
    assert aws.calls == []


def test_what_is_no_account_is_an_error_before_any_call(invoke: Invoke, aws: FakeAws) -> None:
    with pytest.raises(desired.PropertyError, match="AccountId must be 12 digits"):
        invoke("on_event", FirewallAdministrator="security")
    assert aws.calls == []
