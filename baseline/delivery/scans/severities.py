"""How bad a finding is: one table for each tool, from its words to the four of the scans."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from baseline.delivery.scans.findings import Severity


def severity_of(tool: str, rule: str, level: str) -> Severity:
    """Give the severity of a finding.

    Args:
        tool: the tool, as ``severities.json`` has it.
        rule: the tool's rule; those that the table names come before the level.
        level: the tool's word for the severity, empty where it has none. One that the table does
            not know counts as high, so that a new word of a tool hides nothing.
    """
    table = tables()[tool]
    return Severity(table["rules"].get(rule) or table["levels"].get(level, Severity.HIGH))


@cache
def tables() -> dict[str, dict[str, dict[str, str]]]:
    """Give the tables by tool: ``levels`` and, for single rules, ``rules``."""
    text = files("baseline.delivery.scans").joinpath("severities.json").read_text("utf-8")
    result: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return result
