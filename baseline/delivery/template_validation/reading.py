"""Templates as the rules see them: read with places, parameters at their defaults, both ways of each condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from baseline.errors import BaselineError, Problem

MAXIMUM_BYTES = 1_048_576
"""Size of the largest template. Source: CloudFormation User Guide, "Understand CloudFormation quotas"."""

MAXIMUM_VALUES = 200_000
"""Values of the largest template, aliases counted as often as they are used."""

Path_ = tuple[str, ...]


class UnreadableTemplateError(BaselineError):
    """A file that is no template."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(kw_only=True, slots=True)
class Reading:
    """One way to read a template.

    Attributes:
        template: the template in JSON's types.
        places: line and column of each value, from 1, by its path.
    """

    template: dict[str, Any]
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path_) -> tuple[int, int]:
        """Give line and column of a value, or of the nearest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read(path: Path, name: str) -> list[Reading]:
    """Read a template in YAML, short forms included, or in JSON.

    ``Fn::If`` is replaced by its first branch in one reading and by its second in another;
    references to parameters by their defaults, where those are shown anyway.

    Args:
        path: the file.
        name: what problems call it.

    Returns:
        One reading, or two where the template has ``Fn::If``.

    Raises:
        UnreadableTemplateError: the file cannot be read, is no YAML, has no Resources or is too large.
    """
    root = _parse(path, name)
    defaults = _defaults(root)
    readings, branched = [], False
    for truth in (True, False):
        builder = _Builder(truth=truth, defaults=defaults, name=name)
        value = builder.build(root, ())
        if not isinstance(value, dict) or not isinstance(value.get("Resources"), dict):
            raise UnreadableTemplateError(
                _problem(name, root, "this is no template: Resources is missing")
            )
        readings.append(Reading(template=value, places=builder.places))
        branched = builder.branched
        if not branched:
            break
    return readings


def _parse(path: Path, name: str) -> yaml.Node:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableTemplateError(
            Problem(
                file=name,
                line=None,
                column=None,
                path="",
                message=f"cannot be read: {error.strerror}",
            )
        ) from None
    if len(data) > MAXIMUM_BYTES:
        message = (
            f"has {len(data):,} bytes, and CloudFormation takes {MAXIMUM_BYTES:,}; split the stack"
        )
        raise UnreadableTemplateError(
            Problem(file=name, line=None, column=None, path="", message=message)
        )
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            # Tabs may indent JSON, not YAML. Inside of JSON's strings they cannot stand.
            text = text.replace("\t", " ")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 (byte {error.start}); save it as UTF-8"
        raise UnreadableTemplateError(
            Problem(file=name, line=None, column=None, path="", message=message)
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message = f"is neither YAML nor JSON: {error.problem}"
        raise UnreadableTemplateError(
            Problem(file=name, line=line, column=column, path="", message=message)
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        message = f"is neither YAML nor JSON: {str(error).splitlines()[0]}"
        raise UnreadableTemplateError(
            Problem(file=name, line=None, column=None, path="", message=message)
        ) from None
    if root is None:
        raise UnreadableTemplateError(
            Problem(file=name, line=None, column=None, path="", message="is empty")
        )
    return root


def _problem(name: str, node: yaml.Node, message: str) -> Problem:
    mark = node.start_mark
    return Problem(file=name, line=mark.line + 1, column=mark.column + 1, path="", message=message)


def _defaults(root: yaml.Node) -> dict[str, str]:
    """Give the defaults of parameters that are text and not hidden."""
    found = {}
    for name, parameter in _items(_child(root, "Parameters")):
        kind, hidden = _child(parameter, "Type"), _child(parameter, "NoEcho")
        default = _child(parameter, "Default")
        plain = isinstance(kind, yaml.ScalarNode) and kind.value in {"String", "Number"}
        shown = not (isinstance(hidden, yaml.ScalarNode) and hidden.value.lower() == "true")
        if plain and shown and isinstance(default, yaml.ScalarNode):
            found[name] = str(default.value)
    return found


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    return next((value for name, value in _items(node) if name == key), None)


def _items(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)


_NOTHING = object()
"""What ``AWS::NoValue`` stands for."""


@dataclass(kw_only=True)
class _Builder:
    """Builds one reading from the nodes of a file."""

    truth: bool
    defaults: Mapping[str, str]
    name: str
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    branched: bool = False
    _values: int = 0

    def build(self, node: yaml.Node, path: Path_) -> Any:  # noqa: ANN401 - any value of JSON
        self._values += 1
        if self._values > MAXIMUM_VALUES or len(path) > 100:  # noqa: PLR2004 - deeper than any schema
            message = f"has more than {MAXIMUM_VALUES:,} values or holds itself; use fewer aliases"
            raise UnreadableTemplateError(_problem(self.name, node, message))
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if node.tag.startswith("!") and node.tag != "!":
            return self._short(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> Any:  # noqa: ANN401
        if len(node.value) == 1:
            key, value = node.value[0]
            if key.value == "Fn::If" and isinstance(value, yaml.SequenceNode):
                return self._branch(value, path)
            if key.value == "Ref" and isinstance(value, yaml.ScalarNode):
                return self._reference(str(value.value))
        found = {}
        for key, value in node.value:
            name = str(key.value)
            where = (*path, name)
            self.places[where] = (key.start_mark.line + 1, key.start_mark.column + 1)
            built = self.build(value, where)
            if built is not _NOTHING:
                found[name] = built
        return found

    def _sequence(self, node: yaml.SequenceNode, path: Path_) -> list[Any]:
        found: list[Any] = []
        for item in node.value:
            built = self.build(item, (*path, str(len(found))))
            if built is not _NOTHING:
                found.append(built)
            else:
                self.places.pop((*path, str(len(found))), None)
        return found

    def _short(self, node: yaml.Node, path: Path_) -> Any:  # noqa: ANN401
        """Read a short form such as ``!Sub``."""
        function = node.tag.removeprefix("!")
        if function == "If" and isinstance(node, yaml.SequenceNode):
            return self._branch(node, path)
        if function == "Ref":
            return self._reference(str(node.value))
        name = function if function == "Condition" else f"Fn::{function}"
        if isinstance(node, yaml.ScalarNode):
            value: Any = str(node.value)
            if function == "GetAtt":
                value = value.split(".", 1)
        elif isinstance(node, yaml.MappingNode):
            value = self._mapping(node, (*path, name))
        else:
            value = self._sequence(node, (*path, name))
        return {name: value}

    def _branch(self, node: yaml.SequenceNode, path: Path_) -> Any:  # noqa: ANN401
        """Take one way of ``Fn::If``: condition, value, other value."""
        if len(node.value) != 3:  # noqa: PLR2004 - the line above says what they are
            raise UnreadableTemplateError(
                _problem(self.name, node, "Fn::If takes a condition and two values")
            )
        self.branched = True
        chosen = node.value[1 if self.truth else 2]
        self.places[path] = (chosen.start_mark.line + 1, chosen.start_mark.column + 1)
        return self.build(chosen, path)

    def _reference(self, name: str) -> Any:  # noqa: ANN401
        if name == "AWS::NoValue":
            return _NOTHING
        return self.defaults.get(name, {"Ref": name})


def _scalar(node: yaml.Node) -> Any:  # noqa: ANN401
    """Read a plain value; dates stay text, as in ``Version: 2012-10-17``."""
    kind = node.tag.rpartition(":")[2]
    if kind not in {"bool", "int", "float", "null"}:
        return str(node.value)
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, yaml.YAMLError):
        return str(node.value)
