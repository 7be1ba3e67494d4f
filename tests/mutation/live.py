"""Templates that tests hold, changed under their hands: what a fixture read once loses a protection.

Every way by which a test gets a template is watched: ``Template.from_stack``, the artifacts of an
assembly, and JSON that a test reads itself. Tests share the resources that stand here, so that a
mutant reaches a fixture that was made before, without another synthesis.
"""

from __future__ import annotations

import json
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aws_cdk import cx_api
from aws_cdk.assertions import Template

from tests.mutation.mutants import Mutant, Undo, apply, mutants

Key = tuple[str, str, str]
"""Type, what is done, and to whom: the same in every template that has such a resource."""


OTHER = "*"
"""Whoever stands in no template of the assembly, such as the key of a construct's own test."""


class Resources(dict[str, Any]):
    """Resources of a template; unlike a plain dictionary it can be known without being kept."""


class Live:
    """The templates that are alive, and the mutants that are on.

    Args:
        wanted: mutants of the assembly that is judged; what has no like there is left alone.
    """

    def __init__(self, wanted: frozenset[Key]) -> None:
        self._wanted = wanted
        self._names = frozenset((type_, what) for type_, what, _ in wanted)
        self._known: list[weakref.ref[Resources]] = []
        self._on: frozenset[Key] = frozenset()
        self._undo: list[Undo] = []
        self.generation = 0
        self.fresh: set[Key] = set()

    def add(self, document: dict[str, Any]) -> dict[str, Any]:
        """Give a template whose resources are watched; mutants that are on hold for it at once."""
        resources = Resources(document["Resources"])
        document["Resources"] = resources
        self._known.append(weakref.ref(resources))
        self.fresh |= self._apply(resources)
        return document

    def _apply(self, resources: Resources) -> set[Key]:
        # Deeper and later places first: what stands before them keeps its place.
        found = [(each, self._key(each)) for each in mutants({"Resources": resources})]
        rows = [each for each, key in found if key in self._on]
        for each in sorted(rows, key=_depth, reverse=True):
            # Two mutants of one property cannot both be on; the first is enough.
            with suppress(KeyError, IndexError):
                self._undo.append(apply(resources, each, empty=True))
        return {key for _, key in found if key is not None}

    def _key(self, mutant: Mutant) -> Key | None:
        exact = key_of(mutant)
        if exact in self._wanted:
            return exact
        return (*exact[:2], OTHER) if exact[:2] in self._names else None

    def found(self) -> set[Key]:
        """Give the mutants of all templates that are alive."""
        found = set(self.fresh)
        for resources in self._alive():
            found |= self._apply(resources)
        return found

    def _alive(self) -> Iterator[Resources]:
        self._known = [each for each in self._known if each() is not None]
        for each in self._known:
            resources = each()
            if resources is not None:
                yield resources

    @contextmanager
    def without(self, keys: frozenset[Key]) -> Iterator[None]:
        """Take protections away, in the templates that are alive and in those that come."""
        self._on = keys
        self.generation += 1
        try:
            for resources in list(self._alive()):
                self._apply(resources)
            yield
        finally:
            self._on = frozenset()
            for undo in reversed(self._undo):
                undo()
            self._undo.clear()
            self.generation += 1


def key_of(mutant: Mutant) -> Key:
    """Give what the mutant is in any template."""
    return mutant.type, mutant.what, mutant.who


def _depth(mutant: Mutant) -> tuple[int, tuple[tuple[int, str], ...]]:
    steps = ((each, "") if isinstance(each, int) else (-1, each) for each in mutant.path)
    return len(mutant.path), tuple(steps)


class LiveTemplate:
    """What ``Template.from_stack`` gives: it answers from the resources as they are now."""

    def __init__(self, live: Live, document: dict[str, Any]) -> None:
        self._live, self._document = live, document
        self._made: tuple[int, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the template itself, so that a mutant reaches whoever keeps it."""
        return self._document

    def find_resources(self, type_: str, *given: Any) -> dict[str, Any]:
        """Give the resources themselves where only the type is asked."""
        if given:
            found: dict[str, Any] = self._current().find_resources(type_, *given)
            return found
        rows = self._document["Resources"].items()
        return {key: row for key, row in rows if row.get("Type") == type_}

    def _current(self) -> Any:
        if self._made is None or self._made[0] != self._live.generation:
            template = ORIGINAL_FROM_STRING(json.dumps(self._document))
            self._made = (self._live.generation, template)
        return self._made[1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current(), name)


ORIGINAL_FROM_STRING: Callable[[str], Any] = Template.from_string


def watch(live: Live) -> None:
    """Put the templates of this process under watch, for as long as it lives."""
    from_stack, loads = Template.from_stack, json.loads
    read = cx_api.CloudFormationStackArtifact.template.fget  # type: ignore[attr-defined]
    artifacts: dict[str, dict[str, Any]] = {}

    def live_from_stack(stack: Any, **options: Any) -> Any:
        return LiveTemplate(live, live.add(dict(from_stack(stack, **options).to_json())))

    def live_artifact(artifact: Any) -> dict[str, Any]:
        place = artifact.template_full_path
        if place not in artifacts:
            artifacts[place] = live.add(read(artifact))
        return artifacts[place]

    def live_loads(text: Any, **options: Any) -> Any:
        found = loads(text, **options)
        if _is_template(found) and "/tests/" in sys._getframe(1).f_code.co_filename:
            return live.add(found)
        return found

    Template.from_stack = staticmethod(live_from_stack)  # type: ignore[method-assign]
    cx_api.CloudFormationStackArtifact.template = property(live_artifact)  # type: ignore[method-assign,assignment]
    json.loads = live_loads  # type: ignore[assignment]


def _is_template(value: Any) -> bool:
    rows = value.get("Resources") if isinstance(value, dict) else None
    return (
        isinstance(rows, dict)
        and bool(rows)
        and all(isinstance(row, dict) and "Type" in row for row in rows.values())
    )
