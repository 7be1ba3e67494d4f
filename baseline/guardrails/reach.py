"""Whether a statement can match at all: its actions against its resources and condition keys.

A Deny of an action on a resource that the action never names denies nothing, without a word; so
does one that asks for a condition key that no request of the action has, unless the operator is
negated: then it denies everything.

Source: Service Authorization Reference (resource types and condition keys of each action).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from baseline.guardrails.facts import ActionFacts, action_facts
from baseline.guardrails.patterns import ARN_PARTS, compile_globs

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_TAG_KEYS = ("aws:resourcetag/", "aws:requesttag/", "aws:tagkeys")
_GLOBAL = "aws:"


def unreachable(
    actions: Sequence[str], resources: Sequence[str], keys: Mapping[str, str]
) -> Iterator[str]:
    """Say which actions, resources and keys of a statement cannot meet.

    Args:
        actions: Action patterns.
        resources: Patterns of ``Resource``; empty for a statement with ``NotResource``.
        keys: Condition keys, in lower case, to their spelling in the statement.
    """
    if "*" in actions:
        return
    used: set[str] = set()
    narrow = tuple(_VARIABLE.sub("*", row) for row in resources) if "*" not in resources else ()
    asked = {key: text for key, text in keys.items() if _is_of_actions(key)}
    for pattern in actions:
        facts = matching(pattern)
        if facts and narrow:
            reached = [row for row in narrow if any(_reaches(fact, row) for fact in facts)]
            used.update(reached)
            if not reached:
                yield _aside(pattern, facts)
        for key, text in asked.items():
            if facts and not any(_has(fact, key) for fact in facts):
                yield (
                    f"action {pattern!r}: no request for it has the condition key {text!r}; put "
                    "it into a statement that asks for something else"
                )
    for row, plain in zip(resources, narrow, strict=False):
        if plain not in used:
            yield f"Resource {row!r} is of no action of the statement"


@cache
def matching(pattern: str) -> tuple[ActionFacts, ...]:
    """Give what is known of the actions that a pattern covers."""
    service, _, name = pattern.lower().partition(":")
    match = compile_globs([name])
    return tuple(facts for action, facts in action_facts(service).items() if match(action))


def _aside(pattern: str, facts: Sequence[ActionFacts]) -> str:
    """Say what an action works on, if not on the resources of its statement."""
    arns = sorted({arn for fact in facts for arn in fact.arns})
    if not arns:
        return (
            f"action {pattern!r} has no resource-level permissions, so it never matches here; "
            "put it into a statement with Resource '*'"
        )
    return f"action {pattern!r} works on {', '.join(arns)}, which no Resource of the statement is"


def _reaches(facts: ActionFacts, resource: str) -> bool:
    """Tell whether an action can name a resource that a pattern matches."""
    return any(_same_arn(arn, resource) for arn in facts.arns)


@cache
def _same_arn(one: str, other: str) -> bool:
    """Tell whether some ARN matches both of two patterns, whose wildcards stay in their part."""
    if "*" in (one, other):
        return True
    parts = (row.split(":", ARN_PARTS - 1) for row in (one, other))
    return all(meet(mine, theirs) for mine, theirs in zip(*parts, strict=False))


@cache
def meet(one: str, other: str) -> bool:
    """Tell whether some text matches both of two patterns."""
    reached = {(0, 0)}
    todo = [(0, 0)]
    while todo:
        at, to = todo.pop()
        mine, theirs = one[at : at + 1], other[to : to + 1]
        steps = []
        if mine == "*":
            steps += [(at + 1, to), (at, to + 1)]
        if theirs == "*":
            steps += [(at, to + 1), (at + 1, to)]
        if mine and theirs and (mine == theirs or "?" in (mine, theirs)):
            steps.append((at + 1, to + 1))
        for step in steps:
            if step not in reached and step[0] <= len(one) and step[1] <= len(other):
                reached.add(step)
                todo.append(step)
    return (len(one), len(other)) in reached


def _is_of_actions(key: str) -> bool:
    """Tell whether a key depends on the action: those of services, and those of tags."""
    return not key.startswith(_GLOBAL) or key.startswith(_TAG_KEYS)


def _has(facts: ActionFacts, key: str) -> bool:
    """Tell whether requests for an action may have a key."""
    return any(meet(known, key) for known in facts.keys)
