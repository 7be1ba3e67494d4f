"""The result of a look for programs and for a ticket: JSON and Markdown."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML

from baseline.preflight.finding import Finding, Verdict, merged

TITLES = {
    Verdict.CONFLICT: "Conflicts: the deployment would fail or break something",
    Verdict.IMPORT: "To import into our stacks",
    Verdict.ADOPT: "To adopt: write the lines into baseline.yaml",
    Verdict.SKIP: "To leave out of the baseline: write the lines into baseline.yaml",
    Verdict.UNKNOWN: "Unknown: could not be read",
    Verdict.NOTE: "Notes: nothing is in the way",
    Verdict.FINE: "Fine",
}


def as_yaml(configuration: Mapping[str, Any]) -> str:
    """Give lines of baseline.yaml."""
    if not configuration:
        return ""
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 200
    text = io.StringIO()
    yaml.dump(_plain(configuration), text)
    return text.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401 JSON
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def gathered(findings: Sequence[Finding]) -> list[Finding]:
    """Give the findings with those that differ only in the place in one, for people to read."""
    found: dict[str, Finding] = {}
    for finding in findings:
        same = repr(replace(finding, place=""))
        before = found.get(same)
        places = f"{before.place}, {finding.place}" if before else finding.place
        found[same] = replace(finding, place=places)
    return list(found.values())


def outcome(findings: Sequence[Finding]) -> str:
    """Say in a few words whether anything is in the way."""
    blocking = [finding for finding in findings if finding.blocks]
    if not blocking:
        return "nothing is in the way"
    if all(finding.verdict is Verdict.UNKNOWN for finding in blocking):
        return "nothing known is in the way, but not everything could be read"
    return "something is in the way"


def mappings(findings: Sequence[Finding]) -> dict[str, dict[str, dict[str, str]]]:
    """Give what `cdk import` asks for, by stack: logical IDs and identifiers."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for finding in findings:
        for row in finding.imported:
            found.setdefault(row.stack, {})[row.logical_id] = dict(row.identifier)
    return found


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """Give how many findings have each verdict."""
    counter = Counter(finding.verdict for finding in findings)
    return {verdict.value: counter[verdict] for verdict in Verdict}


def as_json(findings: Sequence[Finding], *, profile: str, accounts: Sequence[str]) -> str:
    """Give everything for programs.

    Args:
        findings: In order.
        profile: ``organization`` or ``standalone``.
        accounts: IDs of the accounts that were looked at.
    """
    document = {
        "profile": profile,
        "accounts": list(accounts),
        "in_the_way": any(finding.blocks for finding in findings),
        "counts": counts(findings),
        "configuration": merged(list(findings)),
        "import": mappings(findings),
        "findings": [_row(finding) for finding in findings],
    }
    return json.dumps(document, indent=2)


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "place": finding.place,
        "message": finding.message,
        "in_the_way": finding.blocks,
        "configuration": _plain(finding.configuration),
        "configuration_yaml": as_yaml(finding.configuration),
        "commands": list(finding.commands),
        "import": [
            {"stack": row.stack, "logical_id": row.logical_id, "identifier": dict(row.identifier)}
            for row in finding.imported
        ],
    }


def as_markdown(findings: Sequence[Finding]) -> str:
    """Give a page for a ticket or a pull request; what is fine is counted only."""
    lines = ["# Before the first deployment", ""]
    for verdict in Verdict:
        rows = [finding for finding in findings if finding.verdict is verdict]
        if not rows:
            continue
        lines += [f"## {TITLES[verdict]} ({len(rows)})", ""]
        if verdict is Verdict.FINE:
            continue
        for finding in gathered(rows):
            place = f" ({_cell(finding.place)})" if finding.place else ""
            lines.append(f"- **{finding.check}**{place}: {_cell(finding.message)}")
            if finding.configuration:
                lines += ["", *_block("yaml", as_yaml(finding.configuration))]
            if finding.commands:
                lines += ["", *_block("sh", "\n".join(finding.commands))]
        lines.append("")
    together = as_yaml(merged(list(findings)))
    if together:
        lines += ["## All lines together", "", *_fence("yaml", together), ""]
    for stack, mapping in mappings(findings).items():
        lines += [f"## Import into {stack}", "", import_command(stack), ""]
        lines += [*_fence("json", json.dumps(mapping, indent=2)), ""]
    return "\n".join(lines).rstrip() + "\n"


def import_command(stack: str) -> str:
    """Give the command that imports into a stack what a file names."""
    return f"npx cdk import {stack} --resource-mapping import-{stack}.json"


def _block(language: str, text: str) -> list[str]:
    return [*(f"  {line}".rstrip() for line in _fence(language, text)), ""]


def _fence(language: str, text: str) -> list[str]:
    return [f"```{language}", *text.rstrip("\n").splitlines(), "```"]


def _cell(text: str) -> str:
    """Keep what AWS or somebody else named from being read as Markdown."""
    return "".join(f"\\{each}" if each in "`*_<>[]|\\" else each for each in text)
