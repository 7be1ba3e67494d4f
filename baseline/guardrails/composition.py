"""Which guardrails each unit of an organization has, and the policies that they are packed into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.errors import BaselineError
from baseline.guardrails import catalog, service_values
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.packing import PackedPolicy, Slots, pack
from baseline.guardrails.rendering import Rendered, render
from baseline.guardrails.values import roles_of, values_of

if TYPE_CHECKING:
    from baseline.config import Configuration

IMITATION_GUARD = "deny-imitated-roles"
"""Comes by itself with the first guardrail on a path that has exemptions (see ``roles.py``)."""

ROOT = "root"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A unit, or the root, with what is attached to it directly.

    Attributes:
        path: Path of the unit; ``root`` for the root.
        guardrails: The guardrails, rendered; those of the units above are not repeated.
        policies: The same, packed.
        inherited: The guardrails of the units above.
    """

    path: str
    guardrails: tuple[Rendered, ...]
    policies: tuple[PackedPolicy, ...]
    inherited: tuple[Rendered, ...] = ()

    @property
    def effective(self) -> tuple[Rendered, ...]:
        """Give everything that binds the accounts of the unit, the units above first."""
        return (*self.inherited, *self.guardrails)


def compose(configuration: Configuration) -> tuple[Target, ...]:
    """Work out the policies of an organization: the root first, then the units, parents first.

    Raises:
        BaselineError: An unknown guardrail, a parameter without value, or a quota exceeded.
    """
    values, roles = values_of(configuration), roles_of(configuration)
    slots = Slots(
        scp=configuration.guardrails.reserved_scp_slots,
        rcp=configuration.guardrails.reserved_rcp_slots,
    )
    effective: dict[str, tuple[Rendered, ...]] = {}
    targets = [_root(configuration)]
    for path, unit in configuration.walk_units():
        inherited = effective.get(path.rpartition("/")[0], ())
        wanted = _wanted(catalog.resolve(unit.guardrails), inherited)
        own = tuple(render(guardrail, values, roles) for guardrail in wanted)
        effective[path] = (*inherited, *own)
        policies = pack(path, own, prefix=configuration.prefix, reserved=slots)
        targets.append(Target(path=path, guardrails=own, policies=policies, inherited=inherited))
    _check_names(targets)
    return tuple(targets)


def _check_names(targets: Iterable[Target]) -> None:
    """Refuse two policies of one name, which AWS would: paths that differ in signs only."""
    owners: dict[str, str] = {}
    for target in targets:
        for policy in target.policies:
            if policy.name in owners:
                raise BaselineError(
                    f"units {owners[policy.name]} and {target.path} would both have a policy "
                    f"{policy.name}; rename one unit"
                )
            owners[policy.name] = target.path


def _root(configuration: Configuration) -> Target:
    """Give the policies at the root: those that configure services for everybody."""
    names = service_values.wanted(configuration.capabilities)
    values, roles = values_of(configuration), roles_of(configuration)
    own = tuple(render(catalog.guardrails()[name], values, roles) for name in names)
    policies = pack(ROOT, own, prefix=configuration.prefix, reserved=Slots())
    return Target(path=ROOT, guardrails=own, policies=policies)


def _wanted(named: Iterable[Guardrail], inherited: Iterable[Rendered]) -> list[Guardrail]:
    """Give what a unit adds to the units above it, with the guard that exemptions need."""
    known = {rendered.guardrail.id for rendered in inherited}
    added = {guardrail.id: guardrail for guardrail in named if guardrail.id not in known}
    exempting = any(guardrail.exemptions for guardrail in added.values())
    if exempting and IMITATION_GUARD not in known | added.keys():
        return [catalog.guardrails()[IMITATION_GUARD], *added.values()]
    return list(added.values())


def policy_types(targets: Iterable[Target]) -> tuple[PolicyType, ...]:
    """Give the policy types in use, which the root has to enable first."""
    used = {policy.type for target in targets for policy in target.policies}
    return tuple(sorted(used))
