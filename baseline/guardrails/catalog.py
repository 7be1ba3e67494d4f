"""The catalog: guardrails by name, and sets of them.

Loads in milliseconds and without the CDK, so that configuration validation can use it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import JsonValue as Json

from baseline.config.text import nearest
from baseline.errors import BaselineError
from baseline.guardrails.documents import PolicyKind, check_shape
from baseline.guardrails.model import Guardrail, Name, Text

CATALOG = Path(__file__).parent / "catalog"
SETS = "sets.json"


class GuardrailSet(BaseModel):
    """Several guardrails under one name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    guardrails: tuple[Name, ...]


@cache
def known_names() -> frozenset[str]:
    """Give the names that a unit of the configuration may list: guardrails and sets.

    Policies that configure services are not among them: they follow from ``capabilities``.
    """
    files = [path for kind in ("scp", "rcp") for path in (CATALOG / kind).glob("*.json")]
    return frozenset({path.stem for path in files} | set(_read(CATALOG / SETS)))


@cache
def guardrails() -> dict[str, Guardrail]:
    """Give all guardrails by name.

    Raises:
        BaselineError: A file is not a valid guardrail; names file and field.
    """
    return {path.stem: load_file(path) for path in sorted(CATALOG.glob("*/*.json"))}


@cache
def sets() -> dict[str, GuardrailSet]:
    """Give all sets by name.

    Raises:
        BaselineError: A set is malformed, bears a guardrail's name or lists an unknown one.
    """
    path = CATALOG / SETS
    found: dict[str, GuardrailSet] = {}
    for name, raw in _read(path).items():
        try:
            found[name] = GuardrailSet.model_validate(raw)
        except ValidationError as error:
            raise BaselineError(_explain(path, error)) from error
        unknown = sorted(set(found[name].guardrails) - set(guardrails()))
        if unknown or name in guardrails():
            trouble = (
                f"unknown guardrails {', '.join(unknown)}" if unknown else "a guardrail's name"
            )
            raise BaselineError(f"{path.name} {name}: {trouble}")
    return found


@dataclass(frozen=True, kw_only=True)
class Library:
    """The catalog and somebody's own guardrails.

    Attributes:
        guardrails: All guardrails by name.
        sets: All sets by name.
        names: The names that a unit or an account may list.
        custom: The names of the guardrails that are not the catalog's.
    """

    guardrails: Mapping[str, Guardrail]
    sets: Mapping[str, GuardrailSet]
    names: frozenset[str]
    custom: frozenset[str] = frozenset()

    def resolve(self, names: Iterable[str]) -> tuple[Guardrail, ...]:
        """Give the guardrails behind names of guardrails and sets, in order, each once.

        Raises:
            BaselineError: A name is neither a guardrail nor a set.
        """
        found: dict[str, Guardrail] = {}
        for name in names:
            if name not in self.names:
                known = ", ".join(sorted(self.names))
                raise BaselineError(f"guardrail {name!r} is not in the catalog; known: {known}")
            members = self.sets[name].guardrails if name in self.sets else (name,)
            found.update({member: self.guardrails[member] for member in members})
        return tuple(found.values())


def resolve(names: Iterable[str]) -> tuple[Guardrail, ...]:
    """Give the guardrails of the catalog behind names of guardrails and sets.

    Raises:
        BaselineError: A name is neither a guardrail nor a set.
    """
    return library().resolve(names)


def library(folder: Path | None = None) -> Library:
    """Give the catalog, with the guardrails of a folder if there is one.

    Args:
        folder: Holds one JSON file for each guardrail, and ``sets.json`` if there are sets.

    Raises:
        BaselineError: Problems of the folder's files, all of them, one on a line.
    """
    known = Library(guardrails=guardrails(), sets=sets(), names=known_names())
    if folder is None:
        return known
    own, own_sets, problems = read_folder(folder)
    if problems:
        raise BaselineError("\n".join(problems))
    return Library(
        guardrails={**known.guardrails, **own},
        sets={**known.sets, **own_sets},
        names=known.names | own.keys() | own_sets.keys(),
        custom=frozenset(own),
    )


