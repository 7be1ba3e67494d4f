"""The example organization, and one guardrail evaluated alone with its proofs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from baseline.config import Configuration, load
from baseline.config.forensics import Forensics
from baseline.config.siem import LakeSubscriber, SecurityLake, Siem, SiemPull
from baseline.guardrails import catalog
from baseline.guardrails.cases import Case, cases_of
from baseline.guardrails.composition import IMITATION_GUARD
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.model import Guardrail
from baseline.guardrails.proofs import Result, run
from baseline.guardrails.rendering import Rendered, Statement, render
from baseline.guardrails.world import World
from tests.unit.guardrails import iam_data

SWITCHES = (False, True)
Row = TypeVar("Row")


@cache
def configuration(*, switches: bool = False) -> Configuration:
    """Give the example configuration with the switches of the Region restriction off or on."""
    example = load(iam_data.ROOT / "baseline.yaml")
    settings = example.guardrails.model_copy(
        update={
            "lambda_at_edge": switches,
            "bedrock_cross_region": switches,
            "trusted_accounts": ("121212121212",) if switches else (),
        }
    )
    reader = SiemPull(account="464646464646", external_id="us1-7f3kq9x2m4w8z6b1")
    subscriber = LakeSubscriber(account="575757575757", external_id="eu2-7f3kq9x2m4w8z6b1")
    lake = SecurityLake(subscriber=subscriber)
    siem = Siem(pull=reader, security_lake=lake) if switches else Siem()
    forensics = Forensics(account="666666666666") if switches else None
    response = example.response.model_copy(update={"forensics": forensics})
    return example.model_copy(update={"guardrails": settings, "siem": siem, "response": response})


@cache
def world(*, switches: bool = False) -> World:
    return World.of(configuration(switches=switches))


def deciding() -> list[Guardrail]:
    """Give the guardrails that decide on requests."""
    return [row for row in catalog.guardrails().values() if row.type.decides]


@cache
def rendered(name: str, *, switches: bool = False) -> Rendered:
    place = world(switches=switches)
    return render(catalog.guardrails()[name], place.values, place.roles)


@cache
def cases(name: str, *, switches: bool = False) -> tuple[Case, ...]:
    return tuple(cases_of(catalog.guardrails()[name], world(switches=switches)))


def sample(seed: str, rows: Sequence[Row], one_in: int) -> list[Row]:
    """Give one in so many rows, at least one, chosen at random but by the seed the same each time."""
    return random.Random(seed).sample(rows, -(-len(rows) // one_in))  # noqa: S311 - test data


def alone(name: str, statements: Sequence[Statement], *, switches: bool = False) -> Organization:
    """Give an organization with a guardrail's statements, and the guard that exemptions need."""
    place = world(switches=switches)
    kind = PolicyKind(catalog.guardrails()[name].type.value)
    guard = rendered(IMITATION_GUARD, switches=switches).statements
    scps = list(statements) if kind is PolicyKind.SCP else []
    if name != IMITATION_GUARD:
        scps += guard
    unit = Level(name="unit", scps=(FULL_AWS_ACCESS, _policy(scps, PolicyKind.SCP)))
    if kind is PolicyKind.RCP:
        unit = replace(unit, rcps=(RCP_FULL_AWS_ACCESS, _policy(statements, kind)))
    chain = (Level(name="root"), unit)
    return Organization(
        id=place.organization,
        management_account=place.management,
        accounts=dict.fromkeys(place.accounts.values(), chain),
    )


def _policy(statements: Sequence[Statement], kind: PolicyKind) -> Policy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return compile_policy("guardrail", document, kind)


@cache
def results(*, switches: bool = False) -> tuple[Result, ...]:
    """Give the proofs of the example with the catalog as it is."""
    return tuple(run(configuration(switches=switches)))


def notices(rows: list[Case], organization: Organization, what: str) -> bool:
    """Tell whether a case gets another answer than the expected one.

    Args:
        rows: the cases; the one that notices comes first at the next call, because it often
            notices the next change too.
        organization: with the change.
        what: was changed; cases of an action that it names are tried first.
    """

    def wrong(case: Case) -> bool:
        return organization.evaluate(case.request).verdict != case.expected

    if any(wrong(case) for case in rows if case.request.action in what):
        return True
    for position, case in enumerate(rows):
        if wrong(case):
            rows.insert(0, rows.pop(position))
            return True
    return False


def failures(rows: Iterable[Case], organization: Organization) -> Iterator[str]:
    """Give the cases that get another answer than the expected one."""
    for case in rows:
        decision = organization.evaluate(case.request)
        if decision.verdict != case.expected:
            yield f"{case.why}: {case.request}: {decision.reason}"
