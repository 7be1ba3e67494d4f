"""Find the secrets of a CloudFormation template that anybody who may read the template can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.workload.cleartext.names import is_harmless, promises_secret
from baseline.workload.cleartext.places import (
    Place,
    demands,
    named_pair,
    shows,
)
from baseline.workload.cleartext.scripts import in_document, in_script
from baseline.workload.cleartext.texts import secret_in
from baseline.workload.cleartext.values import (
    Surroundings,
    function_of,
    is_hidden,
    literals,
    shows_hidden,
)

RULE = "no-cleartext-secrets"
SECTIONS = ("Metadata", "Mappings", "Conditions", "Rules")
HIDDEN = "a hidden parameter is shown again"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cleartext:
    """A secret in cleartext.

    Attributes:
        place: logical ID of the resource, parameter or output, or name of a section.
        path: where in it, such as ``Environment/Variables/DB_PASSWORD``.
        problem: what is wrong; never the value.
    """

    place: str
    path: str
    problem: str


def find_cleartext(template: Mapping[str, Any]) -> Iterator[Cleartext]:
    """Find parameters and outputs that show a secret, properties, variables and scripts that hold one.

    Texts are read as they come out of ``Fn::Join``, ``Fn::Sub`` and the like. What is neither named
    as a secret nor of a known form is not found: it is a net, not a proof.

    Args:
        template: a CloudFormation template.

    Source: AWS CloudFormation User Guide, "CloudFormation best practices" (no credentials in
    templates); Security Hub CodeBuild.2, ECS.8.
    """
    around = Surroundings.of(template)
    for name, parameter in template.get("Parameters", {}).items():
        yield from _parameter(name, parameter)
    for name, output in template.get("Outputs", {}).items():
        yield from _output(name, output, around)
    for section in SECTIONS:
        start = Place(kind="", path=())
        for place, problem in _walk(template.get(section, {}), start, around):
            yield Cleartext(place=section, path=place.text, problem=problem)
    for name, resource in template.get("Resources", {}).items():
        kind = str(resource.get("Type", ""))
        for part, path in (("Properties", ()), ("Metadata", ("Metadata",))):
            start = Place(kind=kind, path=path)
            for place, problem in _walk(resource.get(part, {}), start, around):
                yield Cleartext(place=name, path=place.text, problem=problem)


def _parameter(name: str, parameter: Mapping[str, Any]) -> Iterator[Cleartext]:
    kind = parameter.get("Type", "String")
    if not promises_secret(name) or kind not in ("String", "CommaDelimitedList"):
        return
    if not is_hidden(parameter):
        yield Cleartext(
            place=name, path="NoEcho", problem="the parameter takes a secret without NoEcho"
        )
    if not is_harmless(str(parameter.get("Default", ""))):
        yield Cleartext(
            place=name, path="Default", problem="the parameter has a default, which is a secret"
        )


def _output(name: str, output: Mapping[str, Any], around: Surroundings) -> Iterator[Cleartext]:
    value = output.get("Value")
    if shows_hidden(value, around):
        problem: str | None = f"{HIDDEN} as an output"
    else:
        problem = next(filter(None, map(secret_in, literals(value, around))), None)
        problem = f"the output shows {problem}" if problem else None
        if problem is None and promises_secret(name):
            problem = shows(value, around, where="the output", demanded=False)
    if problem is not None:
        yield Cleartext(place=name, path="Value", problem=problem)


Found = list[tuple[Place, str]]


def _walk(value: object, at: Place, around: Surroundings) -> Found:
    """Judge a value by its name, then as a script, then what is in it, then what it comes to."""
    problem = _judged(value, at, around)
    if problem is not None:
        return [(at, problem)]
    inner = _pairs(value, at, around) or _children(value, at, around)
    if inner:
        return inner
    problem = _comes_to(value, at, around)
    return [] if problem is None else [(at, problem)]


def _judged(value: object, at: Place, around: Surroundings) -> str | None:
    if at.in_environment and shows_hidden(value, around):
        return f"{HIDDEN} as an environment variable"
    if at.is_script and shows_hidden(value, around):
        return f"{HIDDEN} in a script"
    environment = at.in_environment and promises_secret(at.key)
    demanded = demands(at)
    if not environment and not demanded:
        return None
    where = "the environment" if environment else "the template"
    return shows(value, around, where=where, demanded=demanded)


def _pairs(value: object, at: Place, around: Surroundings) -> Found:
    """Judge ``{"Name": ..., "Value": ...}`` of ECS, CodeBuild, Elastic Beanstalk and others."""
    pair = named_pair(value, at, around) if isinstance(value, dict) else None
    if pair is None:
        return []
    name, item, environment = pair
    problem = None
    if environment and shows_hidden(item, around):
        problem = f"{HIDDEN} as an environment variable"
    elif promises_secret(name):
        where = "the environment" if environment else "the template"
        problem = shows(item, around, where=where, demanded=not environment)
    return [] if problem is None else [(at.below(name), problem)]


def _children(value: object, at: Place, around: Surroundings) -> Found:
    found: Found = []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _walk(item, at.below(str(key)), around)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _walk(item, at.below(str(index)), around)
    return found


def _comes_to(value: object, at: Place, around: Surroundings) -> str | None:
    if isinstance(value, str) or function_of(value) is not None:
        for text in literals(value, around):
            kind = secret_in(text)
            if kind is not None:
                return f"the text holds {kind}"
    return in_document(value, at, around) or in_script(value, at, around)
