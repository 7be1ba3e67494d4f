"""Runs the proofs of a configuration over the policies that really bind each unit."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.errors import BaselineError
from baseline.guardrails.cases import Case, cases_of
from baseline.guardrails.composition import Target, compose
from baseline.guardrails.evaluation import Decision, Organization
from baseline.guardrails.lock_out import requests_of
from baseline.guardrails.model import Guardrail
from baseline.guardrails.placement import organizations
from baseline.guardrails.rendering import Rendered
from baseline.guardrails.world import World

if TYPE_CHECKING:
    from baseline.config import Configuration

LOCK_OUT = "lock-out"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a case.

    Attributes:
        target: Path of the unit.
        case: The case.
        decision: The engine's answer, with the deciding statement.
        passed: Whether the answer is the expected one. A request that this guardrail allows and
            another one denies counts as passed.
    """

    target: str
    case: Case
    decision: Decision
    passed: bool

    def __str__(self) -> str:
        """Give the result as one line: request, expected, got, deciding statement."""
        request = self.case.request
        return (
            f"{self.target}: {self.case.guardrail}: {self.case.why}: {request.principal_arn} "
            f"{request.action} {request.resource} in {request.region}: expected "
            f"{self.case.expected}, got {self.decision.verdict} ({self.decision.reason})"
        )


def run(configuration: Configuration) -> list[Result]:
    """Run all proofs of a configuration, and the lock-out proofs, for every unit.

    Raises:
        BaselineError: The guardrails of the configuration cannot be composed.
    """
    world = World.of(configuration)
    cases = Cases(world)
    results: list[Result] = []
    for target, organization in organizations(compose(configuration), world):
        for rendered in target.effective:
            results += check(target, rendered, cases.of(rendered.guardrail), organization)
        results += check_lock_out(target, organization, cases)
    return results


class Cases:
    """The cases of a world, each made once: most units have the same guardrails.

    Args:
        world: What proofs are filled in with.

    Attributes:
        lock_out: What the baseline's own roles need.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, list[Case]] = {}
        self.lock_out = [
            Case(guardrail=LOCK_OUT, why=why, expected="allowed", request=request)
            for why, request in requests_of(world.roles, world.accounts, world.regions)
        ]

    def of(self, guardrail: Guardrail) -> list[Case]:
        """Give the cases of a guardrail of the configuration.

        Raises:
            BaselineError: A proof is malformed.
        """
        if guardrail.id not in self._known:
            self._known[guardrail.id] = cases_of(guardrail, self._world)
        return self._known[guardrail.id]


def rate(configuration: Configuration, *, rounds: int = 2) -> float:
    """Give the evaluations a second of CPU time, of all proofs of a configuration over its packed policies.

    Args:
        configuration: The configuration.
        rounds: How often every request is evaluated, after once to fill the engine's tables.
    """
    world = World.of(configuration)
    cases = Cases(world)
    asked = [
        (organization, case.request)
        for target, organization in organizations(compose(configuration), world)
        for rendered in target.effective
        for case in cases.of(rendered.guardrail)
    ]
    for organization, request in asked:
        organization.evaluate(request)
    start = time.process_time()
    for _ in range(rounds):
        for organization, request in asked:
            organization.evaluate(request)
    return rounds * len(asked) / (time.process_time() - start)


def check_lock_out(target: Target, organization: Organization, cases: Cases) -> list[Result]:
    """Check that deployment, break-glass and the baseline's roles can do their work in a unit."""
    results = []
    for case in cases.lock_out:
        decision = organization.evaluate(case.request)
        results.append(
            Result(target=target.path, case=case, decision=decision, passed=decision.allowed)
        )
    return results


def failing(
    configuration: Configuration, targets: tuple[Target, ...], names: Collection[str]
) -> list[str]:
    """Run the proofs of some guardrails wherever they are attached; give what is wrong.

    Args:
        configuration: The configuration.
        targets: What ``compose`` made of it.
        names: Whose proofs, such as those of the configuration's own guardrails.
    """
    world = World.of(configuration)
    problems: list[str] = []
    for target, organization in organizations(targets, world):
        for rendered in target.guardrails:
            if rendered.guardrail.id not in names:
                continue
            try:
                cases = cases_of(rendered.guardrail, world)
            except BaselineError as error:
                problems.append(str(error))
                continue
            results = check(target, rendered, cases, organization)
            problems += [str(result) for result in results if not result.passed]
    return list(dict.fromkeys(problems))


def check(
    target: Target, rendered: Rendered, cases: Iterable[Case], organization: Organization
) -> list[Result]:
    """Evaluate the cases of one guardrail in one unit."""
    results = []
    for case in cases:
        decision = organization.evaluate(case.request)
        as_expected = decision.verdict == case.expected
        overruled = case.expected == "allowed" and decision.sid not in rendered.sids
        results.append(
            Result(
                target=target.path, case=case, decision=decision, passed=as_expected or overruled
            )
        )
    return results
