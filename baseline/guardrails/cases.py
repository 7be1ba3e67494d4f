"""The requests that prove a guardrail: those that its file states, and those that follow from it.

Every exempt role may do what the guardrail denies to others, and no role that imitates one may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue as Json
from pydantic import ValidationError

from baseline.errors import BaselineError
from baseline.guardrails.model import Guardrail, PolicyType, Proof, RoleClass
from baseline.guardrails.patterns import compile_globs
from baseline.guardrails.placeholders import Values, fill
from baseline.guardrails.rendering import exempt_patterns
from baseline.guardrails.request import Request
from baseline.guardrails.roles import Roles
from baseline.guardrails.world import World

Expected = Literal["denied", "allowed"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request with the answer that it must get."""

    guardrail: str
    why: str
    expected: Expected
    request: Request


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
            # A class that this organization has no use for exempts nobody.
            exempt = roles.examples(role_class, home) if roles.patterns(role_class) else []
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
        unused = role_class not in guardrail.exemptions or not roles.patterns(role_class)
        if unused and not exempt(arn):
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
    if proof.ungoverned:
        regions = [region for region in regions if region not in world.regions]
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
