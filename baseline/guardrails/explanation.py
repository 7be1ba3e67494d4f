"""Which statement decides on one request, in the organization of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baseline.config.text import suggestion
from baseline.errors import BaselineError
from baseline.guardrails.composition import ACCOUNT, Target, compose
from baseline.guardrails.evaluation import Decision, Level, Organization
from baseline.guardrails.model import Guardrail
from baseline.guardrails.placement import levels_of
from baseline.guardrails.request import Request
from baseline.guardrails.world import World

if TYPE_CHECKING:
    from baseline.config import Configuration


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The decision on a request.

    Attributes:
        request: The request, with the values that were filled in.
        decision: The verdict, and policy, statement and level that decided.
        guardrail: The guardrail that the statement belongs to; ``None`` when nothing denied.
    """

    request: Request
    decision: Decision
    guardrail: Guardrail | None


def explain(
    configuration: Configuration,
    *,
    unit: str,
    principal: str,
    action: str,
    resource: str = "*",
    region: str = "",
    context: Mapping[str, str | list[str]] | None = None,
    outside: bool = False,
) -> Explanation:
    """Decide on a request and say what decided.

    Args:
        configuration: The organization.
        unit: Path of the unit in which the caller's account stands; with ``outside``, the account
            of the resource. Accounts of the configuration stand where it says.
        principal: ARN of the caller, a service, or ``*``.
        action: ``service:Action``.
        resource: ARN of the resource.
        region: The Region called; the home Region by default.
        context: Further condition keys.
        outside: The caller is no account of the organization.

    Raises:
        BaselineError: an unknown unit, a malformed request, or guardrails that cannot be composed.
    """
    targets = compose(configuration)
    levels = levels_of(targets)
    if unit not in levels or unit.startswith(ACCOUNT):
        known = [path for path in levels if not path.startswith(ACCOUNT)]
        raise BaselineError(f"{unit!r} is not an organizational unit; {suggestion(unit, known)}")
    world = World.of(configuration)
    member = world.accounts["member"]
    request = Request(
        principal_arn=principal,
        action=action,
        resource=resource,
        region=region or configuration.home_region,
        context=dict(context or {}),
    )
    stranger = outside or not request.principal.account
    if stranger and request.resource_account in {"", request.principal.account}:
        request = Request(
            principal_arn=principal,
            action=action,
            resource=resource,
            account=member,
            region=request.region,
            context=request.context,
        )
    accounts = _standing(configuration, levels)
    newcomer = request.resource_account if stranger else request.principal.account
    accounts.setdefault(newcomer, levels[unit])
    if outside:
        accounts.pop(request.principal.account, None)
    organization = Organization(
        id=world.organization, management_account=world.management, accounts=accounts
    )
    decision = organization.evaluate(request)
    return Explanation(request=request, decision=decision, guardrail=_owner(targets, decision))


def _standing(
    configuration: Configuration, levels: Mapping[str, tuple[Level, ...]]
) -> dict[str, tuple[Level, ...]]:
    """Give ID to levels of the accounts that the configuration knows."""
    found: dict[str, tuple[Level, ...]] = {}
    for name, account in configuration.all_accounts():
        chain = levels.get(f"{ACCOUNT}{name}") or levels.get(account.ou or "")
        if account.id and chain:
            found[account.id] = chain
    return found


def _owner(targets: tuple[Target, ...], decision: Decision) -> Guardrail | None:
    """Give the guardrail of the deciding statement."""
    for target in targets:
        for policy in target.policies:
            for row in policy.guardrails:
                if policy.name == decision.policy and decision.sid in row.sids:
                    return row.guardrail
    return None
