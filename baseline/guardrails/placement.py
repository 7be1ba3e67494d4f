"""Puts accounts into the places of an organization: under the policies that really bind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from baseline.guardrails.composition import ACCOUNT, ROOT, Target
from baseline.guardrails.documents import (
    FULL_AWS_ACCESS,
    RCP_FULL_AWS_ACCESS,
    Policy,
    PolicyKind,
    compile_policy,
)
from baseline.guardrails.evaluation import Level, Organization
from baseline.guardrails.model import PolicyType
from baseline.guardrails.packing import PackedPolicy
from baseline.guardrails.world import World


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
