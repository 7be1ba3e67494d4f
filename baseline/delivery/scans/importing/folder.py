"""The folders that scans left, read again."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.delivery.scans.findings import Scan
from baseline.delivery.scans.reports.asff import checked_project, id_prefix
from baseline.delivery.scans.running import ScanError
from baseline.delivery.scans.scanning import ASFF_FILE, FINDINGS_FILE


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanFolder:
    """What one scan left.

    Attributes:
        path: its folder.
        scan: which scan.
        project: the name of what was scanned.
        when: the time of the scan.
        findings: in the AWS Security Finding Format.
        accepted: the reason by ID of a finding that a suppression accepts.
    """

    path: Path
    scan: Scan
    project: str
    when: dt.datetime
    findings: list[dict[str, Any]]
    accepted: dict[str, str]

    @property
    def prefix(self) -> str:
        """Give what the IDs of its findings begin with."""
        return id_prefix(self.project, self.scan)


def scan_folders(folder: Path) -> list[ScanFolder]:
    """Give the scans in a folder, or that of the folder itself.

    Raises:
        ScanError: there is none, one cannot be read, or two are the same scan of a project.
    """
    found = sorted(path.parent for path in folder.rglob(FINDINGS_FILE))
    if not found:
        raise ScanError(f"{folder} holds no {FINDINGS_FILE}; name the --output folder of the scans")
    result = [_read(each) for each in found]
    seen: dict[str, Path] = {}
    for each in result:
        other = seen.setdefault(each.prefix, each.path)
        if other != each.path:
            # The second would resolve what the first found.
            raise ScanError(
                f"{other} and {each.path} are both the {each.scan} scan of {each.project}; scan "
                "again with another --project for one of them"
            )
    return result


def _read(path: Path) -> ScanFolder:
    try:
        result = json.loads((path / FINDINGS_FILE).read_text("utf-8"))
        findings = json.loads((path / ASFF_FILE).read_text("utf-8"))
        read = ScanFolder(
            path=path,
            scan=Scan(result["scan"]),
            project=checked_project(result["project"]),
            when=dt.datetime.fromisoformat(result["when"]),
            findings=list(findings),
            accepted={
                each["Id"]: each["ProductFields"]["baseline/accepted"]
                for each in findings
                if "baseline/accepted" in each["ProductFields"]
            },
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ScanError(
            f"{path} is not as a scan leaves it ({type(error).__name__}: {error}); scan again"
        ) from None
    if any(not each["Id"].startswith(read.prefix) for each in read.findings):
        raise ScanError(f"{path / ASFF_FILE} holds findings of another scan; scan again")
    if read.when.tzinfo is None:
        raise ScanError(f"{path / FINDINGS_FILE} has a time without a zone; scan again")
    return read
