"""What the Guard rules find in one side only."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from baseline.delivery.template_validation.engine import evaluate
from baseline.delivery.template_validation.rule_set import (
    TemplateRule,
    one_source,
    template_rules,
)
from baseline.errors import BaselineError
from baseline.review.assembly import Assembly, Stack
from baseline.review.finding import Category, Finding, Place, code
from baseline.review.values import canonical

OWN = frozenset({"OPEN_PORT", "OPEN_PREFIX_LIST"})
"""Ports are compared by the review itself, which also sees 443 and other networks."""

OWN_TOPIC = "trust"
"""So are policies, statement by statement."""

PROTECTING = frozenset({"encryption", "logs"})
Found = Counter[tuple[str, str, str]]
"""Stack, resource and rule."""


def template_findings(base: Assembly, head: Assembly) -> Iterator[Finding]:
    """Evaluate the rules of both sides' templates where they differ.

    Raises:
        BaselineError: the engine is missing, or a template cannot be read.
    """
    changed = [
        name
        for name, stack in head.stacks.items()
        if _content(stack) != _content(base.stacks.get(name))
    ]
    if not changed:
        return
    before = {name: base.stacks[name] for name in changed if name in base.stacks}
    after = {name: head.stacks[name] for name in changed}
    old, new = _found(before, after)
    for stack, name, rule_id in sorted((new - old).keys()):
        yield _finding(head.stacks[stack], name, template_rules()[rule_id], worse=True)
    for stack, name, rule_id in sorted((old - new).keys()):
        # What is gone with its resource is told with the resource.
        if name in head.stacks[stack].resources:
            yield _finding(head.stacks[stack], name, template_rules()[rule_id], worse=False)


def _content(stack: Stack | None) -> str:
    return "" if stack is None else canonical([each.content() for each in stack.resources.values()])


def _found(*sides: Mapping[str, Stack]) -> list[Found]:
    """Evaluate the templates of all sides with one start of the engine."""
    rows = [(number, stack) for number, side in enumerate(sides) for stack in side.values()]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (_, stack) in enumerate(rows):
            path = Path(folder, f"{number}.json")
            path.write_text(json.dumps(stack.template), encoding="utf-8")
            paths.append(path)
        answers = evaluate(one_source(), paths)
    found: list[Found] = [Counter() for _ in sides]
    for (number, stack), answer in zip(rows, answers, strict=True):
        if "error" in answer:
            raise BaselineError(f"{stack.place} cannot be judged by the rules: {answer['error']}")
        for each in answer.get("findings", ()):
            name = each.get("entity", {}).get("logicalId", "")
            rule = template_rules()[each["ruleId"]]
            if rule.id not in OWN and rule.topic != OWN_TOPIC:
                found[number][stack.place.stack, name, rule.id] += 1
    return found


def _finding(stack: Stack, name: str, rule: TemplateRule, *, worse: bool) -> Finding:
    resource = stack.resources.get(name)
    title = f"{rule.title[:1].lower()}{rule.title[1:]}"
    return Finding(
        category=Category.PROTECTION if rule.topic in PROTECTING else Category.EXPOSURE,
        kind=f"rule-{rule.id.lower().replace('_', '-')}",
        severity=rule.severity if worse else "note",
        place=resource.place
        if resource
        else Place(file=stack.place.file, stack=stack.place.stack, name=name),
        text=f"rule {code(rule.id)}: {title}" if worse else f"rule {code(rule.id)} is met again",
        change="worse" if worse else "better",
    )
