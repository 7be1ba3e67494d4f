"""Tools that ask an advisory service about packages: pip-audit, npm audit."""

from __future__ import annotations

from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding
from baseline.delivery.scans.parsing.shape import first_line, report_of
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.severities import severity_of


def parse_pip_audit(report: Any, path: str) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``pip-audit --format json`` wrote.

    Args:
        report: the report.
        path: the file that asks for the packages.

    Raises:
        ScanError: the service had no answer for a package, which pip-audit itself counts as clean;
            or the report has another shape.
    """
    with report_of("pip-audit"):
        rows = report["dependencies"]
        skipped = [row for row in rows if "skip_reason" in row]
        if skipped:
            names = ", ".join(row["name"] for row in skipped[:5])
            raise ScanError(
                f"the advisory service has no answer for {len(skipped)} of {len(rows)} packages of "
                f"{path} ({names}): {first_line(skipped[0]['skip_reason'])}; take another service "
                "(--advisories osv), or scan where it can be reached"
            )
        return [_pip_audit(row, flaw, path) for row in rows for flaw in row["vulns"]]


def _pip_audit(row: dict[str, Any], flaw: dict[str, Any], path: str) -> ScanFinding:
    fixed = tuple(flaw["fix_versions"])
    named = next((each for each in flaw["aliases"] if each.startswith("CVE-")), flaw["id"])
    return ScanFinding(
        scan=Scan.DEPENDENCIES,
        tool="pip-audit",
        rule=named,
        severity=severity_of("pip-audit", named, ""),
        title=f"{row['name']} {row['version']}: {named}",
        message=first_line(
            flaw["description"] or f"{row['name']} {row['version']} has {named}.", 900
        ),
        path=path,
        subject=f"{row['name']}@{row['version']}",
        fix=f"Update to {' or '.join(fixed)}." if fixed else "No version without it is known.",
        references=(f"https://osv.dev/vulnerability/{flaw['id']}",),
        package=row["name"],
        version=row["version"],
        fixed_versions=fixed,
    )


def parse_npm_audit(report: Any, path: str) -> list[ScanFinding]:  # noqa: ANN401 - JSON
    """Read what ``npm audit --json`` wrote.

    Raises:
        ScanError: the registry gave no advisories, or the report has another shape.
    """
    with report_of("npm audit"):
        if "auditReportVersion" not in report:
            said = report.get("message") or report.get("error", {}).get("summary") or "no reason"
            raise ScanError(f"npm audit of {path} got no advisories: {first_line(str(said))}")
        return [
            ScanFinding(
                scan=Scan.DEPENDENCIES,
                tool="npm-audit",
                rule=_advisory(flaw),
                severity=severity_of("npm-audit", _advisory(flaw), flaw["severity"]),
                title=first_line(f"{name} {flaw['range']}: {flaw['title']}"),
                message=first_line(f"{flaw['title']} ({name} {flaw['range']})", 900),
                path=path,
                subject=f"{name}@{flaw['range']}",
                cwe=next(iter(flaw.get("cwe", ())), ""),
                fix="Update it (npm audit fix)." if row["fixAvailable"] else "No fix is known.",
                references=(flaw["url"],),
                package=name,
                version=flaw["range"],
            )
            for name, row in report["vulnerabilities"].items()
            # A text is the name of another package of this list, through which this one is hit.
            for flaw in row["via"]
            if isinstance(flaw, dict)
        ]


def _advisory(flaw: dict[str, Any]) -> str:
    return str(flaw["url"]).rpartition("/")[2] or str(flaw["source"])
