"""A review for people and programs: Markdown, JSON, SARIF."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from baseline import __version__
from baseline.review.finding import Category, Finding, Review, code, listed

if TYPE_CHECKING:
    from baseline.cost.changes import Changed, CostChange

TOOL = "baseline review"
SHOWN = 25
"""Findings of a category that a comment shows before it folds the others."""

COST_ITEMS = 15
"""Items that a comment names; JSON has all."""

ESTIMATED = "_An estimate: `baseline cost` says what it assumes of use._"

MAXIMUM_CHARACTERS = 60_000
"""Under the 65,536 of a comment of GitHub, with room for what a workflow adds."""

TITLES = {
    Category.EXPOSURE: "Exposure",
    Category.PRIVILEGE: "Privilege and trust",
    Category.PROTECTION: "Protection and retention",
    Category.GUARDRAILS: "Guardrails",
    Category.RESOURCES: "Replaced and removed",
    Category.CONTROLS: "Controls",
}
Report = Callable[[Review], str]


def as_markdown(review: Review) -> str:
    """Give a comment for a pull request: what is worse by category, then what is better, folded."""
    worse = review.worse
    lines = [
        f"## Security review: {_verdict(worse)}",
        "",
        f"{code(review.base)} → {code(review.head)}",
    ]
    if worse:
        lines += ["", *_table(worse)]
    for category in Category:
        rows = [each for each in worse if each.category is category]
        if rows:
            lines += ["", f"### {TITLES[category]}", "", *_rows(rows)]
    lines += _cost(review.cost)
    better = [each for each in review.findings if each.change == "better"]
    lines += _folded("Better than before", better)
    lines += _folded(
        "Also", [e for e in review.findings if e.change == "worse" and not e.noteworthy]
    )
    lines += [line for remark in review.remarks for line in ("", f"_{remark}_")]
    return _short("\n".join(lines))


def _verdict(worse: Sequence[Finding]) -> str:
    if not worse:
        return "nothing noteworthy"
    errors = sum(each.severity == "error" for each in worse)
    return f"{errors} to look at, {len(worse) - errors} to know"


def _table(worse: Sequence[Finding]) -> Iterator[str]:
    counted = Counter((each.category, each.severity) for each in worse)
    yield "| | look at | know |"
    yield "|---|---|---|"
    for category in Category:
        errors, warnings = counted[category, "error"], counted[category, "warning"]
        if errors or warnings:
            yield f"| {TITLES[category]} | {errors or ''} | {warnings or ''} |"


def _rows(rows: Sequence[Finding]) -> Iterator[str]:
    lines = list(_lines(rows))
    yield from lines[:SHOWN]
    more = lines[SHOWN:]
    if more:
        yield f"\n<details><summary>{len(more)} more</summary>\n"
        yield from more
        yield "\n</details>"


def _lines(rows: Iterable[Finding]) -> Iterator[str]:
    """Give an item for each finding; the same in several stacks is said once."""
    same: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for each in rows:
        same[each.severity, each.place.name, each.text, each.details].append(each)
    for group in same.values():
        first = group[0]
        mark = "**look:** " if first.severity == "error" else ""
        item = f"- {mark}{code(first.place)} {first.text}"
        others = sorted({each.place.stack for each in group[1:]} - {first.place.stack})
        if others:
            item += f"; the same in {listed(others)}"
        yield "\n".join((item, *(f"  - {detail}" for detail in first.details)))


def _folded(title: str, rows: Sequence[Finding]) -> list[str]:
    if not rows:
        return []
    return [
        "",
        f"<details><summary>{title}: {len(rows)}</summary>",
        "",
        *_lines(rows),
        "",
        "</details>",
    ]


def _cost(change: CostChange | None) -> list[str]:
    """Give the part about money; nothing where nothing costs more or less."""
    if change is None or not change.items:
        return []
    lines = ["", f"### Cost: {_dollars(change.difference)} a month", ""]
    lines += ["| USD a month | before | after | difference |", "|---|---:|---:|---:|"]
    for name, (before, after) in change.capabilities().items():
        title = change.titles.get(name, name).replace("|", "/")
        lines.append(f"| {title} | {before:,.2f} | {after:,.2f} | {after - before:+,.2f} |")
    lines.append(
        f"| **all** | {change.before:,.2f} | {change.after:,.2f} | {change.difference:+,.2f} |"
    )
    lines += ["", f"<details><summary>{len(change.items)} items</summary>", ""]
    lines += [_cost_item(each) for each in change.items[:COST_ITEMS]]
    if len(change.items) > COST_ITEMS:
        lines.append(f"- and {len(change.items) - COST_ITEMS} more")
    lines += ["", "</details>", "", ESTIMATED]
    return lines + [line for remark in change.remarks for line in ("", f"_{remark}_")]


def _cost_item(item: Changed) -> str:
    place = f"{item.account_class}, {item.region}"
    return f"- {code(item.item)} {code(place)} {item.text}: {item.difference:+,.2f}"


def _dollars(difference: float) -> str:
    return f"{'+' if difference >= 0 else '-'}${abs(difference):,.2f}"


def _short(document: str) -> str:
    if len(document) <= MAXIMUM_CHARACTERS:
        return document
    cut = document[:MAXIMUM_CHARACTERS].rpartition("\n")[0]
    closing = "\n\n</details>" * (cut.count("<details>") - cut.count("</details>"))
    return f"{cut}{closing}\n\n_The comment ends here; `--format json` has everything._"


def as_json(review: Review) -> str:
    """Give everything as one object."""
    return json.dumps(
        {
            "base": review.base,
            "head": review.head,
            "noteworthy": len(review.worse),
            "findings": [_row(each) for each in review.findings],
            "remarks": list(review.remarks),
            "cost": None if review.cost is None else review.cost.as_json(),
        },
        indent=2,
    )


def _row(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "category": finding.category.value,
        "kind": finding.kind,
        "severity": finding.severity,
        "change": finding.change,
        "noteworthy": finding.noteworthy,
        "file": place.file,
        "stack": place.stack,
        "name": place.name,
        "type": place.type,
        "text": finding.text,
        "details": list(finding.details),
    }


def as_sarif(review: Review) -> str:
    """Give SARIF 2.1.0 of what is worse; places are templates of the head's assembly.

    Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
    """
    rows = [each for each in review.findings if each.change == "worse"]
    kinds = sorted({(each.category.value, each.kind) for each in rows})
    results = [
        {
            "ruleId": f"{each.category.value}/{each.kind}",
            "ruleIndex": kinds.index((each.category.value, each.kind)),
            "level": each.severity,
            "message": {"text": "\n".join((f"{each.place}: {each.text}", *each.details))},
            "locations": [_location(each)],
            "partialFingerprints": {"place/v1": f"{each.kind}/{each.place}/{each.text}"},
        }
        for each in rows
    ]
    driver = {
        "name": TOOL,
        "version": __version__,
        "rules": [
            {
                "id": f"{category}/{kind}",
                "shortDescription": {
                    "text": f"{TITLES[Category(category)]}: {kind.replace('-', ' ')}"
                },
            }
            for category, kind in kinds
        ],
    }
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2)


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "physicalLocation": {
            # What is in no template, such as a control, stands in the list of controls.
            "artifactLocation": {"uri": quote(place.file or "controls.json")},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"fullyQualifiedName": str(place), "kind": "resource"}],
    }


REPORTS: dict[str, Report] = {"markdown": as_markdown, "json": as_json, "sarif": as_sarif}
