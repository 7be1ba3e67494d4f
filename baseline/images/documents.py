"""Component and workflow documents, and the version that each has by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from baseline.images.platforms import Kind
from baseline.images.versions import content_version

FOLDER = Path(__file__).parent
SUFFIX = ".yaml"
WorkflowType = Literal["BUILD", "TEST"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document as it is deployed.

    Attributes:
        name: its file's name, without the end.
        text: YAML.
        version: from the text.
    """

    name: str
    text: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One component of a recipe: a document of ours, or one that AWS keeps.

    Attributes:
        name: name of the document, or of AWS's component.
        document: None for one of AWS's, of which the newest version is taken at each build.
        parameters: values of the document's parameters.
    """

    name: str
    document: Document | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    def identity(self) -> str:
        """Give what makes the component this one, for the version of the recipe."""
        version = self.document.version if self.document else "x.x.x"
        values = ",".join(f"{key}={value}" for key, value in sorted(self.parameters.items()))
        return f"{self.name}:{version}:{values}"


@cache
def component_document(name: str) -> Document:
    """Read a document of ``components/``."""
    return _read("components", name)


@cache
def workflow_document(name: str) -> Document:
    """Read a document of ``workflows/``."""
    return _read("workflows", name)


def own(name: str, parameters: Mapping[str, str] | None = None) -> Component:
    """Give a component of ours."""
    return Component(name=name, document=component_document(name), parameters=parameters or {})


def managed(name: str) -> Component:
    """Give a component that AWS keeps."""
    return Component(name=name)


def platform_suffix(kind: Kind) -> str:
    """Give how the names of components of a platform end."""
    return kind.lower()


def _read(folder: str, name: str) -> Document:
    text = (FOLDER / folder / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    return Document(name=name, text=text, version=content_version(text))
