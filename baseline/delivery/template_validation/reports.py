"""What was found, for people and for programs: text, JSON, SARIF, JUnit."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from baseline import __version__
from baseline.delivery.template_validation.files import FileFinding
from baseline.delivery.template_validation.rule_set import TemplateRule, template_rules
from baseline.errors import Problem

TOOL = "baseline validate-template"
Report = Callable[[Sequence[FileFinding], Sequence[Problem]], str]


def as_text(findings: Sequence[FileFinding], problems: Sequence[Problem]) -> str:
    """Give one line per finding, and a line that counts them; those suppressed are counted only."""
    open_ = [each for each in findings if not each.suppressed]
    lines = [str(problem) for problem in problems]
    lines += [
        f"{each.file}:{each.line}:{each.column} {each.severity} {each.rule} {each.place}"
        f"{f' {each.path}' if each.path else ''}: {each.message}"
        for each in open_
    ]
    errors = sum(each.severity == "error" for each in open_)
    summary = f"{errors} errors, {len(open_) - errors} warnings"
    if len(open_) < len(findings):
        summary += f", {len(findings) - len(open_)} suppressed in the templates"
    if problems:
        summary += f", {len(problems)} files that are no templates"
    return "\n".join([*lines, summary])


def as_json(findings: Sequence[FileFinding], problems: Sequence[Problem]) -> str:
    """Give findings and problems as objects."""
    return json.dumps(
        {
            "findings": [asdict(each) for each in findings],
            "problems": [asdict(each) for each in problems],
        },
        indent=2,
    )


def as_sarif(findings: Sequence[FileFinding], problems: Sequence[Problem]) -> str:
    """Give SARIF 2.1.0, which code-scanning services show beside the line.

    Source: OASIS Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
    """
    used = sorted({each.rule for each in findings})
    rules = template_rules()
    results = [
        {
            "ruleId": each.rule,
            "ruleIndex": used.index(each.rule),
            "level": each.severity,
            "message": {"text": f"{each.place}: {each.message}"},
            "locations": [_location(each.file, each.line, each.column)],
            "partialFingerprints": {"resource/v1": f"{each.rule}/{each.place}/{each.path}"},
            "suppressions": [{"kind": "inSource"}] if each.suppressed else [],
        }
        for each in findings
    ]
    notifications = [
        {
            "level": "error",
            "message": {"text": str(each)},
            "locations": [_location(each.file, each.line or 1, each.column or 1)],
        }
        for each in problems
    ]
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "rules": [_sarif_rule(rules[rule]) for rule in used],
            }
        },
        "invocations": [
            {"executionSuccessful": not problems, "toolExecutionNotifications": notifications}
        ],
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    document = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2)


def _sarif_rule(rule: TemplateRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["security", rule.topic, *rule.controls]},
    }


def _location(file: str, line: int, column: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file)},
            "region": {"startLine": line, "startColumn": column},
        }
    }


def as_junit(findings: Sequence[FileFinding], problems: Sequence[Problem]) -> str:
    """Give JUnit XML: a test case per finding; without any, one that passed."""
    suite = ET.Element("testsuite", name=TOOL)
    open_ = [each for each in findings if not each.suppressed]
    for each in open_:
        case = ET.SubElement(
            suite, "testcase", classname=each.file, name=f"{each.rule} {each.place}"
        )
        kind = "failure" if each.severity == "error" else "system-out"
        element = ET.SubElement(case, kind)
        text = f"{each.file}:{each.line}:{each.column} {each.message}"
        if kind == "failure":
            element.set("type", each.rule)
            element.set("message", each.message)
        element.text = text
    for problem in problems:
        case = ET.SubElement(suite, "testcase", classname=problem.file, name="template")
        ET.SubElement(case, "error", message=problem.message).text = str(problem)
    if not open_ and not problems:
        ET.SubElement(suite, "testcase", classname=TOOL, name="no findings")
    failures = sum(each.severity == "error" for each in open_)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    suite.set("errors", str(len(problems)))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


REPORTS: dict[str, Report] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
}
