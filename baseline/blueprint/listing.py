"""The injectors as a list, for programs and for the table of docs/blueprint.md."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.blueprint.catalog import HARDENINGS
from baseline.blueprint.settings import Severity
from baseline.blueprint.switches import PARTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One setting of an injector.

    Attributes:
        name: by which it is switched off and acknowledged, such as ``bucket.versioned``.
        construct: the class, such as ``aws_s3.Bucket``.
        gives: what it is given where the team gives nothing; empty for one that is only judged.
        why: what it protects from.
        weaker: ``error`` or ``warning`` when the team chooses weaker.
        controls: Security Hub controls that ask for it.
        replaces: adding it to a deployed resource replaces the resource.
    """

    name: str
    construct: str
    gives: str
    why: str
    weaker: Severity
    controls: tuple[str, ...]
    replaces: bool


def injectors() -> tuple[Line, ...]:
    """List what the blueprint gives and judges, one line for each argument of a construct."""
    lines: list[Line] = []
    for each in HARDENINGS:
        construct = python_name(each.construct)
        if each.exists:
            lines.append(
                Line(
                    name=each.name,
                    construct=construct,
                    gives="",
                    why=each.exists,
                    weaker="error",
                    controls=(),
                    replaces=False,
                )
            )
        lines += [
            Line(
                name=each.of(setting.name),
                construct=construct,
                gives=setting.shown,
                why=setting.why,
                weaker=setting.severity,
                controls=setting.controls,
                replaces=setting.replaces,
            )
            for setting in each.settings
        ]
    return tuple(lines)


def python_name(construct: str) -> str:
    """Give the Python name of a class: ``aws_s3.Bucket``."""
    _, module, name = construct.split(".")
    return f"{module.replace('-', '_').replace('aws_log', 'aws_logs')}.{name}"


def markdown() -> str:
    """Give the tables of docs/blueprint.md."""
    lines = ["## Injectors", ""]
    for each in HARDENINGS:
        lines += [f"### `{each.name}`", "", f"`{python_name(each.construct)}`: {each.title}.", ""]
        if each.exists:
            lines += [f"An error wherever there is one: {each.exists}.", ""]
        if not each.settings:
            continue
        lines += [
            "| argument | given | why | weaker is | controls |",
            "|---|---|---|---|---|",
        ]
        for setting in each.settings:
            given = setting.shown or "nothing; judged"
            given += " (**replaces** a deployed resource)" if setting.replaces else ""
            controls = ", ".join(setting.controls)
            lines.append(
                f"| `{setting.name}` | {given} | {setting.why} | {setting.severity} | {controls} |"
            )
        lines.append("")
    lines += ["## Parts", "", "| name | what |", "|---|---|"]
    lines += [f"| `{name}` | {what} |" for name, what in PARTS.items()]
    return "\n".join(lines)
