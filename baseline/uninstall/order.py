"""The order in which stacks go: each before what it was deployed after."""

from __future__ import annotations

from baseline.review.assembly import Assembly


def removal_order(assembly: Assembly) -> list[str]:
    """Give the paths of the stacks, the last to be deployed first. Bodies of StackSets are not stacks."""
    stacks = {path: stack for path, stack in assembly.stacks.items() if stack.name}
    deployed: dict[str, None] = {}

    def visit(path: str) -> None:
        if path in deployed:
            return
        for required in stacks[path].after:
            if required in stacks:
                visit(required)
        deployed[path] = None

    for path in stacks:
        visit(path)
    return list(reversed(deployed))
