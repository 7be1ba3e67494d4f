"""Reads YAML text into plain values and remembers where each of them stands.

The text is composed into nodes, not constructed: so nothing in it can make an object, an alias
cannot blow up memory, and every oddity of YAML is met here with a sentence instead of a surprise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from baseline.config import nodes
from baseline.config.finding import Finding, Path, Place
from baseline.config.nodes import TAG, Mapping, Node, Scalar, Sequence
from baseline.config.text import LIMIT, shorten, show

Value: TypeAlias = "str | int | bool | list[Value] | dict[str, Value] | None"

MAXIMUM_DEPTH = 40
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Document:
    """The values of a file, where they stand, and what is wrong with them as YAML.

    ``unquoted`` holds the text of the values that YAML takes for numbers, truth values or nothing.
    """

    value: Value = None
    places: dict[Path, Place] = field(default_factory=dict)
    unquoted: dict[Path, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Give the place of a path, or of the nearest thing around it that the file holds."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))

    def refused(self) -> set[Path]:
        """Give the paths of the values that YAML's rules refused; they have no value here."""
        return {finding.path for finding in self.findings if finding.place is None}


class UnreadableError(ValueError):
    """The text cannot be read as YAML: one message and, where known, a place."""

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
    column = found.start() - text.rfind("\n", 0, found.start())
    code = f"U+{ord(found.group()):04X}"
    raise UnreadableError(f"holds the control character {code}; remove it", Place(line, column))


def _compose(text: str) -> Node | None:
    try:
        return nodes.compose(text)
    except RecursionError:
        raise UnreadableError("is nested too deeply to be a configuration") from None
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # On damaged input the parser also lets errors of its own code out.
        raise UnreadableError(f"is not valid YAML: {_first_line(str(error))}") from None
    except nodes.NotYamlError as error:
        raise UnreadableError(_sentence(error.problem, error.context), error.place) from None


def _sentence(problem: str, context: str) -> str:
    if r"'\t'" in problem or "'\t'" in problem:
        return "is not valid YAML: a tab; indent with spaces"
    if "expected a single document" in context:
        return "holds a second YAML document; keep one and remove the '---' between them"
    return f"is not valid YAML: {_first_line(problem)}"


def _first_line(text: str) -> str:
    return shorten(text.strip().split("\n", maxsplit=1)[0], 2 * LIMIT)


class _Reader:
    """Turns nodes into values, and notes places and findings on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def value(self, node: Node, path: Path) -> Value:
        self.document.places.setdefault(path, node.place)
        if id(node) in self.seen:
            return self.refuse(path, "is an alias (*name); write the value out")
        self.seen.add(id(node))
        if len(path) > MAXIMUM_DEPTH:
            return self.refuse(path, "is nested too deeply")
        match node:
            case Scalar():
                return self.scalar(node, path)
            case Mapping() if node.tag == f"{TAG}map":
                return self.mapping(node, path)
            case Sequence() if node.tag == f"{TAG}seq":
                return [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
            case _:
                return self.refuse(path, f"carries the YAML tag {shorten(node.tag)}; remove it")

    def mapping(self, node: Mapping, path: Path) -> Value:
        result: dict[str, Value] = {}
        for key_node, value_node in node.pairs:
            key = self.key(key_node, path)
            if key is not None:
                self.document.places[*path, key] = key_node.place
                result[key] = self.value(value_node, (*path, key))
        return result

    def key(self, node: Node, path: Path) -> str | None:
        """Give the key's text, or nothing where it cannot be one of ours."""
        name = node.value if isinstance(node, Scalar) else "[...]"
        problem = self.key_problem(node, path)
        if problem is None:
            return str(name)
        self.document.findings.append(Finding((*path, str(name)), problem, node.place))
        return None

    def key_problem(self, node: Node, path: Path) -> str | None:
        if not isinstance(node, Scalar):
            return "cannot be a key; a key is text"
        if node.tag == f"{TAG}merge" or node.value == "<<":
            return "merges another mapping; write its keys out here"
        if node.tag != f"{TAG}str":
            return "is a key that YAML does not take for text; write it in quotes"
        if not node.value.isprintable():
            return "is a key with an invisible character; remove the character"
        if first := self.document.places.get((*path, node.value)):
            return f"stands here a second time (first in line {first.line}); keep one"
        return None

    def scalar(self, node: Scalar, path: Path) -> Value:
        text, kind = node.value, node.tag.removeprefix(TAG)
        if not text.isprintable():
            return self.refuse(path, f"{show(text)} holds an invisible character; remove it")
        if kind in {"str", "timestamp"}:
            return text
        self.document.unquoted[path] = text
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in {"true", "false"}:
            return text.lower() == "true"
        if kind == "int" and _PLAIN_NUMBER.fullmatch(text):
            return int(text)
        return self.refuse(path, _oddity(text, kind))

    def refuse(self, path: Path, message: str) -> Value:
        """Note a finding; the value becomes nothing."""
        self.document.findings.append(Finding(path, message))
        nothing: Value = None
        return nothing


def _oddity(text: str, kind: str) -> str:
    match kind:
        case "bool":
            return f"{show(text)} is neither true nor false; write true or false"
        case "int" if text.isdecimal() and text.startswith("0"):
            return (
                f"{show(text)} is a number that starts with zero, and YAML drops the zero; "
                "write IDs and telephone numbers in quotes, numbers without the zero"
            )
        case "int" | "float":
            return f"{show(text)} is a number to YAML, and no whole one in plain digits; write text in quotes, numbers in digits only"
        case _:
            return f"{show(text)} is not text to YAML ({shorten(kind)}); write it in quotes"
