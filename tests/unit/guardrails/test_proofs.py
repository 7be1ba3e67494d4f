"""Composition, the proofs of a whole configuration, and the check against locking oneself out."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.guardrails import catalog, proofs
from baseline.guardrails.composition import IMITATION_GUARD, compose, policy_types
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.verification import refuse_lock_out
from tests.unit.guardrails import harness


def with_units(**units: Any) -> Configuration:
    example = harness.configuration()
    document = example.model_dump(mode="json")
    document["organizational_units"] = units
    model = type(example.organizational_units["Security"])
    return example.model_copy(
        update={
            "organizational_units": {name: model.model_validate(row) for name, row in units.items()}
        }
    )


def small() -> Configuration:
    """Give the example with one unit, for what each unit would show again."""
    return with_units(Security={"guardrails": ["foundation"]})


@pytest.mark.parametrize("switches", harness.SWITCHES)
def test_all_proofs_of_the_example_hold(switches: bool) -> None:
    results = harness.results(switches=switches)
    assert len(results) > 2000
    assert not [str(result) for result in results if not result.passed]


def test_every_denial_names_policy_statement_and_level() -> None:
    for result in harness.results():
        decision = result.decision
        if not decision.allowed:
            assert decision.policy.startswith(("secbase-scp-", "secbase-rcp-"))
            assert decision.sid
            assert decision.level.startswith("OU ")


def test_units_below_inherit_and_repeat_nothing() -> None:
    below = {"guardrails": ["foundation", "protect-logs"]}
    composed = compose(with_units(Work={"guardrails": ["foundation"], "units": {"Test": below}}))
    targets = {target.path: target for target in composed}
    logs = list(catalog.sets()["protect-logs"].guardrails)
    assert [row.guardrail.id for row in targets["Work/Test"].guardrails] == logs
    effective = [row.guardrail.id for row in targets["Work/Test"].effective]
    assert effective == [IMITATION_GUARD, *catalog.sets()["foundation"].guardrails, *logs]
    assert [policy.type.short for policy in targets["Work/Test"].policies] == ["rcp", "scp"]


@pytest.mark.parametrize(
    ("names", "guarded"),
    [
        (["deny-leave-organization"], False),
        (["protect-config"], True),
        ([IMITATION_GUARD, "protect-config"], True),
    ],
)
def test_the_guard_against_imitations_comes_with_exemptions(
    names: list[str], guarded: bool
) -> None:
    target = compose(with_units(Work={"guardrails": names}))[1]
    found = [row.guardrail.id for row in target.guardrails]
    assert found.count(IMITATION_GUARD) == int(guarded)


def test_guardduty_comes_from_the_capabilities() -> None:
    example = harness.configuration()
    assert PolicyType.GUARDDUTY in policy_types(compose(example))
    capabilities = example.capabilities
    off = capabilities.guardduty.model_copy(update={"enabled": False})
    without = example.model_copy(
        update={"capabilities": capabilities.model_copy(update={"guardduty": off})}
    )
    assert PolicyType.GUARDDUTY not in policy_types(compose(without))


def test_names_that_become_the_same_are_refused() -> None:
    units = {"a b": {"guardrails": ["quarantine"]}, "a-b": {"guardrails": ["quarantine"]}}
    with pytest.raises(BaselineError, match="units a b and a-b would both have a policy"):
        compose(with_units(**units))


def replaced(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    document = catalog.guardrails()[name].model_dump(mode="json") | changes
    changed = catalog.guardrails() | {name: Guardrail.model_validate(document)}
    monkeypatch.setattr(catalog, "guardrails", lambda: changed)


def test_a_proof_that_fails_says_request_expected_got_and_statement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed = [{"why": "wrong", "actions": ["config:StopConfigurationRecorder"]}] * 3
    replaced(monkeypatch, "protect-config", allowed=allowed)
    failed = [row for row in proofs.run(small()) if not row.passed]
    assert failed
    policy = failed[0].decision.policy
    assert str(failed[0]) == (
        "Security: protect-config: wrong: arn:aws:iam::555555555555:role/Developer "
        "config:StopConfigurationRecorder * in eu-west-1: expected allowed, got denied "
        "(config:StopConfigurationRecorder is denied by statement ProtectConfig of "
        f"{policy} at OU Security)"
    )


def test_a_guardrail_that_does_not_deny_fails_its_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = {
        "Sid": "ProtectConfig",
        "Effect": "Deny",
        "Action": "config:StopX",
        "Resource": "*",
    }
    replaced(monkeypatch, "protect-config", statements=[statement])
    failed = {row.case.expected for row in proofs.run(small()) if not row.passed}
    assert failed == {"denied"}


@pytest.mark.parametrize(
    ("proof", "message"),
    [
        ({"why": "x", "actions": []}, r"protect-config denied.0 actions: "),
        ({"why": "x", "actions": ["config"]}, r"denied.0 actions.0: "),
        ({"why": "x", "actions": ["config:X"], "principal": "anna"}, r"denied.0 principal: "),
        ({"why": "x", "actions": ["config:X"], "account": "audit"}, "account 'audit' is none of"),
        ({"why": "x", "actions": ["config:X"], "colour": "red"}, r"denied.0 colour: Extra inputs"),
    ],
)
def test_a_malformed_proof_is_refused(
    monkeypatch: pytest.MonkeyPatch, proof: dict[str, Any], message: str
) -> None:
    replaced(monkeypatch, "protect-config", denied=[proof] * 3)
    with pytest.raises(BaselineError, match=message):
        proofs.run(small())


@pytest.mark.parametrize(
    "name",
    [
        "deny-regions",
        "protect-config",
        "protect-guardduty",
        "protect-security-hub",
        "deny-everything",
    ],
)
def test_a_guardrail_that_forgets_the_deployer_is_refused_at_synth(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    example = harness.configuration()
    refuse_lock_out(example, compose(example))
    replaced(monkeypatch, name, exemptions=["break_glass"])
    with pytest.raises(BaselineError, match=r"lock out the baseline's roles:\n.*deployers need it"):
        refuse_lock_out(example, compose(example))


def test_a_guardrail_that_forgets_break_glass_is_refused_at_synth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = harness.configuration()
    replaced(monkeypatch, "protect-guardduty", exemptions=["deployers"])
    with pytest.raises(BaselineError, match="break_glass need it"):
        refuse_lock_out(example, compose(example))
