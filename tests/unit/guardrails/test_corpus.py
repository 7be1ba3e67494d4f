"""The corpus of requests against the packed policies of the example, by two engines.

It was written from the requirements, not from the catalog: what a line expects is what an
organization may expect, and a line that fails is a hole in the catalog or a lock-out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from baseline.guardrails.composition import ROOT, compose
from baseline.guardrails.evaluation import Organization
from baseline.guardrails.facts import rcp_services
from baseline.guardrails.model import PolicyType
from baseline.guardrails.packing import PackedPolicy, minified
from baseline.guardrails.placement import levels_of
from tests.unit.guardrails import harness, test_simulate
from tests.unit.guardrails.corpus_reader import ACCOUNTS, UNITS, Row, rows

SAMPLE = 6
"""One row in so many is asked of the other engine by default, all every night; ours answers all."""
TOPICS = sorted({row.where.partition(":")[0] for row in rows()})


@cache
def organization() -> Organization:
    """Give the example organization with the corpus' accounts in their units."""
    configuration = harness.configuration()
    levels = levels_of(compose(configuration))
    return Organization(
        id=configuration.organization.id,
        management_account=ACCOUNTS["management"],
        accounts={ACCOUNTS[name]: levels[unit] for name, unit in UNITS.items()},
    )


def of_topic(topic: str) -> list[Row]:
    return [row for row in rows() if row.where.startswith(f"{topic}:")]


def wrong(found: Iterable[tuple[Row, bool, str]]) -> str:
    """Give the rows with another answer than the expected one, one on a line."""
    return "\n".join(
        f"{row.where}: {row.verdict} expected: {row.request}: {reason}"
        for row, denied, reason in found
        if denied is not (row.verdict == "denied")
    )


@pytest.mark.parametrize("topic", TOPICS)
def test_the_corpus_gets_the_expected_answers(topic: str) -> None:
    decisions = [(row, organization().evaluate(row.request)) for row in of_topic(topic)]
    assert {row.verdict for row, _ in decisions} == {"denied", "allowed"}
    problems = wrong((row, not one.allowed, one.reason) for row, one in decisions)
    assert not problems, problems


def test_the_corpus_is_large_and_asks_every_unit() -> None:
    every = list(rows())
    callers = {row.request.principal.account for row in every}
    assert len(every) > 1_500
    assert {ACCOUNTS[name] for name in UNITS} <= callers


@cache
def documents(account: str, kind: PolicyType) -> list[list[Any]]:
    """Give the policy documents that bind an account, from the root down."""
    full = test_simulate.FULL if kind is PolicyType.SCP else test_simulate.FULL_RCP
    unit = next((UNITS[name] for name in UNITS if ACCOUNTS[name] == account), None)
    if unit is None:
        return [[full]]
    parts = unit.split("/")
    paths = [ROOT, *("/".join(parts[: depth + 1]) for depth in range(len(parts)))]
    return [[full, *documents_at(path, kind)] for path in paths]


@cache
def documents_at(path: str, kind: PolicyType) -> list[Any]:
    """Give the policy documents that are attached to a unit."""
    return [json.loads(minified(row.content)) for row in attached()[path] if row.type is kind]


@cache
def attached() -> dict[str, tuple[PackedPolicy, ...]]:
    """Give the policies of the example by unit."""
    return {target.path: target.policies for target in compose(harness.configuration())}


@pytest.mark.tools
@pytest.mark.parametrize("one_in", [SAMPLE, pytest.param(1, marks=pytest.mark.nightly)])
def test_the_other_engine_gives_the_expected_answers(one_in: int) -> None:
    asked, simulated = [], []
    for row in harness.sample("corpus", list(rows()), one_in):
        request = row.request
        unknown = request.action.lower() in test_simulate.UNKNOWN_TO_SIMULATE
        # AWS's exemptions and callers without an account are unknown to iam-simulate.
        if request.principal.is_service_linked or request.principal_arn == "*" or unknown:
            continue
        scps = documents(request.principal.account, PolicyType.SCP)
        bound = request.service in rcp_services()
        rcps = documents(request.resource_account if bound else "", PolicyType.RCP)
        asked.append(row)
        simulated.append(test_simulate.row(request, organization(), scps, rcps))
    results = test_simulate.simulate(simulated)
    # Only explicit denials count: across accounts identity and resource policies decide as well.
    found = zip(asked, (result == "ExplicitlyDenied" for result in results), results, strict=True)
    problems = wrong(found)
    assert len(asked) > 1_500 // one_in
    assert not problems, problems
