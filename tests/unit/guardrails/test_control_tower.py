"""No guardrail stops Control Tower where it governs the accounts."""

from __future__ import annotations

import pytest

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.guardrails import catalog
from baseline.guardrails.composition import compose
from baseline.guardrails.lock_out import requests_of
from baseline.guardrails.model import Guardrail, RoleClass
from baseline.guardrails.request import Request
from baseline.guardrails.values import roles_of
from baseline.guardrails.verification import refuse_lock_out
from tests.unit.guardrails import harness

NEED = "Control Tower needs it"
MEMBER = "555555555555"


def governed() -> Configuration:
    return harness.configuration().model_copy(update={"control_tower": "landing-zone"})


def asked(configuration: Configuration) -> list[Request]:
    core = {role: account.id for role, account in configuration.core_accounts().items()}
    accounts = {**core, "member": MEMBER}
    rows = requests_of(roles_of(configuration), accounts, configuration.regions)
    return [request for why, request in rows if why == NEED]


def test_its_role_is_proved_in_every_account_and_region() -> None:
    configuration = governed()
    requests = asked(configuration)
    assert {request.region for request in requests} == {*configuration.regions}
    core = {account.id for account in configuration.core_accounts().values()}
    assert {request.principal_arn for request in requests} == {
        f"arn:aws:iam::{account}:role/AWSControlTowerExecution" for account in {*core, MEMBER}
    }
    refuse_lock_out(configuration, compose(configuration))


def test_nothing_is_asked_for_it_where_it_does_not_govern() -> None:
    assert asked(harness.configuration()) == []


@pytest.mark.parametrize("name", ["protect-config", "deny-everything"])
def test_a_guardrail_that_would_stop_it_is_refused_at_synth(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    patterns = roles_of(governed()).patterns(RoleClass.DEPLOYERS)
    assert "arn:aws:iam::*:role/AWSControlTowerExecution" in patterns
    document = catalog.guardrails()[name].model_dump(mode="json") | {"exemptions": ["break_glass"]}
    changed = catalog.guardrails() | {name: Guardrail.model_validate(document)}
    monkeypatch.setattr(catalog, "guardrails", lambda: changed)
    with pytest.raises(
        BaselineError,
        match=f"AWSControlTowerExecution.*\n.*{NEED}|{NEED}.*AWSControlTowerExecution",
    ):
        refuse_lock_out(governed(), compose(governed()))
