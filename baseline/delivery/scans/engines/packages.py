"""Scans of what others wrote: known flaws, licences, bill of materials."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from baseline.delivery.scans.engines.request import Outcome, Request
from baseline.delivery.scans.engines.targets import (
    Kind,
    Target,
    environment,
    site_packages,
    targets,
)
from baseline.delivery.scans.findings import ScanFinding
from baseline.delivery.scans.parsing import parse_licenses, parse_npm_audit, parse_pip_audit
from baseline.delivery.scans.running import ScanError, as_json, run

SPECIFICATION = "1.6"
NPM_SECONDS = 120


def dependencies(request: Request) -> Outcome:
    """Ask who knows flaws about every package, those that others bring included.

    Raises:
        ScanError: the service cannot be reached or does not know a package; it is not clean then.
    """
    folder, found = targets(request.target)
    findings: list[ScanFinding] = []
    raw: dict[str, str] = {}
    tools: list[str] = []
    for number, target in enumerate(found, 1):
        if target.kind is Kind.BILL:
            continue
        if target.kind is Kind.NPM:
            tool, text = "npm-audit", _npm(target, "audit", "--json")
            findings += parse_npm_audit(as_json(tool, text), target.name)
        else:
            tool, text = "pip-audit", _pip_audit(request, target)
            findings += parse_pip_audit(as_json(tool, text), target.name)
        tools.append(tool)
        raw[f"{tool}-{number}.json"] = text
    if not raw:
        raise ScanError(f"{request.target} is a bill of materials; name what it was made from")
    return Outcome(
        findings=findings,
        raw=raw,
        tools=tuple(dict.fromkeys(tools)),
        scanned=_names(found),
        folder=folder,
    )


def _pip_audit(request: Request, target: Target) -> str:
    command = [
        request.toolbox.program("pip-audit"),
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    command += ["--vulnerability-service", request.advisories]
    if request.osv_url is not None:
        command += ["--osv-url", request.osv_url]
    with environment(request, target) as home:
        command += ["--path", str(site_packages(home))]
        return run("pip-audit", command, fine=[0, 1], seconds=request.seconds)


def _npm(target: Target, *arguments: str) -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise ScanError(f"npm is missing, which reads {target.name}; install Node.js")
    command = [npm, *arguments, "--package-lock-only"]
    # Its exit status is 1 for findings and for most failures; the report says which.
    return run("npm", command, fine=[0, 1], seconds=NPM_SECONDS, folder=target.path.parent)


def licenses(request: Request) -> Outcome:
    """Judge the licences of all packages by the policy.

    Raises:
        ScanError: there are no packages, or a tool failed.
    """
    folder, found = targets(request.target)
    bills = _bills(request, found)
    findings = [
        each for target, bill in bills for each in parse_licenses(bill, target.name, request.policy)
    ]
    return Outcome(
        findings=findings,
        raw=_raw(bills),
        tools=("licenses",),
        scanned=_names(found),
        folder=folder,
    )


def sbom(request: Request) -> Outcome:
    """Write a CycloneDX bill of materials for each file that names dependencies.

    Raises:
        ScanError: there are no packages, or a tool failed.
    """
    folder, found = targets(request.target)
    made = [target for target in found if target.kind is not Kind.BILL]
    if not made:
        raise ScanError(f"{request.target} is a bill of materials already")
    bills = _bills(request, made)
    count = sum(len(bill["components"]) for _, bill in bills)
    return Outcome(
        findings=[],
        raw=_raw(bills),
        tools=("cyclonedx",),
        scanned=f"{_names(made)}: {count} components",
        folder=folder,
    )


def _bills(request: Request, found: list[Target]) -> list[tuple[Target, dict[str, Any]]]:
    bills = []
    for target in found:
        if target.kind is Kind.BILL:
            bill = _read(target.path)
        elif target.kind is Kind.NPM:
            bill = as_json("npm sbom", _npm(target, "sbom", "--sbom-format", "cyclonedx"))
        else:
            bill = _of_environment(request, target)
        if not isinstance(bill, dict) or bill.get("bomFormat") != "CycloneDX":
            raise ScanError(f"{target.name} gives no CycloneDX bill of materials in JSON")
        if not bill.get("components"):
            raise ScanError(f"{target.name} names no package; nothing was scanned")
        bills.append((target, bill))
    return bills


def _of_environment(request: Request, target: Target) -> Any:  # noqa: ANN401 - JSON
    program = request.toolbox.program("cyclonedx")
    with environment(request, target) as home:
        command = [
            program,
            "environment",
            "--output-format",
            "JSON",
            "--spec-version",
            SPECIFICATION,
        ]
        command += ["--output-reproducible", str(home)]
        return as_json("cyclonedx", run("cyclonedx", command, fine=[0], seconds=request.seconds))


def _read(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ScanError(f"{path} cannot be read as JSON: {error}") from None


def _raw(bills: list[tuple[Target, dict[str, Any]]]) -> dict[str, str]:
    return {
        f"sbom-{number}.cdx.json": json.dumps(_named(bill, target.name), indent=1)
        for number, (target, bill) in enumerate(bills, 1)
    }


def _named(bill: dict[str, Any], name: str) -> dict[str, Any]:
    """Say in the bill what it is of, where the tool does not."""
    metadata = dict(bill.get("metadata", {}))
    metadata.setdefault("component", {"type": "application", "name": name, "bom-ref": "root"})
    return {**bill, "metadata": metadata}


def _names(found: list[Target]) -> str:
    return ", ".join(target.name for target in found)
