"""What a scan is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from baseline.delivery.scans.findings import ScanFinding
from baseline.delivery.scans.parsing import LicensePolicy
from baseline.delivery.scans.tools import Toolbox

SECONDS = 900.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A scan to do.

    Attributes:
        target: the path, or the address of the running application.
        toolbox: the installed tools.
        seconds: time that each tool gets.
        rules: folder or file of further semgrep rules.
        history: whether secrets are looked for in all commits, too.
        policy: which licences are allowed.
        advisories: ``pypi`` or ``osv``: who knows the flaws of Python packages.
        osv_url: address of another OSV service, such as a mirror.
        openapi: file or address of the OpenAPI document; by default the application's
            ``/openapi.json``, if there is one.
        headers: headers of all requests to the application, such as the credentials of a test user.
    """

    target: str
    toolbox: Toolbox
    seconds: float = SECONDS
    rules: Path | None = None
    history: bool = False
    policy: LicensePolicy = field(default_factory=lambda: LicensePolicy.read(None))
    advisories: str = "pypi"
    osv_url: str | None = None
    openapi: str | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a scan found.

    Attributes:
        findings: the findings, without fingerprints yet.
        raw: the reports of the tools as they are, by name of the file.
        tools: the tools that ran.
        scanned: what was scanned, for people: ``14 files``.
        notes: what people should know of the scan itself.
        folder: where the files of the findings stand.
    """

    findings: list[ScanFinding]
    raw: dict[str, str]
    tools: tuple[str, ...]
    scanned: str
    notes: list[str] = field(default_factory=list)
    folder: Path = Path()
