"""The permission sets there are: the catalog's, and those of somebody's own folder.

Loads without the CDK, so that configuration validation can use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from baseline.config import messages
from baseline.config.document import Document, UnreadableError, read
from baseline.config.finding import Finding, dotted
from baseline.config.forms import PERMISSION_SET_FILE_PATTERN
from baseline.config.text import shorten
from baseline.errors import BaselineError
from baseline.guardrails.roles import QUALIFIER
from baseline.identity.permission_set_model import PermissionSetDefinition
from baseline.identity.permission_set_rules import problems

if TYPE_CHECKING:
    from baseline.config import Configuration

CATALOG: Final = Path(__file__).parent / "catalog" / "permission_sets"
SUFFIX: Final = ".yaml"
MAXIMUM_BYTES: Final = 200_000

Definitions = Mapping[str, PermissionSetDefinition]


def placeholder_values(*, prefix: str, break_glass: str) -> dict[str, str]:
    """Give what the placeholders of a permission set stand for in an organization."""
    return {"prefix": prefix, "break_glass": break_glass, "qualifier": QUALIFIER}


EXAMPLE_VALUES: Final = placeholder_values(prefix="secbase", break_glass="OrgBreakGlass")


@cache
def catalog() -> Definitions:
    """Give the permission sets of the catalog, by the names of their files.

    Raises:
        BaselineError: a file is not a permission set; names file, line and key.
    """
    return _checked(*read_folder(CATALOG, EXAMPLE_VALUES))


def library(folder: Path | None, values: Mapping[str, str]) -> Definitions:
    """Give the catalog with the permission sets of a folder, which replace those of the same name.

    Raises:
        BaselineError: problems of the folder's files, all of them, one on a line.
    """
    own = {} if folder is None else _checked(*read_folder(folder, values))
    return {**catalog(), **own}


def definitions_of(configuration: Configuration) -> Definitions:
    """Give all permission sets that a configuration may name, their placeholders filled in.

    Raises:
        BaselineError: a file of the own folder is not a permission set.
    """
    folder = configuration.identity_center.custom_folder
    values = placeholder_values(
        prefix=configuration.prefix, break_glass=configuration.break_glass.role
    )
    known = library(Path(folder) if folder else None, values)
    return {name: definition.filled(values) for name, definition in known.items()}


def read_folder(
    folder: Path, values: Mapping[str, str]
) -> tuple[dict[str, PermissionSetDefinition], list[str]]:
    """Read permission sets; give those that can be read, and what is wrong, one line each.

    Args:
        folder: one YAML file for each permission set.
        values: what the placeholders stand for, because they count in the size of a policy.
    """
    if not folder.is_dir():
        return {}, [f"{shorten(str(folder))} is not a folder"]
    found: dict[str, PermissionSetDefinition] = {}
    wrong: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        document, findings = _document(path)
        definition = None if findings else _parsed(document, findings)
        if definition is not None:
            found[path.stem] = definition
            findings += problems(definition, values)
        wrong += [_line(path, document, finding) for finding in findings]
    wrong += [
        f"{path.name}: name it like security-auditor{SUFFIX}"
        for path in sorted(folder.iterdir())
        if not _is_well_named(path)
    ]
    return found, wrong


def _is_well_named(path: Path) -> bool:
    if path.suffix not in {SUFFIX, ".yml"}:
        return True
    return path.suffix == SUFFIX and bool(re.fullmatch(PERMISSION_SET_FILE_PATTERN, path.stem))


def _document(path: Path) -> tuple[Document, list[Finding]]:
    try:
        text = path.read_bytes()[: MAXIMUM_BYTES + 1].decode("utf-8-sig")
        if len(text) > MAXIMUM_BYTES:
            return Document(), [Finding((), f"is larger than {MAXIMUM_BYTES:,} bytes")]
        document = read(text)
    except UnreadableError as error:
        return Document(), [Finding((), str(error), error.place)]
    except (OSError, UnicodeDecodeError) as error:
        return Document(), [Finding((), f"cannot be read: {error}")]
    return document, list(document.findings)


def _parsed(document: Document, findings: list[Finding]) -> PermissionSetDefinition | None:
    try:
        return PermissionSetDefinition.model_validate(document.value)
    except ValidationError as error:
        findings += [
            messages.finding(row, PermissionSetDefinition, document.unquoted)
            for row in error.errors(include_url=False)
        ]
        return None


def _line(path: Path, document: Document, finding: Finding) -> str:
    place = finding.place or document.place(finding.path)
    where = f" {dotted(finding.path)}:" if finding.path else ""
    return f"{path.name}:{place.line}:{place.column}{where} {finding.message}"


def _checked(found: Definitions, wrong: list[str]) -> Definitions:
    if wrong:
        raise BaselineError("\n".join(wrong))
    return found
