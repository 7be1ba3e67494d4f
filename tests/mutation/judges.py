"""Who has to notice a mutant without a test of its own: the review, the Guard rules, the contracts."""

from __future__ import annotations

import copy
import functools
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from baseline.delivery.template_validation.engine import evaluate
from baseline.delivery.template_validation.rule_set import rule_sources
from baseline.review.assembly import Assembly, Stack, read_assembly, read_template
from baseline.review.comparison import differences
from baseline.review.finding import Finding, Place
from baseline.review.guardrails import POLICY, UNIT
from tests.contract import (
    test_defaults,
    test_event_rules,
    test_policies,
    test_settings_of_handlers,
    test_templates,
)
from tests.faults.events import test_state_machines
from tests.mutation.mutants import Mutant, apply, mutants

Template = dict[str, Any]

REVIEW, RULE, CONTRACT = "review", "rule", "contract"
TOGETHER = 150
"""Mutants in one template for the Guard rules."""


class Alone(dict[str, Any]):
    """One resource of a template; who asks for another by name gets it, who looks around does not."""

    def __init__(self, name: str, all_: Mapping[str, Any]) -> None:
        super().__init__({name: all_[name]})
        self.all = all_

    def __missing__(self, name: str) -> Any:
        return self.all[name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A mutant where it stands.

    Attributes:
        stack: stack, and the StackSet in it, without the Region.
        account: of the stack; empty for StackSets.
        mutant: the mutant.
        template: the template with no resource but that of the mutant, as it was.
        others: stacks beside it that the review needs, such as the units of organization policies.
    """

    stack: str
    account: str
    mutant: Mutant
    template: Template
    others: Mapping[str, Stack]

    @property
    def name(self) -> str:
        """Stack, resource, and what is done to it."""
        return f"{self.stack}/{self.mutant.resource}: {self.mutant.name}"

    def mutated(self) -> Template:
        """Give the template without the protection."""
        resources = copy.copy(self.template["Resources"])
        name = self.mutant.resource
        resources[name] = copy.deepcopy(resources[name])
        apply(resources, self.mutant)
        return {**self.template, "Resources": resources}


def subjects(assembly: Path, templates: Mapping[str, Template]) -> Iterator[Subject]:
    """Give the mutants of all templates; those of stacks that several Regions have, once."""
    stacks = read_assembly(assembly).stacks
    units = {name: each for name, each in stacks.items() if UNIT in _types(each)}
    seen: set[str] = set()
    for name, template in templates.items():
        stack = next((each for each in test_templates.REPEATED if name.startswith(each)), name)
        if stack in seen:
            continue
        seen.add(stack)
        alone = {
            logical_id: {**template, "Resources": Alone(logical_id, template["Resources"])}
            for logical_id in template["Resources"]
        }
        for mutant in mutants(template):
            yield Subject(
                stack=stack,
                account=stacks[name].account if name in stacks else "",
                mutant=mutant,
                template=alone[mutant.resource],
                others=units if mutant.type == POLICY else {},
            )


def _types(stack: Stack) -> set[str]:
    return {each.type for each in stack.resources.values()}


def by_review(subject: Subject) -> str:
    """Give the finding of ``baseline review`` about the mutant; empty for none."""
    found = [each for each in _compared(subject) if each.noteworthy]
    return f"{found[0].kind}: {found[0].text}" if found else ""


def _compared(subject: Subject) -> list[Finding]:
    before, after = (_assembly(subject, each) for each in (subject.template, subject.mutated()))
    return differences(before, after)


def _assembly(subject: Subject, template: Template) -> Assembly:
    place = Place(file="x", stack=subject.stack)
    own = read_template(template, place, account=subject.account)
    return Assembly(folder=Path(), stacks={**subject.others, **own})


def unprotected(assembly: Path) -> dict[str, bool]:
    """Say for each stack whether the review notices that its termination protection is off."""
    noticed = {}
    for name, stack in read_assembly(assembly).stacks.items():
        base = Assembly(folder=assembly, stacks={name: stack})
        head = Assembly(folder=assembly, stacks={name: replace(stack, protected=False)})
        noticed[name] = any(each.noteworthy for each in differences(base, head))
    return noticed


def by_rules(rows: Sequence[Subject]) -> list[str]:
    """Give for each mutant a Guard rule that it breaks and that was kept before; empty for none.

    Mutants of a stack stand beside each other in one template, each with what it was: the engine
    takes as long to begin a template as for all that is in it.
    """
    by_stack: dict[str, list[int]] = defaultdict(list)
    for number, subject in enumerate(rows):
        if subject.mutant.path:
            by_stack[subject.stack].append(number)
    parts = [
        numbers[start : start + TOGETHER]
        for numbers in by_stack.values()
        for start in range(0, len(numbers), TOGETHER)
    ]
    said = [""] * len(rows)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.json") for number in range(len(parts))]
        for path, part in zip(paths, parts, strict=True):
            path.write_text(json.dumps(_together(rows, part)), encoding="utf-8")
        for part, answer in zip(parts, evaluate(rule_sources(), paths), strict=True):
            assert "error" not in answer, answer["error"]
            broken: dict[str, set[str]] = defaultdict(set)
            for each in answer.get("findings", ()):
                broken[each.get("entity", {}).get("logicalId", "")].add(each["ruleId"])
            for number in part:
                before = broken[f"Was{rows[number].mutant.resource}"]
                said[number] = next(iter(sorted(broken[f"Mutant{number}"] - before)), "")
    return said


def _together(rows: Sequence[Subject], part: Sequence[int]) -> Template:
    resources: Template = {}
    for number in part:
        name = rows[number].mutant.resource
        resources[f"Was{name}"] = rows[number].template["Resources"][name]
        resources[f"Mutant{number}"] = rows[number].mutated()["Resources"][name]
    return {**rows[part[0]].template, "Resources": resources}


Contract = Callable[[dict[str, Template]], object]


def contracts(assembly: Path) -> dict[str, Contract]:
    """Give the contracts that hold for every resource by itself: each fails, or is silent."""

    @functools.cache
    def acknowledged() -> tuple[frozenset[str], dict[str, str]]:
        return test_policies.acknowledged_wildcards(assembly), test_policies.logical_paths(assembly)

    def explained(templates: dict[str, Template]) -> None:
        assert test_policies.unexplained(templates, *acknowledged()) == []

    def tagged(templates: dict[str, Template]) -> None:
        found = test_templates.untagged(templates)
        assert set(found.values()) <= test_templates.UNTAGGED

    def like_the_others(templates: dict[str, Template]) -> None:
        assert test_defaults.lacking(templates) == []

    def heard(templates: dict[str, Template]) -> None:
        assert test_event_rules.lacking(test_event_rules.rules(templates)) == []

    def patient(templates: dict[str, Template]) -> None:
        assert test_state_machines.fragile(templates) == {}

    def read(templates: dict[str, Template]) -> None:
        assert test_settings_of_handlers.lacking(assembly, templates) == []

    return {
        "services bound to a source": test_policies.test_service_principals_are_bound_to_a_source,
        "nobody by star": test_policies.test_nobody_outside_is_allowed_by_star_without_the_organization,
        "narrow actions": test_policies.test_wildcard_actions_are_narrow_or_acknowledged,
        "roles": test_policies.test_roles_are_not_assumable_by_anybody,
        "retained": test_templates.test_stateful_resources_are_retained,
        "wildcard resources": explained,
        "tagged": tagged,
        "like the others": like_the_others,
        "heard": heard,
        "patient": patient,
        "read": read,
    }


def by_contracts(subject: Subject, asked: Mapping[str, Contract]) -> str:
    """Give a contract that the mutant breaks and that was kept before; empty for none."""
    mutated = subject.mutated()
    if not subject.mutant.path and _needed(subject):
        return "references"
    for name, contract in asked.items():
        if _broken(contract, subject.stack, mutated) and not _broken(
            contract, subject.stack, subject.template
        ):
            return name
    return ""


def _needed(subject: Subject) -> bool:
    """Tell whether the template is broken without the resource: others refer to it."""
    rest = dict(subject.template["Resources"].all)
    del rest[subject.mutant.resource]
    without = {**subject.template, "Resources": rest}
    return bool(test_templates.unresolved({subject.stack: without}))


def _broken(contract: Contract, stack: str, template: Template) -> bool:
    try:
        contract({stack: template})
    except AssertionError:
        return True
    return False
