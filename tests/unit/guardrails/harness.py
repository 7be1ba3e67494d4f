"""The example organization, and one guardrail evaluated alone with its proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from baseline.config import Configuration, load
from baseline.guardrails import catalog
from baseline.guardrails.composition import IMITATION_GUARD
from baseline.guardrails.documents import FULL_AWS_ACCESS, PolicyKind, compile_policy
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.proofs import Case, World, cases_of
from baseline.guardrails.rendering import Rendered, Statement, render
from tests.unit.guardrails import iam_data

SWITCHES = (False, True)


@cache
def configuration(*, switches: bool = False) -> Configuration:
    """Give the example configuration with the switches of the Region restriction off or on."""
    example = load(iam_data.ROOT / "baseline.yaml")
    settings = example.guardrails.model_copy(
        update={"lambda_at_edge": switches, "bedrock_cross_region": switches}
    )
    return example.model_copy(update={"guardrails": settings})


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


def alone(name: str, statements: Sequence[Statement], *, switches: bool = False) -> Organization:
    """Give an organization with a guardrail's statements, and the guard that exemptions need."""
    place = world(switches=switches)
    guard = rendered(IMITATION_GUARD, switches=switches).statements
    wanted = statements if name == IMITATION_GUARD else [*statements, *guard]
    document = {"Version": "2012-10-17", "Statement": [*wanted]}
    policy = compile_policy("guardrail", document, PolicyKind(PolicyType.SCP.value))
    chain = (Level(name="root"), Level(name="unit", scps=(FULL_AWS_ACCESS, policy)))
    return Organization(
        id=place.organization,
        management_account=place.management,
        accounts=dict.fromkeys(place.accounts.values(), chain),
    )


def failures(rows: Iterable[Case], organization: Organization) -> Iterator[str]:
    """Give the cases that get another answer than the expected one."""
    for case in rows:
        decision = organization.evaluate(case.request)
        if decision.verdict != case.expected:
            yield f"{case.why}: {case.request}: {decision.reason}"
