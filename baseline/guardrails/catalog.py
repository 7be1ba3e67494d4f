"""The catalog: guardrails by name, and sets of them.

Loads in milliseconds and without the CDK, so that configuration validation can use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from baseline.errors import BaselineError
from baseline.guardrails.model import Guardrail, Name, Text

CATALOG = Path(__file__).parent / "catalog"


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
    return frozenset({path.stem for path in files} | set(_read(CATALOG / "sets.json")))


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
    path = CATALOG / "sets.json"
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


def resolve(names: Iterable[str]) -> tuple[Guardrail, ...]:
    """Give the guardrails behind names of guardrails and sets, in order, each once.

    Raises:
        BaselineError: A name is neither a guardrail nor a set.
    """
    found: dict[str, Guardrail] = {}
    for name in names:
        if name not in known_names():
            known = ", ".join(sorted(known_names()))
            raise BaselineError(f"guardrail {name!r} is not in the catalog; known: {known}")
        members = sets()[name].guardrails if name in sets() else (name,)
        found.update({member: guardrails()[member] for member in members})
    return tuple(found.values())


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
    except (OSError, json.JSONDecodeError) as error:
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
