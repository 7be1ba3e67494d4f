"""The pages of docs/api: every public construct of a package, and the settings that its arguments take."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from source_trees import tree_of

LIBRARY = Path(__file__).resolve().parents[1] / "baseline"
BASES = {"Construct", "cdk.Stack", "Stack"}
PACKAGES = {
    "audit": "Logs and the trail",
    "backups": "Backups of the organization",
    "blueprint": "Blueprint for applications",
    "delivery": "Delivery",
    "detection": "Detection",
    "edge": "Edge",
    "endpoint": "Endpoint agent",
    "evidence": "Evidence",
    "gameday": "Game days",
    "guardrails": "Guardrails",
    "identity": "Identity",
    "images": "Golden images",
    "network": "Network",
    "organization": "Organization",
    "patching": "Patches",
    "primitives": "Primitives",
    "reference": "Reference workload",
    "response": "Response",
    "settings": "Account settings",
    "workload": "Workloads",
}
"""Packages with constructs, and the titles of their pages."""


@dataclass(frozen=True)
class Documented:
    """A class.

    Attributes:
        package: first part of the module below ``baseline``.
        path: whole name, such as ``baseline.network.hardened_vpc.HardenedVpc``.
        node: its source.
    """

    package: str
    path: str
    node: ast.ClassDef

    @property
    def module(self) -> str:
        """The module that it is imported from."""
        return self.path.rsplit(".", 1)[0]

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.node.name


@cache
def classes() -> tuple[Documented, ...]:
    """Give all classes of the library, handlers and emulators left out."""
    return tuple(_classes())


def _classes() -> Iterator[Documented]:
    for file in sorted(LIBRARY.rglob("*.py")):
        parts = file.relative_to(LIBRARY).with_suffix("").parts
        if {"handlers", "local", "cli", "config"} & set(parts) or len(parts) == 1:
            continue
        module = ".".join(("baseline", *(part for part in parts if part != "__init__")))
        for node in tree_of(file).body:
            if isinstance(node, ast.ClassDef):
                yield Documented(parts[0], f"{module}.{node.name}", node)


@cache
def constructs() -> tuple[Documented, ...]:
    """Give the classes that are constructs, however many classes stand between."""
    names = set(BASES)
    found: dict[str, Documented] = {}
    while True:
        new = {
            each.path: each
            for each in classes()
            if each.path not in found
            and {ast.unparse(base).split("[")[0].rsplit(".", 1)[-1] for base in each.node.bases}
            & {name.rsplit(".", 1)[-1] for name in names}
        }
        if not new:
            public = (each for each in found.values() if not each.name.startswith("_"))
            return tuple(sorted(public, key=lambda each: each.path))
        found |= new
        names |= {each.name for each in new.values()}


def settings(package: str) -> list[Documented]:
    """Give the library's own classes that arguments of a package's constructs take."""
    named = {
        word.id
        for each in constructs()
        if each.package == package
        for method in each.node.body
        if (isinstance(method, ast.FunctionDef) and not method.name.startswith("_"))
        or (isinstance(method, ast.FunctionDef) and method.name == "__init__")
        for argument in (*method.args.args, *method.args.kwonlyargs)
        if argument.annotation
        for word in ast.walk(argument.annotation)
        if isinstance(word, ast.Name)
    }
    made = {each.path for each in constructs()}
    return [
        each
        for each in classes()
        if each.package == package
        and each.name in named
        and not each.name.startswith("_")
        and each.path not in made
    ]


def page(package: str) -> str:
    """Give the page of a package: mkdocstrings reads the docstrings when the site is built."""
    lines = [f"# {PACKAGES[package]}: `baseline.{package}`"]
    rows = [each for each in constructs() if each.package == package] + settings(package)
    module = ""
    for each in sorted(rows, key=lambda row: row.path):
        if each.module != module:
            module = each.module
            lines += ["", f"## `{module}`"]
        lines += ["", f"::: {each.path}"]
    return "\n".join(lines)


def pages() -> list[str]:
    """Give the packages that have constructs."""
    return [name for name in PACKAGES if any(each.package == name for each in constructs())]
