"""Reads a YAML file into plain values and remembers where each of them stands.

The file is composed into nodes, not constructed: so nothing in it can make an object, an alias
cannot blow up memory, and every oddity of YAML is met here with a sentence instead of a surprise.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from baseline.config.finding import Finding, Path
from baseline.config.text import shorten, show

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

_TAG = "tag:yaml.org,2002:"
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
MAXIMUM_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The values of a file, where they stand, and what was wrong with the file as YAML."""

    value: Value = None
    places: dict[Path, Place] = field(default_factory=dict)
    unquoted: dict[Path, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: bool = False

    def place(self, path: Path) -> Place:
        """Give the place of a path, or of the nearest thing around it that the file holds."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


class UnreadableError(ValueError):
    """The text is not YAML at all: one message and, where known, a place."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.place = place


def read(text: str) -> Document:
    """Read YAML text.

    Raises:
        UnreadableError: the text is not YAML, or not one document.
    """
    _refuse_control_characters(text)
    node = _compose(text)
    document = Document()
    if node is not None:
        document.value = _Reader(document).value(node, ())
    return document


def _refuse_control_characters(text: str) -> None:
    found = _CONTROL.search(text)
    if found is None:
        return
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    code = f"U+{ord(found.group()):04X}"
    raise UnreadableError(f"holds the control character {code}; remove it", Place(line, column))


def _compose(text: str) -> Node | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        raise UnreadableError(_yaml_problem(error), place) from None
    except RecursionError:
        raise UnreadableError("is nested too deeply to be a configuration") from None
    except (YAMLError, ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        # ruamel's scanner lets a few of its own errors out on damaged input.
        raise UnreadableError(f"is not valid YAML: {_first_line(str(error))}") from None
    return node


def _yaml_problem(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "cannot be read")
    if r"'\t'" in problem:
        return "is not valid YAML: a tab; indent with spaces"
    if "expected a single document" in str(error.context):
        return "holds more than one YAML document; keep one and remove the '---' line"
    return f"is not valid YAML: {_first_line(problem)}"


def _first_line(text: str) -> str:
    return shorten(text.strip().split("\n", maxsplit=1)[0], 120)


class _Reader:
    """Turns nodes into values and notes places and findings on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def value(self, node: Node, path: Path) -> Value:
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        self.document.places.setdefault(path, place)
        if id(node) in self.seen:
            return self.refuse(path, "is an alias (*name); write the value out")
        self.seen.add(id(node))
        if len(path) > MAXIMUM_DEPTH:
            return self.refuse(path, "is nested too deeply")
        match node:
            case MappingNode():
                return self.mapping(node, path)
            case SequenceNode():
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
            case ScalarNode():
                return self.scalar(node, path)
            case _:
                return self.refuse(path, "cannot be read")

    def mapping(self, node: MappingNode, path: Path) -> Value:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            place = Place(key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            key = self.key(key_node, path, place)
            if key is None:
                continue
            self.document.places[(*path, key)] = place
            result[key] = self.value(value_node, (*path, key))
        return result

    def key(self, node: Node, path: Path, place: Place) -> str | None:
        if not isinstance(node, ScalarNode):
            return self.refuse_key(path, "[...]", place, "is no key; a key is text")
        name = str(node.value)
        if node.tag == f"{_TAG}merge" or name == "<<":
            return self.refuse_key(path, name, place, "merges a mapping; write the keys out")
        if node.tag != f"{_TAG}str":
            return self.refuse_key(path, name, place, "is not text to YAML; write it in quotes")
        if not name.isprintable():
            return self.refuse_key(path, name, place, "holds an invisible character; remove it")
        if (*path, name) in self.document.places:
            first = self.document.places[*path, name].line
            message = f"stands here a second time (first in line {first}); keep one"
            return self.refuse_key(path, name, place, message, suffix=" ")
        return name

    def scalar(self, node: ScalarNode, path: Path) -> Value:
        text = str(node.value)
        tag = str(node.tag).removeprefix(_TAG)
        if tag in {"str", "timestamp"}:
            if not text.isprintable():
                return self.refuse(path, f"{show(text)} holds an invisible character; remove it")
            return text
        if tag in {"int", "float", "bool", "null"}:
            self.document.unquoted[path] = text
        match tag:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" if _PLAIN_NUMBER.fullmatch(text) or text.isdecimal():
                return int(text[:30])
            case "int" | "float":
                # Not a number of ours: octal, hexadecimal, a fraction. Kept as a fraction, so that
                # neither a text field nor a number field takes it.
                return 0.5
            case _:
                return self.refuse(path, f"carries the YAML tag {shorten(tag)}; remove it")

    def refuse(self, path: Path, message: str) -> None:
        self.document.findings.append(Finding(path, message))

    def refuse_key(
        self, path: Path, name: str, place: Place, message: str, *, suffix: str = ""
    ) -> None:
        # A key that cannot be one of ours gets a path of its own, which no value can have.
        refused = (*path, name + suffix)
        self.document.places[refused] = place
        self.document.findings.append(Finding(refused, message))
