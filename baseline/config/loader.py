"""Reads baseline.yaml: all problems in one run, each with its line and column."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from baseline.config import document as yaml
from baseline.config import messages
from baseline.config.configuration import Configuration
from baseline.config.finding import Finding, dotted
from baseline.errors import ConfigurationError, Problem

MAXIMUM_BYTES = 1_000_000


def load(path: Path) -> Configuration:
    """Read and check a configuration file.

    Needs no credentials and no network.

    Raises:
        ConfigurationError: the file cannot be read or has problems; it carries all of them, in
            the order of the file.
    """
    file = str(path)
    try:
        document = yaml.read(_text(path))
    except yaml.UnreadableError as error:
        raise ConfigurationError([_unplaced(file, error)]) from None
    configuration, findings = _check(document)
    if findings or configuration is None:
        raise ConfigurationError(_problems(file, document, findings))
    return configuration


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise yaml.UnreadableError(str(error.strerror)) from None
    except UnicodeDecodeError:
        raise yaml.UnreadableError("is not UTF-8 text; save it as UTF-8") from None


def _check(document: yaml.Document) -> tuple[Configuration | None, list[Finding]]:
    findings = list(document.findings)
    configuration = None
    try:
        configuration = Configuration.model_validate(document.value)
    except ValidationError as error:
        findings += [messages.finding(item, document.unquoted) for item in error.errors()]
    return configuration, findings


def _unplaced(file: str, error: yaml.UnreadableError) -> Problem:
    line, column = (error.place.line, error.place.column) if error.place else (None, None)
    return Problem(file=file, line=line, column=column, path="", message=str(error))


def _problems(file: str, document: yaml.Document, findings: list[Finding]) -> list[Problem]:
    problems = []
    for item in findings:
        place = document.place(item.path)
        problems.append(
            Problem(
                file=file,
                line=place.line,
                column=place.column,
                path=dotted(item.path),
                message=item.message,
            )
        )
    return sorted(set(problems))
