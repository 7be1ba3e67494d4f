"""Reads baseline.yaml: all problems in one run, each with its line and column."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from baseline.config import checks, messages
from baseline.config.checks import standalone
from baseline.config.configuration import CHECKED_ELSEWHERE, Configuration
from baseline.config.document import Document, UnreadableError
from baseline.config.document import read as read_document
from baseline.config.fields import field_at
from baseline.config.finding import Finding, dotted
from baseline.config.finding import Path as Position
from baseline.config.section import Section
from baseline.config.standalone import Standalone
from baseline.config.text import shorten
from baseline.errors import ConfigurationError, Problem

MAXIMUM_BYTES = 1_000_000
FILE_NAME_LENGTH = 200
_EACH_BY_ITSELF = frozenset(
    {"account", "accounts", "contacts", "members", "organization", "organizational_units"}
)
"""Sections whose keys do not switch each other on."""


NEEDS_AN_ORGANIZATION = (
    "this is one account without an organization, and the command needs one; docs/standalone.md says "
    "what an account alone has, and how it joins an organization"
)


def read(path: Path) -> Configuration | Standalone:
    """Read and check a configuration file of either profile. Needs no credentials and no network.

    A file with ``account:`` and without ``organization:`` is one of a standalone account.

    Args:
        path: The file; messages name it as it is given here.

    Raises:
        ConfigurationError: the file cannot be read or has problems. It carries all of them, in the
            order of the file.
    """
    file, document = _document(path)
    return _standalone(file, document) if _is_standalone(document) else _read(file, document)


def load(path: Path) -> Configuration:
    """Read and check a configuration file of an organization. Needs no credentials and no network.

    Args:
        path: The file; messages name it as it is given here.

    Raises:
        ConfigurationError: the file cannot be read or has problems, or is one of a standalone
            account. It carries all of them, in the order of the file.
    """
    file, document = _document(path)
    if _is_standalone(document):
        finding = Finding(("account",), NEEDS_AN_ORGANIZATION)
        raise ConfigurationError(_placed(file, document, [finding]))
    return _read(file, document)


def _document(path: Path) -> tuple[str, Document]:
    file = shorten(str(path), FILE_NAME_LENGTH)
    try:
        document = read_document(_text(path))
    except UnreadableError as error:
        raise ConfigurationError([_unreadable(file, error)]) from None
    _anchor(document, path.parent)
    return file, document


def _is_standalone(document: Document) -> bool:
    value = document.value
    return isinstance(value, dict) and "account" in value and "organization" not in value


def _read(file: str, document: Document) -> Configuration:
    configuration, findings = check(document)
    if configuration is not None and findings and all(map(_concerns_guardrails, findings)):
        findings += _further(configuration, findings)
    if configuration is None or findings:
        raise ConfigurationError(_placed(file, document, findings))
    return configuration


def _standalone(file: str, document: Document) -> Standalone:
    configuration, findings = check_standalone(document)
    if configuration is None or findings:
        raise ConfigurationError(_placed(file, document, findings))
    return configuration


def custom_folder(path: Path) -> Path | None:
    """Give the folder of own guardrails that a file names, whatever else is wrong with the file.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    try:
        document = read_document(_text(path))
    except UnreadableError as error:
        file = shorten(str(path), FILE_NAME_LENGTH)
        raise ConfigurationError([_unreadable(file, error)]) from None
    _anchor(document, path.parent)
    section = document.value.get("guardrails") if isinstance(document.value, dict) else None
    named = section.get("custom_folder") if isinstance(section, dict) else None
    return Path(named) if isinstance(named, str) and named else None


def check(document: Document) -> tuple[Configuration | None, list[Finding]]:
    """Give the configuration of a document, if its types are right, and everything wrong with it."""
    configuration = None
    found: list[Finding] = []
    try:
        configuration = Configuration.model_validate(document.value, context=CHECKED_ELSEWHERE)
    except ValidationError as error:
        found += _of_types(error, Configuration, document)
    return configuration, _told(document, found, checks.run(document.value))


