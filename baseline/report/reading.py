"""Reads a configuration for the report, which shows what is expired instead of refusing the file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from baseline.config import Configuration, Standalone, read
from baseline.config import document as documents
from baseline.config.loader import check, check_standalone, custom_folder
from baseline.errors import ConfigurationError
from baseline.report.accepted import FIRST_AFTER, LAST, accepted_of


def read_configuration(path: Path, today: dt.date) -> Configuration | Standalone:
    """Read a configuration whose only mistakes, if any, are acceptances that are over.

    Args:
        path: the file.
        today: the day on which acceptances are over or not.

    Raises:
        ConfigurationError: the file has other problems; it carries all of them.
    """
    try:
        return read(path)
    except ConfigurationError as error:
        found = _but_for_expired(path, error, today)
        if found is None:
            raise
        return found


def _but_for_expired(
    path: Path, error: ConfigurationError, today: dt.date
) -> Configuration | Standalone | None:
    """Give the configuration if every problem is an acceptance that is over."""
    ends = (f".{LAST}", f".{FIRST_AFTER}")
    if not all(problem.path.endswith(ends) for problem in error.problems):
        return None
    document = documents.read(path.read_text("utf-8"))
    value = document.value
    alone = isinstance(value, dict) and "organization" not in value
    configuration, _ = check_standalone(document) if alone else check(document)
    if configuration is None:
        return None
    over = {row.where for row in accepted_of(configuration, (), today) if row.days_left < 0}
    if not {problem.path.rpartition(".")[0] for problem in error.problems} <= over:
        return None
    folder = custom_folder(path)
    if folder is None or isinstance(configuration, Standalone):
        return configuration
    anchored = configuration.guardrails.model_copy(update={"custom_folder": str(folder)})
    return configuration.model_copy(update={"guardrails": anchored})