def read_folder(
    folder: Path,
) -> tuple[dict[str, Guardrail], dict[str, GuardrailSet], list[str]]:
    """Read somebody's own guardrails and sets; give those that are right, and what is wrong."""
    if not folder.is_dir():
        return {}, {}, [f"{folder} is not a folder"]
    own: dict[str, Guardrail] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.json")):
        if path.name == SETS:
            continue
        try:
            guardrail = load_file(path)
        except BaselineError as error:
            problems += str(error).splitlines()
            continue
        problems += [f"{path.name} {row}" for row in shape_problems(guardrail)]
        if guardrail.id in guardrails() or guardrail.id in sets():
            problems.append(f"{path.name}: the catalog has a guardrail or set of this name; rename")
        own[guardrail.id] = guardrail
    own_sets, found = _own_sets(folder / SETS, {*guardrails(), *own})
    return own, own_sets, problems + found


def shape_problems(guardrail: Guardrail) -> list[str]:
    """Give the statements that have what their policy type does not allow, such as NotAction."""
    if not guardrail.type.decides:
        return []
    found = []
    for number, statement in enumerate(guardrail.statements, 1):
        where = f"statement {number}"
        if not isinstance(statement, dict):
            found.append(f"{where}: is not an object")
            continue
        try:
            check_shape(_plain(statement), PolicyKind(guardrail.type.value), where)
        except BaselineError as error:
            found.append(str(error))
    return found


def _plain(statement: Mapping[str, Json]) -> dict[str, Json]:
    """Give a statement whose actions are those written out, placeholders left aside."""
    plain = dict(statement)
    for element in ("Action", "NotAction"):
        given = plain.get(element)
        if element in plain:
            rows = given if isinstance(given, list) else [given]
            plain[element] = [row for row in rows if isinstance(row, str)] or ["none:None"]
    return plain


def _own_sets(path: Path, known: Collection[str]) -> tuple[dict[str, GuardrailSet], list[str]]:
    """Read the sets of a folder, if it has any."""
    found: dict[str, GuardrailSet] = {}
    problems: list[str] = []
    try:
        raw = _read(path) if path.exists() else {}
    except BaselineError as error:
        return {}, [str(error)]
    for name, row in raw.items():
        try:
            found[name] = GuardrailSet.model_validate(row)
        except ValidationError as error:
            problems += _explain(path, error).splitlines()
            continue
        problems += [
            f"{path.name} {name}: guardrail {member!r} is unknown{_meant(member, known)}"
            for member in found[name].guardrails
            if member not in known
        ]
        if name in known or name in sets():
            problems.append(f"{path.name} {name}: a guardrail or set has this name; rename")
    return found, problems


def _meant(name: str, known: Collection[str]) -> str:
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def load_file(path: Path) -> Guardrail:
    """Load one guardrail.

    Raises:
        BaselineError: The file is not JSON, or not a guardrail; names file and field.
    """
    try:
        guardrail = Guardrail.model_validate(_read(path))
    except ValidationError as error:
        raise BaselineError(_explain(path, error)) from error
    if guardrail.id != path.stem:
        raise BaselineError(f"{path.name} id: {guardrail.id!r} is not the file's name")
    return guardrail


def _read(path: Path) -> dict[str, object]:
    """Read a JSON object."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BaselineError(f"{path.name}: cannot be read as JSON: {error}") from error
    if not isinstance(document, dict):
        raise BaselineError(f"{path.name}: must hold one JSON object")
    return document


def _explain(path: Path, error: ValidationError) -> str:
    """Give all problems of a file, one on a line: file, field, what is wrong."""
    return "\n".join(
        f"{path.name} {'.'.join(str(part) for part in row['loc'])}: {row['msg']}".replace(" :", ":")
        for row in error.errors()
    )
