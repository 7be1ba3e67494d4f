"""What leaving the baseline takes, stack by stack, in the order in which it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError
from baseline.review.assembly import Assembly, Stack, read_assembly
from baseline.uninstall import beforehand, capabilities, consequences
from baseline.uninstall.order import removal_order

EVERYWHERE = frozenset({"account-events", "event-forwarding"})
"""Capabilities that global services need in Regions of theirs, governed or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Stacks that go together: the same thing in several Regions, or one stack.

    Attributes:
        stacks: their paths, as ``cdk destroy`` takes them.
        account: ID of their account.
        regions: their Regions, in the order of ``stacks``.
        before: what has to be done first.
        commands: what removes them.
        ends: capabilities that stop, with what goes.
        continues: capabilities whose resources stay or whose settings stay set.
        removed: resource types that are deleted, with how many in each stack.
        kept: what stays, by resource type: what it goes on doing and how to let go of it.
        lost: data that goes with the stack.
        final: what nobody can undo or hasten.
        afterwards: what is to be done by hand once they are gone.
    """

    stacks: tuple[str, ...]
    account: str
    regions: tuple[str, ...]
    before: tuple[str, ...]
    commands: tuple[str, ...]
    ends: Mapping[str, tuple[str, ...]]
    continues: Mapping[str, str]
    removed: Mapping[str, int]
    kept: tuple[consequences.Kept, ...]
    lost: tuple[str, ...]
    final: tuple[str, ...]
    afterwards: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All steps, first to last.

    Attributes:
        assembly: where the stacks were read.
        region: the one Region that is left; empty for all of them.
        steps: what to remove, in order.
        afterwards: what remains when the last step is done.
    """

    assembly: str
    region: str
    steps: tuple[Step, ...]
    afterwards: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the plan as JSON takes it."""
        return asdict(self)


def uninstall_plan(folder: Path, *, region: str = "") -> Plan:
    """Plan the removal of what an assembly deployed.

    Args:
        folder: what ``cdk synth`` wrote for the configuration that is deployed now.
        region: a governed Region to leave; everything by default.

    Raises:
        BaselineError: the folder is no assembly, or nothing of it is deployed in the Region.
    """
    assembly = read_assembly(folder)
    declared = capabilities.declared(assembly)
    if region:
        _governed(region, assembly, declared)
    stacks = [assembly.stacks[path] for path in removal_order(assembly)]
    chosen = [stack for stack in stacks if region in {"", stack.region}]
    steps = tuple(_step(group, assembly, declared) for group in _grouped(chosen, declared))
    return Plan(
        assembly=str(folder),
        region=region,
        steps=steps,
        afterwards=tuple(consequences.afterwards(chosen, region=region)),
    )


def _governed(region: str, assembly: Assembly, declared: capabilities.Declared) -> None:
    stacks = [stack for stack in assembly.stacks.values() if stack.region]
    home = {stack.region for stack in stacks if not stack.after}
    governed = {
        stack.region for stack in stacks if set(capabilities.of(stack, declared)) - EVERYWHERE
    }
    if region in home:
        raise BaselineError(
            f"{region} is the home Region: logs, keys and findings are there, and it cannot be left alone; "
            "leave out --region for the plan that removes everything"
        )
    if region not in governed:
        raise BaselineError(
            f"{region!r} is no governed Region of {assembly.folder}; those that can be left are "
            f"{', '.join(sorted(governed - home)) or 'none'}"
        )


def _grouped(
    stacks: Sequence[Stack], declared: capabilities.Declared
) -> Iterator[tuple[Stack, ...]]:
    """Put neighbours together that differ in their Region alone."""
    group: list[Stack] = []
    for stack in stacks:
        if group and _alike(group[-1], stack, declared):
            group.append(stack)
            continue
        if group:
            yield tuple(group)
        group = [stack]
    if group:
        yield tuple(group)


def _alike(one: Stack, other: Stack, declared: capabilities.Declared) -> bool:
    def shape(stack: Stack) -> object:
        rows = sorted((key, each.type) for key, each in stack.resources.items())
        return stack.account, rows, capabilities.of(stack, declared)

    return one.region != other.region and shape(one) == shape(other)


def _step(stacks: Sequence[Stack], assembly: Assembly, declared: capabilities.Declared) -> Step:
    first = stacks[0]
    ends, continues = capabilities.fate(first, assembly, declared)
    return Step(
        stacks=tuple(stack.place.stack for stack in stacks),
        account=first.account,
        regions=tuple(stack.region for stack in stacks),
        before=tuple(beforehand.of(first, assembly)),
        commands=tuple(_commands(stacks)),
        ends=ends,
        continues=continues,
        removed=consequences.removed(first, assembly),
        kept=tuple(consequences.kept(first, assembly)),
        lost=tuple(consequences.lost(first, assembly)),
        final=tuple(consequences.final(first, assembly)),
        afterwards=tuple(beforehand.by_hand(first)),
    )


def _commands(stacks: Sequence[Stack]) -> Iterator[str]:
    for stack in stacks:
        if stack.protected:
            yield (
                "aws cloudformation update-termination-protection --no-enable-termination-protection "
                f"--stack-name {stack.name} --region {stack.region}"
            )
    yield f"npx cdk destroy --exclusively {' '.join(stack.place.stack for stack in stacks)}"
