"""Runs the proofs of a configuration over the policies that really bind each unit.

Beside the proofs that a guardrail's file states there are those that follow from its exemptions:
every exempt role may do what the guardrail denies to others, and no role that imitates one may.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pydantic import JsonValue as Json
from pydantic import ValidationError

from baseline.errors import BaselineError
from baseline.guardrails.composition import ACCOUNT, ROOT, Target, compose
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Decision, Level, Organization
from baseline.guardrails.lock_out import requests_of
from baseline.guardrails.model import Guardrail, PolicyType, Proof, RoleClass
from baseline.guardrails.packing import PackedPolicy
from baseline.guardrails.patterns import compile_globs
from baseline.guardrails.placeholders import Values, fill
from baseline.guardrails.rendering import Rendered, exempt_patterns
from baseline.guardrails.request import Request
from baseline.guardrails.roles import Roles
from baseline.guardrails.values import roles_of, values_of

if TYPE_CHECKING:
    from baseline.config import Configuration

LOCK_OUT = "lock-out"
_MEMBERS = (
    "555555555555",
    "666666666666",
    "777777777777",
    "888888888888",
    "123456789012",
    "210987654321",
)

Expected = Literal["denied", "allowed"]


@dataclass(frozen=True, kw_only=True)
class World:
    """What proofs are filled in with: an organization's accounts, Regions, values and roles.

    Attributes:
        accounts: ``member`` (some account of the unit) and the core accounts, to their IDs.
        strangers: ``outside`` and, if there is one, ``trusted``: accounts of other organizations.
        management: ID of the management account.
        organization: Organization ID.
        regions: Governed Regions.
        home_region: Home Region.
        values: Parameter values.
        roles: Exempt roles.
    """

    accounts: dict[str, str]
    strangers: dict[str, str]
    management: str
    organization: str
    regions: tuple[str, ...]
    home_region: str
    values: Values
    roles: Roles

    @classmethod
    def of(cls, configuration: Configuration) -> World:
        """Give the world of a configuration."""
        core = {role: account.id for role, account in configuration.core_accounts().items()}
        trusted = configuration.guardrails.trusted_accounts
        free = (row for row in _MEMBERS if row not in {*core.values(), *trusted})
        return cls(
            accounts={**core, "member": next(free)},
            strangers={"outside": next(free), **({"trusted": trusted[0]} if trusted else {})},
            management=core["management"],
            organization=configuration.organization.id,
            regions=configuration.regions,
            home_region=configuration.home_region,
            values=values_of(configuration),
            roles=roles_of(configuration),
        )


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request with the answer that it must get."""

    guardrail: str
    why: str
    expected: Expected
    request: Request


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
    results: list[Result] = []
    for target, organization in organizations(compose(configuration), world):
        for rendered in target.effective:
            cases = cases_of(rendered.guardrail, world)
            results += check(target, rendered, cases, organization)
        results += check_lock_out(target, organization, world)
    return results


def rate(configuration: Configuration, *, rounds: int = 2) -> float:
    """Give the evaluations a second, of all proofs of a configuration over its packed policies.

    Args:
        configuration: The configuration.
        rounds: How often every request is evaluated, after once to fill the engine's tables.
    """
    world = World.of(configuration)
    asked = [
        (organization, case.request)
        for target, organization in organizations(compose(configuration), world)
        for rendered in target.effective
        for case in cases_of(rendered.guardrail, world)
    ]
    for organization, request in asked:
        organization.evaluate(request)
    start = time.perf_counter()
    for _ in range(rounds):
        for organization, request in asked:
            organization.evaluate(request)
    return rounds * len(asked) / (time.perf_counter() - start)


def check_lock_out(target: Target, organization: Organization, world: World) -> list[Result]:
    """Check that deployment, break-glass and the baseline's roles can do their work in a unit."""
    results = []
    for why, request in requests_of(world.roles, world.accounts, world.regions):
        decision = organization.evaluate(request)
        case = Case(guardrail=LOCK_OUT, why=why, expected="allowed", request=request)
        results.append(
            Result(target=target.path, case=case, decision=decision, passed=decision.allowed)
        )
    return results


def organizations(targets: Iterable[Target], world: World) -> Iterator[tuple[Target, Organization]]:
    """Give each unit and account with an organization in which the world's accounts stand there."""
    targets = tuple(targets)
    levels = levels_of(targets)
    for target in targets:
        if target.path == ROOT:
            continue
        yield (
            target,
            Organization(
                id=world.organization,
                management_account=world.management,
                accounts=dict.fromkeys(world.accounts.values(), levels[target.path]),
            ),
        )


def levels_of(targets: Iterable[Target]) -> dict[str, tuple[Level, ...]]:
    """Give path to the levels from the root to an account there, the account's own last."""
    root: tuple[Level, ...] = (Level(name=ROOT),)
    units: dict[str, tuple[Level, ...]] = {}
    found: dict[str, tuple[Level, ...]] = {}
    for target in targets:
        if target.path == ROOT:
            root = (_level(ROOT, target.policies),)
        elif target.path.startswith(ACCOUNT):
            above = units.get(target.parent, root)
            found[target.path] = (*above, _level(target.path, target.policies))
        else:
            above = units.get(target.path.rpartition("/")[0], root)
            units[target.path] = (*above, _level(f"OU {target.path}", target.policies))
            found[target.path] = (*units[target.path], Level(name="account"))
    return found


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


