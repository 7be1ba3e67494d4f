"""Find the secrets of a CloudFormation template that anybody who may read the template can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from baseline.workload.cleartext.names import is_harmless, promises_secret, secret_in

RULE = "no-cleartext-secrets"
DEMANDING = frozenset(
    {
        "accesstoken",
        "authtoken",
        "clientsecret",
        "masteruserpassword",
        "oauthtoken",
        "password",
        "presharedkey",
        "secretstring",
        "sharedsecret",
        "webhooksecret",
    }
)
"""Properties that take a secret, in the resource types that have them (lower case)."""

ENVIRONMENTS = frozenset({"environment", "environmentvariables", "variables"})


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cleartext:
    """A secret in cleartext.

    Attributes:
        place: logical ID of the resource or parameter.
        path: where in it, such as ``Environment/Variables/DB_PASSWORD``.
        problem: what is wrong; never the value.
    """

    place: str
    path: str
    problem: str


def find_cleartext(template: Mapping[str, Any]) -> Iterator[Cleartext]:
    """Find parameters that show a secret, properties and variables that hold one.

    Args:
        template: a CloudFormation template.

    Source: AWS CloudFormation User Guide, "CloudFormation best practices" (no credentials in
    templates); Security Hub CodeBuild.2, ECS.8.
    """
    hidden = set()
    for name, parameter in template.get("Parameters", {}).items():
        if str(parameter.get("NoEcho", "")).lower() == "true":
            hidden.add(name)
        yield from _parameter(name, parameter)
    for place, resource in template.get("Resources", {}).items():
        for path, problem in _walk(resource.get("Properties", {}), (), hidden):
            yield Cleartext(place=place, path="/".join(path), problem=problem)


def _parameter(name: str, parameter: Mapping[str, Any]) -> Iterator[Cleartext]:
    if not promises_secret(name) or parameter.get("Type", "String") != "String":
        return
    if str(parameter.get("NoEcho", "")).lower() != "true":
        yield Cleartext(
            place=name, path="NoEcho", problem="the parameter takes a secret without NoEcho"
        )
    if not is_harmless(str(parameter.get("Default", ""))):
        yield Cleartext(
            place=name, path="Default", problem="the parameter has a default, which is a secret"
        )


Found = Iterator[tuple[tuple[str, ...], str]]


def _walk(value: object, path: tuple[str, ...], hidden: set[str]) -> Found:
    if isinstance(value, Mapping):
        yield from _pair(value, path, hidden)
        for key, item in value.items():
            yield from _named(str(key), item, path, hidden)
            yield from _walk(item, (*path, str(key)), hidden)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, str(index)), hidden)
    elif isinstance(value, str):
        kind = secret_in(value)
        if kind is not None:
            yield path, f"the text holds {kind}"


def _named(key: str, item: object, path: tuple[str, ...], hidden: set[str]) -> Found:
    """Judge a property by its name: one that demands a secret, or an environment variable."""
    environment = bool(path) and path[-1].lower() in ENVIRONMENTS
    if not environment and key.lower() not in DEMANDING:
        return
    if environment and not promises_secret(key):
        return
    problem = _shown(item, hidden, environment=environment)
    if problem is not None:
        yield (*path, key), problem


def _pair(value: Mapping[str, Any], path: tuple[str, ...], hidden: set[str]) -> Found:
    """Judge a variable of a list: ``{"Name": ..., "Value": ...}`` of ECS, CodeBuild and others."""
    name = value.get("Name")
    if not isinstance(name, str) or "Value" not in value or not promises_secret(name):
        return
    if not any(part.lower() in ENVIRONMENTS for part in path):
        return
    if value.get("Type", "PLAINTEXT") != "PLAINTEXT":
        return
    problem = _shown(value["Value"], hidden, environment=True)
    if problem is not None:
        yield (*path, name), problem


def _shown(item: object, hidden: set[str], *, environment: bool) -> str | None:
    if isinstance(item, str) and not is_harmless(item):
        where = "the environment" if environment else "the template"
        return f"a secret stands in {where}"
    if environment and isinstance(item, Mapping) and item.get("Ref") in hidden:
        return "a hidden parameter is shown again as an environment variable"
    return None
