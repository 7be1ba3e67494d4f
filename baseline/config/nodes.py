"""YAML text as a tree of nodes, each with its place: quickly where the text is plain, else exactly.

A configuration of thousands of accounts is plain YAML, which libyaml reads some forty times faster
than the exact parser (ruamel.yaml, YAML 1.2, in Python). It reads YAML 1.1, though, and its
messages differ. So it gets only what both dialects read alike, and whatever is unusual or wrong is
read again by the exact parser: users meet that one's rules and messages only.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Final

from yaml import YAMLError
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from baseline.config.finding import Place

try:
    from yaml.cyaml import CParser
except ImportError:  # PyYAML built without libyaml
    CParser = None

TAG: Final = "tag:yaml.org,2002:"
DEEPEST: Final = 120
"""Deepest nesting that is read: no configuration has a third of it, and both parsers get slow."""

# Tabs, line breaks that the dialects count differently, byte order marks, directives, and keys
# with the value right behind the colon.
_UNUSUAL = re.compile(r"[\t\r\x85\u2028\u2029\ufeff]|^%|[\"'\]}]:\S", re.MULTILINE)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
# May be a number or a date in one of the dialects, with spaces inside even.
_LIKE_A_NUMBER = re.compile(r"[-+.0-9][-+.:_0-9a-fA-FxXoOtTzZiInN ]*")
_CONSTANTS: Final = {
    **dict.fromkeys(("~", "null", "Null", "NULL"), f"{TAG}null"),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), f"{TAG}bool"),
}
_SPECIAL = frozenset({"<<", "="})


@dataclass(slots=True, eq=False)
class Scalar:
    """A text, with the tag that YAML 1.2 gives it."""

    tag: str
    value: str
    place: Place


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    tag: str
    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mapping:
    """Pairs of nodes, in their order, repeated keys included."""

    tag: str
    place: Place
    pairs: list[tuple[Node, Node]] = field(default_factory=list)


Node = Scalar | Sequence | Mapping


class NotYamlError(Exception):
    """The exact parser refuses the text.

    Attributes:
        problem: what it says.
        context: what it was reading.
        place: where, if it says so.
    """

    def __init__(self, problem: str, context: str = "", place: Place | None = None) -> None:
        super().__init__(problem)
        self.problem, self.context, self.place = problem, context, place


class _UnusualError(Exception):
    """The text needs the exact parser."""


def compose(text: str) -> Node | None:
    """Give the nodes of a text; None where it holds nothing.

    Raises:
        NotYamlError: the text is not YAML, or more than one document.
        RecursionError: it is nested more deeply than any configuration.
        ValueError: and other errors of the exact parser's own code, which damaged text can cause.
    """
    try:
        return quickly(text)
    except (_UnusualError, YAMLError, ValueError):
        return exactly(text)


def exactly(text: str) -> Node | None:
    """Give the nodes as YAML 1.2 has them.

    Raises:
        NotYamlError: with the message that people get.
    """
    # Loading this parser takes longer than reading most configurations with the other.
    from ruamel.yaml import YAML, error  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            composed = YAML(typ="safe", pure=True).compose(text)
    except error.MarkedYAMLError as found:
        mark = found.problem_mark or found.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else None
        problem, context = found.problem or found.context, found.context
        raise NotYamlError(str(problem or "cannot be read"), str(context), place) from None
    except error.YAMLError as found:
        raise NotYamlError(str(found)) from None
    return None if composed is None else _converted(composed, {})


def _converted(node: object, known: dict[int, Node]) -> Node:
    """Give the node of the exact parser as one of ours; an alias stays the same object."""
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode  # noqa: PLC0415

    if id(node) in known:
        return known[id(node)]
    match node:
        case ScalarNode():
            scalar = Scalar(str(node.tag), str(node.value), _place(node))
            return known.setdefault(id(node), scalar)
        case SequenceNode():
            sequence = known[id(node)] = Sequence(str(node.tag), _place(node))
            sequence.items = [_converted(item, known) for item in node.value]
            return sequence
        case MappingNode():
            mapping = known[id(node)] = Mapping(str(node.tag), _place(node))
            mapping.pairs = [
                (_converted(key, known), _converted(value, known)) for key, value in node.value
            ]
            return mapping
        case _:
            raise TypeError(f"{type(node).__name__} is no node")


def _place(node: object) -> Place:
    mark = getattr(node, "start_mark")  # noqa: B009 - no common type
    return Place(mark.line + 1, mark.column + 1)


def quickly(text: str) -> Node | None:
    """Give the nodes of plain YAML.

    Raises:
        _UnusualError: the text has something that the dialects may read differently.
        RecursionError: it is nested more deeply than any configuration.
        yaml.YAMLError: it is no YAML 1.1.
    """
    if CParser is None or _UNUSUAL.search(text):
        raise _UnusualError
    tree = _Tree()
    parser = CParser(text)
    while parser.check_event():
        tree.add(parser.get_event())
    return tree.root


class _Tree:
    """Puts events together, without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.documents = 0
        self.open: list[Sequence | Mapping] = []
        self.keys: list[Node | None] = []

    def add(self, event: Event) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self.put(_scalar(event))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self.start(event)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self.open.pop()
            self.keys.pop()
        elif kind is DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise _UnusualError
        elif kind not in (StreamStartEvent, StreamEndEvent, DocumentEndEvent):
            raise _UnusualError  # an alias

    def start(self, event: Event) -> None:
        if len(self.open) > DEEPEST:
            raise RecursionError
        if event.anchor is not None or event.tag is not None:
            raise _UnusualError
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        node: Sequence | Mapping = (
            Mapping(f"{TAG}map", place)
            if isinstance(event, MappingStartEvent)
            else Sequence(f"{TAG}seq", place)
        )
        self.put(node)
        self.open.append(node)
        self.keys.append(None)

    def put(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = node
        else:
            parent.pairs.append((key, node))
            self.keys[-1] = None


def _scalar(event: ScalarEvent) -> Scalar:
    start, end = event.start_mark, event.end_mark
    block = event.style in ("|", ">")
    if event.anchor is not None or event.tag is not None or block or start.line != end.line:
        raise _UnusualError
    text = event.value
    if not text and event.implicit[0]:
        raise _UnusualError  # nothing at all, which the parsers put in different places
    tag = _tag(text) if event.implicit[0] else f"{TAG}str"
    return Scalar(tag, text, Place(start.line + 1, start.column + 1))


def _tag(text: str) -> str:
    """Give the tag of a plain scalar."""
    if constant := _CONSTANTS.get(text):
        return constant
    if _NUMBER.fullmatch(text):
        return f"{TAG}int"
    if text in _SPECIAL or _LIKE_A_NUMBER.fullmatch(text):
        raise _UnusualError
    return f"{TAG}str"