def cases_of(guardrail: Guardrail, world: World) -> list[Case]:
    """Give all cases of a guardrail: those it states and those that follow from its exemptions.

    Raises:
        BaselineError: A proof is malformed; names guardrail, list and position.
    """
    denied = list(_stated(guardrail, "denied", world))
    return [*denied, *_stated(guardrail, "allowed", world), *_implied(guardrail, denied, world)]


def _stated(guardrail: Guardrail, expected: Expected, world: World) -> Iterator[Case]:
    """Give the cases that a guardrail's file states."""
    raw = guardrail.denied if expected == "denied" else guardrail.allowed
    for position, row in enumerate(raw):
        proof = _proof(row, world.values, f"{guardrail.id} {expected}.{position}")
        if any(bool(world.values[name]) is not wanted for name, wanted in proof.when.items()):
            continue
        for request in _requests(proof, world, f"{guardrail.id} {expected}.{position}"):
            yield Case(guardrail=guardrail.id, why=proof.why, expected=expected, request=request)


def _implied(guardrail: Guardrail, denied: list[Case], world: World) -> Iterator[Case]:
    """Give the cases that follow from the exemptions: real roles pass, imitations do not.

    One request of each proof is enough: a proof's requests differ in action and Region only.
    """
    samples = list({case.why: case for case in reversed(denied)}.values())
    roles, outside = world.roles, world.strangers["outside"]
    bound = guardrail.type is PolicyType.RCP
    for case in samples:
        # An RCP exempts roles of the resource's own account.
        home = case.request.resource_account if bound else world.accounts["member"]
        for role_class in guardrail.exemptions:
            exempt = roles.examples(role_class, home)
            strangers = set(roles.examples(role_class, outside)) - set(exempt) if bound else ()
            for arn in exempt:
                yield replace(
                    case,
                    why=f"{role_class.value} are exempt",
                    expected="allowed",
                    request=replace(case.request, principal_arn=arn),
                )
            for arn in dict.fromkeys((*roles.look_alikes(role_class, home), *sorted(strangers))):
                if arn in exempt:  # a core account's own deployer imitates a member's
                    continue
                request = replace(case.request, principal_arn=arn)
                yield replace(case, why=f"imitates {role_class.value}", request=request)
        for role_class, arn in _others(guardrail, roles, home):
            request = replace(case.request, principal_arn=arn)
            yield replace(case, why=f"{role_class.value} are not exempt", request=request)


def _others(guardrail: Guardrail, roles: Roles, home: str) -> Iterator[tuple[RoleClass, str]]:
    """Give a role of each class that a guardrail with exemptions does not exempt."""
    if not guardrail.exemptions:
        return
    exempt = compile_globs(exempt_patterns(guardrail, roles))
    for role_class in RoleClass:
        arn = roles.examples(role_class, home)[0]
        if role_class not in guardrail.exemptions and not exempt(arn):
            yield role_class, arn


def _proof(row: dict[str, Json], values: Values, where: str) -> Proof:
    """Read one proof."""
    try:
        return Proof.model_validate(fill(row, values))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BaselineError(f"{where} {field}: {first['msg']}") from error


def _requests(proof: Proof, world: World, where: str) -> Iterator[Request]:
    """Give a proof's requests: one for each action and Region."""
    account = _account(proof.account, world, where)
    owner = _account(proof.resource_account, world, where) if proof.resource_account else ""
    principal = proof.principal
    if "." not in principal.partition("/")[0] and principal != "*":
        principal = f"arn:aws:iam::{account}:{principal}"
    named = {"home": (world.home_region,), "governed": world.regions}
    regions = [region for name in proof.regions for region in named.get(name, (name,))]
    for region in regions:
        for action in proof.actions:
            yield Request(
                principal_arn=principal,
                action=action,
                resource=proof.resource,
                account=owner,
                region=region,
                context=proof.context,
            )


def _account(name: str, world: World, where: str) -> str:
    """Give an account's ID by the name that a proof has for it; an ID is itself."""
    known = {**world.accounts, **world.strangers}
    if name not in known and not re.fullmatch(r"\d{12}", name):
        raise BaselineError(f"{where}: account {name!r} is none of {', '.join(sorted(known))}")
    return known.get(name, name)


def _level(name: str, policies: Iterable[PackedPolicy]) -> Level:
    """Give a level with packed policies, and AWS's own."""
    scps: list[Policy] = [FULL_AWS_ACCESS]
    rcps: list[Policy] = [RCP_FULL_AWS_ACCESS]
    for policy in policies:
        if policy.type is PolicyType.SCP:
            scps.append(compile_policy(policy.name, policy.content, PolicyKind.SCP))
        elif policy.type is PolicyType.RCP:
            rcps.append(compile_policy(policy.name, policy.content, PolicyKind.RCP))
    return Level(name=name, scps=tuple(scps), rcps=tuple(rcps))
