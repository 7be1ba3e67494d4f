"""What decides over resources from outside of them: conditions, defaults of parameters, mappings, macros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from baseline.review.assembly import Resource, Stack
from baseline.review.finding import Category, Finding, Place, code
from baseline.review.values import canonical, plain, text

BOOTSTRAP: Final = "BootstrapVersion"
"""The parameter by which the CDK checks its bootstrap."""

SECTIONS: Final = {"Conditions": "condition", "Mappings": "mapping"}


def sections(base: Stack, head: Stack) -> Iterator[Finding]:
    """Tell what a template decides otherwise, of what both sides have.

    A resource under a condition that never holds, or with a retention that a parameter brings, looks as
    it did before.
    """
    for section, word in SECTIONS.items():
        old, new = (_rows(side, section) for side in (base, head))
        for name in sorted(old.keys() & new.keys()):
            if _differ(old[name], new[name]):
                is_, was = (code(text(side[name])) for side in (new, old))
                yield _finding(
                    head, f"{word}-changed", f"the {word} {code(name)} is {is_} instead of {was}"
                )
    yield from _defaults(base, head)
    if _differ(base.template.get("Transform"), head.template.get("Transform")):
        macros = code(text(head.template.get("Transform", "none")))
        yield _finding(head, "macro-changed", f"macros rewrite the template: {macros}")


def conditional(base: Resource, head: Resource) -> Iterator[Finding]:
    """Tell whether a resource is made under another condition than before."""
    if base.condition == head.condition:
        return
    if head.condition:
        was = f" instead of {code(base.condition)}" if base.condition else ""
        sentence = f"is made only where the condition {code(head.condition)} holds{was}"
    else:
        sentence = f"is made without the condition {code(base.condition)}"
    yield Finding(
        category=Category.RESOURCES,
        kind="conditional",
        severity="warning" if head.condition else "note",
        place=head.place,
        text=sentence,
        change="worse" if head.condition else "better",
    )


def _defaults(base: Stack, head: Stack) -> Iterator[Finding]:
    old, new = (_rows(side, "Parameters") for side in (base, head))
    for name in sorted(old.keys() & new.keys() - {BOOTSTRAP}):
        was, is_ = (_default(side[name]) for side in (old, new))
        if was == is_:
            continue
        hidden = any(str(side[name].get("NoEcho")).lower() == "true" for side in (old, new))
        change = "another" if hidden else f"{code(is_)} instead of {code(was)}"
        yield _finding(
            head, "default-changed", f"the default of the parameter {code(name)} is {change}"
        )


def _default(parameter: Mapping[str, Any]) -> str:
    return text(plain(parameter.get("Default", "")))


def _rows(stack: Stack, section: str) -> dict[str, Mapping[str, Any]]:
    rows = stack.template.get(section)
    found = rows.items() if isinstance(rows, Mapping) else ()
    return {name: row for name, row in found if isinstance(row, Mapping)}


def _differ(old: object, new: object) -> bool:
    return canonical(plain(old)) != canonical(plain(new))


def _finding(stack: Stack, kind: str, sentence: str) -> Finding:
    return Finding(
        category=Category.RESOURCES,
        kind=kind,
        severity="warning",
        place=Place(file=stack.place.file, stack=stack.place.stack),
        text=sentence,
    )
