"""Tools that attack a running application: wapiti, schemathesis."""

from __future__ import annotations

import re
from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding
from baseline.delivery.scans.parsing.shape import first_line, report_of
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.severities import severity_of


def parse_wapiti(report: Any) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``wapiti --format json`` wrote; one finding by flaw, method, path and parameter.

    Raises:
        ScanError: not one page was read, or the report has another shape.
    """
    with report_of("wapiti"):
        if not report["infos"]["crawled_pages_nbr"]:
            raise ScanError(
                f"wapiti read no page of {report['infos']['target']}; is the application up?"
            )
        found: dict[tuple[str, str, str], ScanFinding] = {}
        for section in ("vulnerabilities", "anomalies"):
            for rule, rows in report[section].items():
                described = report["classifications"].get(rule, {})
                for row in rows:
                    finding = _wapiti(rule, row, described)
                    found.setdefault((rule, finding.path, finding.subject), finding)
        return list(found.values())


def _wapiti(rule: str, row: dict[str, Any], described: dict[str, Any]) -> ScanFinding:
    where = f" (parameter {row['parameter']})" if row["parameter"] else ""
    references = described.get("ref", {})
    numbers = re.findall(r"CWE-\d+", " ".join(references))
    subject = f"{row['method']} {row['parameter'] or ''}".strip()
    # These are told by the same parameter, which is none, for each header and cookie.
    if not row["parameter"]:
        subject = f"{subject} {first_line(row['info'])}"
    return ScanFinding(
        scan=Scan.DAST,
        tool="wapiti",
        rule=rule,
        severity=severity_of("wapiti", rule, str(row["level"])),
        title=first_line(f"{rule}: {row['method']} {row['path']}{where}"),
        message=first_line(f"{row['info']}. {described.get('desc', '')}", 900),
        path=row["path"],
        subject=subject,
        cwe=next(iter(numbers), ""),
        fix=first_line(described.get("sol", ""), 500),
        references=tuple(references.values()),
    )


def parse_schemathesis(report: Any) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``schemathesis run --report json`` wrote.

    Raises:
        ScanError: no operation was tested, one could not be, or the report has another shape.
    """
    with report_of("schemathesis"):
        for error in report["errors"]:
            raise ScanError(
                f"schemathesis: {first_line(str(error.get('title') or error.get('message') or error))}"
            )
        if not report["operations"]["tested"]:
            raise ScanError("schemathesis tested no operation; is the OpenAPI document empty?")
        return [
            ScanFinding(
                scan=Scan.DAST,
                tool="schemathesis",
                rule=failure["type"],
                severity=severity_of("schemathesis", failure["type"], failure["severity"]),
                title=first_line(f"{failure['title']}: {operation}"),
                message=f"{failure['title']} ({failure['code']}): {operation}.",
                path=operation.partition(" ")[2],
                subject=operation.partition(" ")[0],
            )
            for failure in report["failures"]
            for operation in failure["operations"]
        ]


def unreached_operations(report: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Give the operations of which schemathesis saw refusals only, for want of credentials."""
    with report_of("schemathesis"):
        return [str(each) for each in report["warnings"]["missing_auth"]]
