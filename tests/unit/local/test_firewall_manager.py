"""Firewall Manager's administrator in the embedded AWS, as the organization's handler asks for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from baseline.local import organization
from baseline.local.backends import administrators as backend
from baseline.local.backends import state
from baseline.local.backends.registry import answer_to
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

MANAGEMENT, SECURITY, NETWORK = "111111111111", "333333333333", "444444444444"


def call(operation: str, *, by: str = MANAGEMENT, **parameters: str) -> dict[str, Any]:
    request = ApiRequest(
        account=by,
        region="us-east-1",
        service="fms",
        operation=operation,
        parameters=parameters,
        principal_arn=f"arn:aws:iam::{by}:role/x",
        caller_arn=f"arn:aws:sts::{by}:assumed-role/x/y",
    )
    answer = answer_to(request)
    assert answer is not None
    return answer(request)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What Organizations was told."""
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))
    monkeypatch.setattr(organization, "management_of", lambda _: MANAGEMENT)
    monkeypatch.setattr(backend, "_register", lambda *given: told.append(given))
    return told


@pytest.mark.usefixtures("registered")
def test_nobody_administers_it_at_first() -> None:
    with pytest.raises(ServiceError) as refused:
        call("GetAdminAccount")
    assert refused.value.code == "ResourceNotFoundException"


def test_who_is_named_is_ready_and_a_delegated_administrator(
    registered: list[tuple[str, str, str]],
) -> None:
    assert call("AssociateAdminAccount", AdminAccount=SECURITY) == {}
    assert call("GetAdminAccount") == {"AdminAccount": SECURITY, "RoleStatus": "READY"}
    assert registered == [(MANAGEMENT, SECURITY, "fms.amazonaws.com")]


@pytest.mark.usefixtures("registered")
def test_there_is_one_and_only_the_management_account_names_it() -> None:
    call("AssociateAdminAccount", AdminAccount=SECURITY)
    with pytest.raises(ServiceError, match=f"{SECURITY} is the administrator already"):
        call("AssociateAdminAccount", AdminAccount=NETWORK)
    with pytest.raises(ServiceError, match="Only the management account"):
        call("AssociateAdminAccount", by=SECURITY, AdminAccount=SECURITY)
