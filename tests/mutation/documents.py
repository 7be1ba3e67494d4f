"""What protects inside of texts: states of machines, rules of packs, values that handlers read."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutation.protections import REMOVED

Text = tuple[str, str, tuple[str, ...], Any]
"""Kind, what is done, path from the properties, and what stands there afterwards."""

MACHINE, FUNCTION = "AWS::StepFunctions::StateMachine", "AWS::Lambda::Function"
PACKS = ("AWS::Config::ConformancePack", "AWS::Config::OrganizationConformancePack")
KINDS = frozenset({"definition", "pack", "setting"})

HELD = {
    "Task": ("Catch", "HeartbeatSeconds", "Retry", "TimeoutSeconds"),
    "Map": ("Catch", "MaxConcurrency", "Retry", "ToleratedFailurePercentage"),
}
"""Fields of a state that keep a failure from being the end, or a task from having none, by its type."""

TOKEN = ".waitForTaskToken"
RULE = re.compile(r"^  (\w+):\n(?:   .*\n?|\n)+", re.MULTILINE)
"""A rule of a pack: its name below ``Resources``, and what stands deeper."""
INPUT = re.compile(r"^ {6}(InputParameters|Scope):\n(?: {8}.*\n?)+", re.MULTILINE)
EMPTY = ("", "[]", "{}")
"""A handler that takes nothing by default is told the same."""
SIGNATURES = frozenset({"TOOL"})
"""Names under which something is recorded, and nothing else."""
SWITCHED = {"true": "false", "false": "true"}


def texts(type_: str, properties: Mapping[str, Any]) -> Iterator[Text]:
    """Give what is weakened inside the texts of a resource."""
    if type_ == MACHINE and isinstance(properties.get("DefinitionString"), str):
        yield from _machine(properties["DefinitionString"])
    if type_ in PACKS and isinstance(properties.get("TemplateBody"), str):
        yield from _pack(properties["TemplateBody"])
    if type_ == FUNCTION:
        yield from _settings(properties.get("Environment", {}).get("Variables", {}))


def _machine(definition: str) -> Iterator[Text]:
    machine = json.loads(definition)
    for way in _states(machine):
        state = _at(machine, way)
        for name in HELD.get(state["Type"], ()):
            if name in state:
                yield _redefined(machine, way, f"{name} removed", {name: REMOVED})
        for number, retry in enumerate(state.get("Retry", ())):
            if retry.get("MaxAttempts") == 0:
                continue  # what is final
            fewer = [*state["Retry"]]
            fewer[number] = {**retry, "MaxAttempts": 0}
            yield _redefined(machine, way, f"Retry {number} never", {"Retry": fewer})
        if str(state.get("Resource", "")).endswith(TOKEN):
            answer = {"Resource": state["Resource"].removesuffix(TOKEN)}
            yield _redefined(machine, way, "waits for nobody", answer)


def _states(machine: Mapping[str, Any], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, state in machine["States"].items():
        here = (*way, "States", name)
        yield here
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"], (*here, "ItemProcessor"))


def _redefined(
    machine: Mapping[str, Any], way: tuple[str, ...], said: str, change: Mapping[str, Any]
) -> Text:
    made = copy.deepcopy(dict(machine))
    state = _at(made, way)
    for name, value in change.items():
        if value is REMOVED:
            del state[name]
        else:
            state[name] = value
    what = f"DefinitionString {way[-1]} {said}"
    return "definition", what, ("DefinitionString",), json.dumps(made)


def _at(machine: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        machine = machine[step]
    return machine


def _pack(body: str) -> Iterator[Text]:
    for rule in RULE.finditer(body):
        rest = body[: rule.start()] + body[rule.end() :]
        yield "pack", f"TemplateBody {rule[1]} removed", ("TemplateBody",), rest
        for part in INPUT.finditer(rule[0]):
            start = rule.start() + part.start()
            rest = body[:start] + body[rule.start() + part.end() :]
            yield "pack", f"TemplateBody {rule[1]} {part[1]} removed", ("TemplateBody",), rest


def _settings(variables: Mapping[str, Any]) -> Iterator[Text]:
    for name, value in variables.items():
        path = ("Environment", "Variables", name)
        if value in EMPTY or name in SIGNATURES:
            continue
        yield "setting", f"Environment {name} removed", path, REMOVED
        weaker = _weaker(value) if isinstance(value, str) else value
        if weaker != value:
            shown = weaker or "nothing"
            yield "setting", f"Environment {name} = {shown}", path, weaker


def _weaker(value: str) -> str:
    """Switch what is a switch; take everything out of what is a list or a document."""
    try:
        document = json.loads(value)
    except ValueError:
        return ""
    if isinstance(document, bool):
        return SWITCHED[value]
    return json.dumps(type(document)()) if isinstance(document, dict | list) else "0"
