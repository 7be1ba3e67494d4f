"""Sources on the machine of the person who collects: controls, proofs, results of tests."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from baseline.config import Configuration
from baseline.evidence.handlers.evidence.collectors.protocol import (
    Collector,
    NotEnabledError,
    Part,
    Source,
)
from baseline.evidence.handlers.evidence.collectors.records import lines, write_records

CONTROLS = "controls.json"
OUTCOMES = ("failure", "error", "skipped")
_HEAD = 64 * 1024


def local_collectors(
    configuration: Configuration, assembly: Path, tests: tuple[Path, ...]
) -> dict[str, Collector]:
    """Give the collectors that read no AWS, by name.

    Args:
        configuration: whose guardrails are proved.
        assembly: folder that the synthesis wrote.
        tests: files of JUnit results.
    """
    return {
        "controls": lambda source: _controls(assembly, source),
        "proofs": lambda source: _proofs(configuration, source),
        "tests": lambda source: _tests(tests, source),
    }


def _controls(assembly: Path, source: Source) -> Iterator[Part]:
    file = assembly / CONTROLS
    if not file.is_file():
        raise NotEnabledError(f"there is no {file}; synthesize first, or name it with --assembly")
    yield Part(
        path="controls/matrix.jsonl",
        what="controls that each construct implements",
        write=lines(lambda: json.loads(file.read_text(encoding="utf-8")), source),
    )


def _proofs(configuration: Configuration, source: Source) -> Iterator[Part]:
    def rows() -> Iterator[dict[str, Any]]:
        # The engine of the guardrails takes a second to load; not every run proves them.
        from baseline.guardrails.proofs import run  # noqa: PLC0415

        for result in run(configuration):
            request, decision = result.case.request, result.decision
            yield {
                "unit": result.target,
                "guardrail": result.case.guardrail,
                "why": result.case.why,
                "principal": request.principal_arn,
                "action": request.action,
                "resource": request.resource,
                "region": request.region,
                "expected": result.case.expected,
                "verdict": decision.verdict,
                "statement": decision.sid,
                "passed": result.passed,
            }

    yield Part(
        path="proofs/guardrails.jsonl",
        what="proofs of the guardrails of every unit",
        write=lines(rows, source),
    )


def _tests(files: tuple[Path, ...], source: Source) -> Iterator[Part]:
    if not files:
        raise NotEnabledError("no results of tests; name the JUnit files with --tests")
    for number, file in enumerate(files, start=1):
        yield Part(
            path=f"tests/{number:02}.jsonl",
            what=f"results of tests of {file.name}",
            write=partial(_write_results, file, source),
        )


def _write_results(file: Path, source: Source, target: IO[bytes]) -> int:
    """Write suite, name, outcome and seconds of each test; what it printed may have secrets.

    Raises:
        ValueError: the file has no results, or declares a document type.
    """
    with file.open("rb") as content:
        before, root, _ = content.read(_HEAD).partition(b"<testsuite")
        if not root:
            raise ValueError(f"{file.name} does not begin with <testsuites> or <testsuite>")
        if b"<!DOCTYPE" in before:
            raise ValueError(f"{file.name} declares a document type, which results of tests do not")
        content.seek(0)
        return write_records(target, _cases(content), source)


def _cases(content: IO[bytes]) -> Iterator[dict[str, Any]]:
    # No entities can be declared: the caller refuses document types.
    for _, element in ET.iterparse(content):  # noqa: S314
        if element.tag == "testcase":
            outcome = next((name for name in OUTCOMES if element.find(name) is not None), "passed")
            yield {
                "class": element.get("classname", ""),
                "name": element.get("name", ""),
                "outcome": outcome,
                "seconds": element.get("time", ""),
            }
            element.clear()
