"""Answers as a commented baseline.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from baseline.config.text import shorten
from baseline.init.answers import OrganizationAnswers, StandaloneAnswers, UnitAnswer

if TYPE_CHECKING:
    from jinja2 import Environment

COMMENT_LENGTH = 120
TEMPLATES = Path(__file__).parent / "templates"
PAGES = {"inspector": "inspector.md", "macie": "detection.md", "detective": "detection.md"}

# What YAML 1.1 and 1.2 read as text wherever it stands, inside braces too.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*")
_WORDS_OF_YAML = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def organization_file(answers: OrganizationAnswers, *, schema: str) -> str:
    """Give the text of baseline.yaml for an organization.

    Args:
        answers: What was decided.
        schema: Path of the JSON schema, seen from the file.
    """
    template = _environment().get_template("organization.yaml.j2")
    lines = [line for unit in answers.units for line in _unit(unit, 1)]
    return template.render(answers=answers, schema=schema, unit_lines=lines, pages=PAGES)


def standalone_file(answers: StandaloneAnswers, *, schema: str) -> str:
    """Give the text of baseline.yaml for one account; the arguments are those for an organization."""
    template = _environment().get_template("standalone.yaml.j2")
    return template.render(answers=answers, schema=schema)


def scalar(text: str) -> str:
    """Give a text as YAML that reads as the same text, wherever it stands."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    return text if plain else json.dumps(text, ensure_ascii=False)


def flow(values: Iterable[str]) -> str:
    """Give texts as a list on one line."""
    return f"[{', '.join(scalar(value) for value in values)}]"


def _comment(text: str | None) -> str:
    # Names of others stand here: on one line, whatever is in them.
    return f" # {shorten(text, COMMENT_LENGTH)}" if text else ""


def _unit(unit: UnitAnswer, depth: int) -> Iterator[str]:
    """Give the lines of a unit: on one line where it has none below it."""
    indent = "  " * depth
    keys = [f"id: {unit.id}"] if unit.id else []
    if unit.guardrails:
        keys.append(f"guardrails: {flow(unit.guardrails)}")
    if not unit.units:
        inner = f" {', '.join(keys)} " if keys else ""
        yield f"{indent}{scalar(unit.name)}: {{{inner}}}{_comment(unit.note)}"
        return
    yield f"{indent}{scalar(unit.name)}:{_comment(unit.note)}"
    yield from (f"{indent}  {key}" for key in keys)
    yield f"{indent}  units:"
    for below in unit.units:
        yield from _unit(below, depth + 2)


def _environment() -> Environment:
    # Part of the extra `cli`; importing the library must not need it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(  # noqa: S701 - YAML, whose own quoting is in `scalar`
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"scalar": scalar, "flow": flow, "comment": _comment}
    return environment
