"""Two assemblies, compared in every way that a reviewer should know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.cost.changes import CostChange, compare
from baseline.errors import BaselineError
from baseline.review.access import access
from baseline.review.assembly import Assembly
from baseline.review.controls import controls
from baseline.review.exposure import ports
from baseline.review.finding import Category, Finding, Review
from baseline.review.guardrails import POLICY, guardrails
from baseline.review.openings import openings
from baseline.review.protection import protection, termination
from baseline.review.resources import resources
from baseline.review.sections import conditional, sections
from baseline.review.template_rules import template_findings
from baseline.review.watching import watching

if TYPE_CHECKING:
    from baseline.config import Configuration
    from baseline.guardrails.cases import Case
    from baseline.guardrails.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proofs:
    world: World | None = None
    cases: tuple[Case, ...] = ()


def review(
    base: Assembly,
    head: Assembly,
    *,
    names: tuple[str, str],
    configuration: Configuration | None = None,
) -> Review:
    """Tell what a change does to security, and nothing of what it does besides.

    Hashes of assets, order, descriptions and metadata are no change.

    Args:
        base: what the change starts from.
        head: what it leads to.
        names: of both, as people know them.
        configuration: whose proofs are asked of the organization policies of both sides; without one
            their statements are compared only.

    Raises:
        BaselineError: Node.js or CloudFormation's schemas are missing, or a policy cannot be read.
    """
    remarks = []
    if configuration is None and any(each.type == POLICY for each in head.resources()):
        remarks.append(
            "No configuration was given, so no proof of a guardrail was run; name it with --config."
        )
    if base.controls is None or head.controls is None:
        remarks.append("A side has no controls.json, so controls were not compared.")
    if (base.cost is None) != (head.cost is None):
        remarks.append("A side has no cost.json, so costs were not compared.")
    found = [*differences(base, head, configuration=configuration), *template_findings(base, head)]
    return Review(
        base=names[0],
        head=names[1],
        findings=tuple(sorted(_once(found), key=Finding.order)),
        remarks=tuple(remarks),
        cost=_cost(base, head),
    )


def differences(
    base: Assembly, head: Assembly, *, configuration: Configuration | None = None
) -> list[Finding]:
    """Give what the comparison itself finds, without the Guard rules and in no order.

    Raises:
        BaselineError: CloudFormation's schemas are missing, or a policy cannot be read.
    """
    return [
        *_pairs(base, head),
        *resources(base, head),
        *_guardrails(base, head, configuration),
        *controls(base, head),
    ]


def _cost(base: Assembly, head: Assembly) -> CostChange | None:
    if base.cost is None or head.cost is None:
        return None
    try:
        return compare(base.cost, head.cost)
    except (KeyError, TypeError, ValueError):
        raise BaselineError(
            f"cost.json in {base.folder} or {head.folder} is no estimate of costs; synthesize it again"
        ) from None


def _once(found: list[Finding]) -> Iterator[Finding]:
    """Leave out what a rule says of a resource whose lost protection is told already."""
    told = {
        each.place
        for each in found
        if each.category is Category.PROTECTION and each.noteworthy and not each.by_rule
    }
    for each in dict.fromkeys(found):
        protecting = each.by_rule and each.category is Category.PROTECTION
        if not (protecting and each.place in told):
            yield each


def _pairs(base: Assembly, head: Assembly) -> Iterator[Finding]:
    accounts = frozenset(each.account for each in head.resources()) - {""}
    for name, stack in head.stacks.items():
        before = base.stacks.get(name)
        if before is not None:
            yield from termination(before, stack)
            yield from sections(before, stack)
        for key, resource in stack.resources.items():
            old = before.resources.get(key) if before else None
            if old is None or old.type != resource.type:
                yield from ports(None, resource)
                yield from access(None, resource, accounts)
                yield from openings(None, resource, accounts)
            elif old != resource:
                yield from ports(old, resource)
                yield from access(old, resource, accounts)
                yield from openings(old, resource, accounts)
                yield from conditional(old, resource)
                yield from protection(old, resource)
                yield from watching(old, resource)


def _guardrails(
    base: Assembly, head: Assembly, configuration: Configuration | None
) -> Iterator[Finding]:
    proofs = _proofs(configuration) if configuration is not None else _Proofs()
    yield from guardrails(base, head, world=proofs.world, cases=proofs.cases)


def _proofs(configuration: Configuration) -> _Proofs:
    """Give every request of every guardrail that there is, attached or not, and those of lock-out."""
    # The catalog and its engine are not needed where nobody has organization policies.
    from baseline.guardrails import catalog  # noqa: PLC0415
    from baseline.guardrails.composition import compose  # noqa: PLC0415
    from baseline.guardrails.proofs import Cases  # noqa: PLC0415
    from baseline.guardrails.world import World  # noqa: PLC0415

    world = World.of(configuration)
    made = Cases(world)
    known = {
        **catalog.library().guardrails,
        **{
            rendered.guardrail.id: rendered.guardrail
            for target in compose(configuration)
            for rendered in target.effective
        },
    }
    cases = [*made.lock_out]
    for guardrail in known.values():
        cases += made.of(guardrail)
    return _Proofs(world=world, cases=tuple(cases))
