"""Validate template files: any CloudFormation template, by anybody's tool."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.delivery.template_validation.engine import EngineFinding, evaluate
from baseline.delivery.template_validation.reading import Reading, UnreadableTemplateError, read
from baseline.delivery.template_validation.rule_set import Severity, one_source, template_rules
from baseline.errors import Problem

STACK_SET = "AWS::CloudFormation::StackSet"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class FileFinding:
    """A finding in a file.

    Attributes:
        file: the file as it was named.
        line: line of the value, from 1.
        column: column of the value, from 1.
        rule: ID of the rule.
        severity: ``error`` or ``warning``.
        place: logical ID of the resource or parameter, with those of the StackSets around it.
        path: the value in it, such as ``Properties.SecurityGroupIngress.0``.
        message: what is wrong, and the fix; never the value.
        suppressed: whether the resource's metadata names the rule in ``guard.SuppressedRules``.
    """

    file: str
    line: int
    column: int
    rule: str
    severity: Severity
    place: str
    path: str
    message: str
    suppressed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A template to evaluate: that of a file, or a StackSet's body in it."""

    file: str
    reading: Reading
    document: dict[str, Any]
    around: tuple[str, ...] = ()


def validate_files(paths: Sequence[Path]) -> tuple[list[FileFinding], list[Problem]]:
    """Evaluate the baseline's rules on template files, bodies of StackSets included.

    Args:
        paths: templates in YAML or JSON; a folder stands for the templates of a cloud assembly in it
            (``*.template.json``), or for its ``*.yaml``, ``*.yml`` and ``*.json`` files.

    Returns:
        The findings in the order of the files and lines, and the files that are no templates.
    """
    problems: list[Problem] = []
    parts: list[_Part] = []
    for path in _files(paths, problems):
        try:
            for reading in read(path, str(path)):
                parts += _parts(str(path), reading, reading.template, ())
        except UnreadableTemplateError as error:
            problems.append(error.problem)
    with tempfile.TemporaryDirectory() as folder:
        written = []
        for number, part in enumerate(parts):
            target = Path(folder, f"{number}.json")
            target.write_text(json.dumps(part.document), encoding="utf-8")
            written.append(target)
        answers = evaluate(one_source(), written) if written else []
    found: dict[tuple[str, int, str, str, str], FileFinding] = {}
    for part, answer in zip(parts, answers, strict=True):
        if "error" in answer:
            problems.append(
                Problem(file=part.file, line=None, column=None, path="", message=answer["error"])
            )
        for each in answer.get("findings", ()):
            finding = _finding(part, each)
            # Both ways of a condition, and both ends of a range of ports, say the same once.
            key = (finding.file, finding.line, finding.rule, finding.place, finding.message)
            found.setdefault(key, finding)
    return sorted(found.values()), list(dict.fromkeys(problems))


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        assembly = sorted(path.glob("**/*.template.json"))
        files = assembly or sorted(
            each for each in path.glob("**/*") if each.suffix in {".yaml", ".yml", ".json"}
        )
        if not files:
            message = "holds no templates; name a file or a cloud assembly"
            problems.append(
                Problem(file=str(path), line=None, column=None, path="", message=message)
            )
        yield from files


def _parts(
    file: str, reading: Reading, document: dict[str, Any], around: tuple[str, ...]
) -> Iterator[_Part]:
    yield _Part(file=file, reading=reading, document=document, around=around)
    resources = document.get("Resources")
    for name, resource in resources.items() if isinstance(resources, dict) else ():
        if not isinstance(resource, dict) or resource.get("Type") != STACK_SET:
            continue
        body = (resource.get("Properties") or {}).get("TemplateBody")
        try:
            inner = json.loads(body) if isinstance(body, str) else None
        except ValueError:
            inner = None
        if isinstance(inner, dict):
            yield from _parts(file, reading, inner, (*around, name))


def _finding(part: _Part, found: EngineFinding) -> FileFinding:
    entity, rule = found.get("entity", {}), found["ruleId"]
    place, path = entity.get("logicalId", ""), found.get("propertyPath", "")
    section = "Parameters" if entity.get("entityType") == "Parameter" else "Resources"
    if part.around:
        where = part.reading.place(("Resources", part.around[0], "Properties", "TemplateBody"))
    else:
        where = part.reading.place(_nearest(part.reading, (section, place), path))
    return FileFinding(
        file=part.file,
        line=where[0],
        column=where[1],
        rule=rule,
        severity=template_rules()[rule].severity,
        place="/".join((*part.around, place)),
        path=path,
        message=" ".join(found["message"].split()),
        suppressed=rule in _suppressed(part.document, section, place),
    )


def _suppressed(document: dict[str, Any], section: str, place: str) -> Sequence[str]:
    """Give the rules that a resource's metadata names, as the Guard rules registry has it."""
    metadata = document.get(section, {}).get(place, {}).get("Metadata") or {}
    named = (metadata.get("guard") or {}).get("SuppressedRules") or ()
    return named if isinstance(named, list) else ()


def _nearest(reading: Reading, start: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Follow a dotted path as far as the file has it; keys may hold dots themselves."""
    where, rest = start, path
    while rest:
        parts = rest.split(".")
        for count in range(len(parts), 0, -1):
            if (*where, ".".join(parts[:count])) in reading.places:
                where, rest = (*where, ".".join(parts[:count])), ".".join(parts[count:])
                break
        else:
            return where
    return where