def check_standalone(document: Document) -> tuple[Standalone | None, list[Finding]]:
    """Give the standalone account of a document, if its types are right, and everything wrong with it."""
    configuration = None
    found: list[Finding] = []
    try:
        configuration = Standalone.model_validate(document.value, context=CHECKED_ELSEWHERE)
    except ValidationError as error:
        found += map(_explained, _of_types(error, Standalone, document))
    return configuration, _told(document, found, standalone.run(document.value))


def _of_types(error: ValidationError, root: type[Section], document: Document) -> list[Finding]:
    return [
        messages.finding(item, root, document.unquoted)
        for item in error.errors(include_url=False)
        if not messages.is_a_consequence(item)
    ]


def _explained(finding: Finding) -> Finding:
    """Say of a key that only an organization has why it is unknown."""
    known = field_at(Configuration, finding.path) is not None
    if known and finding.message.startswith("unknown key"):
        return Finding(
            finding.path,
            "needs an organization, and a standalone account has none; remove this key",
        )
    return finding


def _told(document: Document, of_types: list[Finding], of_checks: list[Finding]) -> list[Finding]:
    """Give what is wrong, but for what follows from a value that is refused already.

    Nothing is said about such a value or inside it, about what was compared with it, nor about the
    settings beside it: a switch that cannot be read is no switch that is off. A misspelt key is not
    missing besides, and what YAML refused has no value here.
    """
    lost = document.refused() | {each.meant for each in of_types if each.meant is not None}
    of_types = [each for each in of_types if lost.isdisjoint(_around(each.path))]
    refused = lost | {each.path for each in of_types}
    beside = {path[:-1] for path in refused if len(path) > 1 and path[0] not in _EACH_BY_ITSELF}
    silent = refused | beside
    fresh = (each for each in of_checks if silent.isdisjoint(_around(each.path)))
    sound = (each for each in fresh if not _rests_on(each, refused))
    return [*document.findings, *of_types, *sound]


def _rests_on(finding: Finding, refused: set[Position]) -> bool:
    return any(
        path[: len(base)] == base or base[: len(path)] == path
        for base in finding.rests_on
        for path in refused
    )


def _concerns_guardrails(finding: Finding) -> bool:
    return "guardrails" in finding.path


def _further(configuration: Configuration, known: list[Finding]) -> list[Finding]:
    """Give what else is wrong with the guardrails, so that one run tells all of it."""
    # Imported here, because those modules read the configuration's names and quotas.
    from baseline.guardrails.verification import problems_of  # noqa: PLC0415

    messages = {finding.message for finding in known}
    return [
        Finding(("guardrails",), problem)
        for problem in problems_of(configuration)
        if problem not in messages and "is not in the catalog" not in problem
    ]


def _anchor(document: Document, folder: Path) -> None:
    """Read the folders of one's own from where the file stands, not from where one works."""
    for name in ("guardrails", "identity_center"):
        section = document.value.get(name) if isinstance(document.value, dict) else None
        if isinstance(section, dict) and isinstance(named := section.get("custom_folder"), str):
            section["custom_folder"] = str((folder / named).resolve()) if named else named


def _around(path: Position) -> list[Position]:
    return [path[:length] for length in range(len(path) + 1)]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableError("no such file; name another, or start from an example") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot be read: {reason}") from None
    if len(content) > MAXIMUM_BYTES:
        raise UnreadableError(f"is larger than {MAXIMUM_BYTES:,} bytes; that is no configuration")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8 text; save it as UTF-8") from None


def _unreadable(file: str, error: UnreadableError) -> Problem:
    line, column = (error.place.line, error.place.column) if error.place else (None, None)
    return Problem(file=file, line=line, column=column, path="", message=str(error))


def _placed(file: str, document: Document, findings: list[Finding]) -> list[Problem]:
    problems = set()
    for finding in findings:
        place = finding.place or document.place(finding.path)
        problems.add(
            Problem(
                file=file,
                line=place.line,
                column=place.column,
                path=dotted(finding.path),
                message=finding.message,
            )
        )
    return sorted(problems)
