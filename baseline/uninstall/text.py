"""A plan as Markdown: for the screen, and for the ticket that somebody approves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from baseline.uninstall.consequences import Kept
from baseline.uninstall.plan import Plan, Step

SHOWN_NAMES = 4
ORDER = (
    "Each step needs the ones before it. As long as the guardrails are attached, they keep stacks outside the "
    "management account from everybody but break-glass and the deploy roles."
)


def as_markdown(plan: Plan) -> str:
    """Give the whole plan, step by step."""
    what = f"Leaving {plan.region}" if plan.region else "Uninstall"
    count = sum(len(step.stacks) for step in plan.steps)
    lines = [
        f"# {what}: {count} stacks in {len(plan.steps)} steps",
        "",
        f"Planned from `{plan.assembly}`; nothing was changed. {ORDER}",
    ]
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step)]
    lines += ["", "## Afterwards", "", *_list(plan.afterwards)]
    return "\n".join(lines)


def _step(number: int, step: Step) -> Iterator[str]:
    regions = ", ".join(step.regions)
    yield f"## {number}. {', '.join(step.stacks)} (account {step.account or 'not known'}, {regions})"
    yield ""
    if step.before:
        yield from _section("First", step.before)
    yield "```console"
    yield from (f"$ {command}" for command in step.commands)
    yield "```"
    yield ""
    if step.afterwards:
        yield from _section("At once", step.afterwards)
    yield from _section(
        "Stops protecting", (f"{name}: {', '.join(parts)}" for name, parts in step.ends.items())
    )
    yield from _section("Goes on", _together(step.continues))
    yield from _section("Stays", (_kept(each) for each in step.kept))
    yield from _section("Is lost", step.lost)
    yield from _section("Cannot be undone", step.final)
    count = sum(step.removed.values())
    what = "1 resource" if count == 1 else f"{count} resources"
    yield f"Deleted: {what}{' in each of these stacks' if len(step.stacks) > 1 else ''}."


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    found = list(items)
    if found:
        yield f"**{title}**"
        yield ""
        yield from _list(found)
        yield ""


def _list(items: Iterable[str]) -> Iterator[str]:
    for item in items:
        yield f"- {item}"


def _together(continues: Mapping[str, str]) -> Iterator[str]:
    """Put capabilities side by side of which the same is to be said."""
    reasons: dict[str, list[str]] = {}
    for name, how in continues.items():
        reasons.setdefault(how, []).append(name)
    for how, names in reasons.items():
        yield f"{', '.join(names)}: {how}"


def _kept(each: Kept) -> str:
    names = ", ".join(f"`{name}`" for name in each.names[:SHOWN_NAMES])
    more = len(each.names) - SHOWN_NAMES
    names += f" and {more} more" if more > 0 else ""
    return f"{each.type} {names}: {each.effect}. To let go: {each.release}."
