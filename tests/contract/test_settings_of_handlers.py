"""Handlers are given what they read, and read what they are given: neither side forgets the other."""

from __future__ import annotations

import ast
import functools
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

Templates = dict[str, dict[str, Any]]

OF_LAMBDA = frozenset({"AWS_REGION"})
"""Given by Lambda itself."""
OF_OTHERS = frozenset({"AWS_STS_REGIONAL_ENDPOINTS"})
"""Read by botocore."""


@functools.cache
def names(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Give the variables without which the code raises, and every text in it."""
    wanted: set[str] = set()
    said: set[str] = set()
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                assert isinstance(node.slice, ast.Constant), f"{file}: a name of its own making"
                wanted.add(str(node.slice.value))
    return frozenset(wanted), frozenset(said)


def lacking(assembly: Path, templates: Templates) -> list[str]:
    """Give what handlers lack, and what none of them reads.

    Functions of the same code with several entries are looked at together.
    """
    functions: dict[str, list[tuple[str, str, set[str]]]] = defaultdict(list)
    for stack, template in templates.items():
        for name, resource in template["Resources"].items():
            code = resource.get("Properties", {}).get("Code", {})
            if resource["Type"] == "AWS::Lambda::Function" and "S3Key" in code:
                given = resource["Properties"].get("Environment", {}).get("Variables", {})
                key = str(code["S3Key"]).partition(".")[0]
                entry = str(resource["Properties"]["Handler"])
                functions[key].append((f"{stack}/{name}", entry, set(given)))
    found = []
    for key, rows in functions.items():
        folder = assembly / f"asset.{key}"
        if not any(folder.glob("*.py")):
            continue  # the CDK's framework, in JavaScript
        wanted, said = names(folder)
        several = len({entry for _, entry, _ in rows}) > 1
        together = {each for _, _, given in rows for each in given}
        for name, _, given in rows:
            missing = wanted - OF_LAMBDA - (together if several else given)
            found += [f"{name}: lacks {each}" for each in sorted(missing)]
            found += [f"{name}: reads no {each}" for each in sorted(given - said - OF_OTHERS)]
    return found


def test_handlers_are_given_what_they_read_and_nothing_else(
    assembly: Path, templates: Templates
) -> None:
    assert lacking(assembly, templates) == []


@pytest.mark.parametrize("change", ["BUCKET", "NOBODY_READS_IT"])
def test_a_variable_that_is_missing_or_that_nobody_reads_is_noticed(
    assembly: Path, templates: Templates, change: str
) -> None:
    stack, name, function = next(
        (stack, name, each)
        for stack, template in templates.items()
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Lambda::Function"
        and each["Properties"]["Handler"] == "index.handler"
        and "BUCKET" in each["Properties"].get("Environment", {}).get("Variables", {})
    )
    properties = function["Properties"]
    given = dict(properties["Environment"]["Variables"])
    if given.pop(change, None) is None:
        given[change] = "x"
    changed = {**properties, "Environment": {"Variables": given}}
    resources = {name: {**function, "Properties": changed}}
    (said,) = lacking(assembly, {stack: {"Resources": resources}})
    assert said.endswith(change)
