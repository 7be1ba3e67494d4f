"""Everything that can be wrong with the guardrails of a configuration, found in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baseline.errors import BaselineError
from baseline.guardrails.composition import Target, custom_names, examine
from baseline.guardrails.placement import organizations
from baseline.guardrails.proofs import Cases, check_lock_out, failing
from baseline.guardrails.world import World

if TYPE_CHECKING:
    from baseline.config import Configuration


def verified(configuration: Configuration) -> tuple[Target, ...]:
    """Work out the policies of an organization and verify them.

    Raises:
        BaselineError: whatever ``problems_of`` finds, one on a line.
    """
    targets, problems = examine(configuration)
    problems += _proof_problems(configuration, targets)
    if problems:
        raise BaselineError("\n".join(problems))
    return targets


def problems_of(configuration: Configuration) -> list[str]:
    """Give all problems: names, files, parameters, quotas, proofs, roles locked out.

    The proofs are those of the configuration's own guardrails; those of the catalog hold in every
    configuration, which ``baseline guardrails test`` shows for one.
    """
    targets, problems = examine(configuration)
    return problems + _proof_problems(configuration, targets)


def _proof_problems(configuration: Configuration, targets: tuple[Target, ...]) -> list[str]:
    """Give the proofs that fail, and the roles that would be locked out."""
    found = failing(configuration, targets, custom_names(configuration))
    if locked := lock_outs(configuration, targets):
        found += ["guardrails would lock out the baseline's roles:", *locked]
    return found


def refuse_lock_out(configuration: Configuration, targets: tuple[Target, ...]) -> None:
    """Refuse guardrails that would stop deployment, break-glass or the baseline's own roles.

    Raises:
        BaselineError: names every request that would be denied, and the deciding statement.
    """
    if locked := lock_outs(configuration, targets):
        raise BaselineError("\n".join(["guardrails would lock out the baseline's roles:", *locked]))


def lock_outs(configuration: Configuration, targets: tuple[Target, ...]) -> list[str]:
    """Give every request of deployment, break-glass or the baseline's roles that would be denied."""
    world = World.of(configuration)
    cases = Cases(world)
    failed: list[str] = []
    checked: set[frozenset[str]] = set()
    for target, organization in organizations(targets, world):
        # Units with the same guardrails have the same answers, and most have.
        names = frozenset(rendered.guardrail.id for rendered in target.effective)
        if names not in checked:
            checked.add(names)
            results = check_lock_out(target, organization, cases)
            failed += [str(result) for result in results if not result.passed]
    return failed
