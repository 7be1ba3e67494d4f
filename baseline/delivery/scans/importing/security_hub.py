"""Findings of scans in Security Hub: new ones imported, known ones updated, gone ones resolved.

Source: AWS Security Hub User Guide, "Creating and updating findings with BatchImportFindings" and
"Updating findings with BatchUpdateFindings".
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baseline.delivery.scans.importing.folder import ScanFolder
from baseline.delivery.scans.reports.asff import Origin, cut, placed, timestamp

AT_ONCE = 100
LARGEST_REQUEST = 5_500_000
"""Bytes; Security Hub takes 6 MB."""
NOTE_LENGTH = 512
AUTHOR = "baseline-scan"
# What of a finding may be sent again; the rest is Security Hub's, or people's.
OURS = (
    "SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "Title",
    "Description", "FindingProviderFields", "Remediation", "ProductFields", "Resources",
    "Vulnerabilities",
)  # fmt: skip


@dataclass(kw_only=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        imported: findings that are in Security Hub as the scan found them.
        resolved: findings that the scan found no more.
        accepted: findings that were suppressed, with the reason as note.
        reopened: findings that were resolved or accepted, and count again.
        failed: what Security Hub refused: ID, code and message.
    """

    imported: int = 0
    resolved: int = 0
    accepted: int = 0
    reopened: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)


def import_findings(
    client: Any,  # noqa: ANN401 - boto3's client of Security Hub has no type
    scans: Iterable[ScanFolder],
    origin: Origin,
    now: dt.datetime,
) -> Imported:
    """Import scans; doing it again with the same scans changes times only.

    A finding of the project and scan that is not in the report any more is archived and resolved.
    What people did with a finding (workflow, notes) stays, except what this wrote itself.

    Args:
        client: client of Security Hub in the account and Region of ``origin``.
        scans: the scans.
        origin: where the client imports.
        now: the time; the findings are updated with it.
    """
    run = _Import(client=client, origin=origin, now=now)
    for each in scans:
        run.add(each)
    return run.done


@dataclass(frozen=True, kw_only=True, slots=True)
class _Import:
    """An import on its way."""

    client: Any
    origin: Origin
    now: dt.datetime
    done: Imported = field(default_factory=Imported)

    def add(self, scan: ScanFolder) -> None:
        known = self._known(scan.prefix)
        current = {finding["Id"]: placed(finding, self.origin) for finding in scan.findings}
        refused = self._send([self._dated(row, known.get(id_)) for id_, row in current.items()])
        self.done.imported += len(current) - len(refused)
        self._mark(scan, [id_ for id_ in current if id_ not in refused], known)
        self._resolve(
            [
                row
                for id_, row in known.items()
                if id_ not in current and row.get("RecordState") == "ACTIVE"
            ]
        )

    def _known(self, prefix: str) -> dict[str, dict[str, Any]]:
        """Give the findings of a project and scan that Security Hub has, by ID."""
        filters = {
            "ProductArn": [{"Value": self.origin.product_arn, "Comparison": "EQUALS"}],
            "Id": [{"Value": prefix, "Comparison": "PREFIX"}],
            "AwsAccountId": [{"Value": self.origin.account, "Comparison": "EQUALS"}],
        }
        pages = self.client.get_paginator("get_findings").paginate(
            Filters=filters, PaginationConfig={"PageSize": AT_ONCE}
        )
        found = (row for page in pages for row in page["Findings"])
        return {row["Id"]: row for row in found if row["Id"].startswith(prefix)}

    def _dated(self, row: Mapping[str, Any], known: Mapping[str, Any] | None) -> dict[str, Any]:
        created = row["CreatedAt"] if known is None else known["CreatedAt"]
        return {**row, "CreatedAt": created, "UpdatedAt": timestamp(self.now)}

    def _send(self, findings: Sequence[dict[str, Any]]) -> set[str]:
        """Import findings and give the IDs of those that were refused."""
        refused = set()
        for part in in_requests(findings):
            answer = self.client.batch_import_findings(Findings=part)
            for row in answer.get("FailedFindings", ()):
                refused.add(row["Id"])
                self._failed(row["Id"], row)
        return refused

    def _mark(
        self, scan: ScanFolder, ids: Sequence[str], known: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Suppress what is accepted, and open again what is not any more."""
        reasons: dict[str, list[str]] = {}
        for id_ in ids:
            if id_ in scan.accepted:
                reasons.setdefault(cut(scan.accepted[id_], NOTE_LENGTH), []).append(id_)
        for reason, accepted in reasons.items():
            self.done.accepted += self._update(accepted, "SUPPRESSED", reason)
        reopened = [
            id_ for id_ in ids if id_ not in scan.accepted and _closed_by_us(known.get(id_, {}))
        ]
        self.done.reopened += self._update(reopened, "NEW", "Found by the scan, and not accepted.")

    def _resolve(self, gone: Sequence[Mapping[str, Any]]) -> None:
        archived = [self._dated({**_ours(row), "RecordState": "ARCHIVED"}, row) for row in gone]
        refused = self._send(archived)
        ids = [row["Id"] for row in gone if row["Id"] not in refused]
        text = f"Not found any more by the scan of {timestamp(self.now)}."
        self.done.resolved += self._update(ids, "RESOLVED", text)

    def _update(self, ids: Sequence[str], status: str, text: str) -> int:
        """Set the workflow of findings and give how many took it."""
        count = 0
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            answer = self.client.batch_update_findings(
                FindingIdentifiers=[
                    {"Id": id_, "ProductArn": self.origin.product_arn} for id_ in part
                ],
                Workflow={"Status": status},
                Note={"Text": text, "UpdatedBy": AUTHOR},
            )
            refused = answer.get("UnprocessedFindings", ())
            count += len(part) - len(refused)
            for row in refused:
                self._failed(row["FindingIdentifier"]["Id"], row)
        return count

    def _failed(self, id_: str, row: Mapping[str, str]) -> None:
        self.done.failed.append(
            {"id": id_, "code": row["ErrorCode"], "message": row["ErrorMessage"]}
        )


def in_requests(findings: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Give the findings in parts that one request takes, by number and by size."""
    part: list[dict[str, Any]] = []
    size = 0
    for finding in findings:
        more = len(json.dumps(finding).encode())
        if part and (len(part) == AT_ONCE or size + more > LARGEST_REQUEST):
            yield part
            part, size = [], 0
        part.append(finding)
        size += more
    if part:
        yield part


def _ours(finding: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: finding[key] for key in OURS if key in finding}
    # Security Hub adds fields of its own, under names that nobody else may send.
    fields = kept.get("ProductFields", {})
    kept["ProductFields"] = {key: v for key, v in fields.items() if not key.startswith("aws/")}
    return kept


def _closed_by_us(finding: Mapping[str, Any]) -> bool:
    status = finding.get("Workflow", {}).get("Status")
    author = finding.get("Note", {}).get("UpdatedBy")
    return status in {"SUPPRESSED", "RESOLVED"} and author == AUTHOR
