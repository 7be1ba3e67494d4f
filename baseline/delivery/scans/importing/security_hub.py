"""Findings of scans in Security Hub: new ones imported, known ones updated, gone ones resolved.

Source: AWS Security Hub User Guide, "Creating and updating findings with BatchImportFindings" and
"Updating findings with BatchUpdateFindings".
"""

from __future__ import annotations

import datetime
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
    "SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "Types", "CreatedAt",
    "Severity", "Title", "Description", "Remediation", "ProductFields", "Resources", "Vulnerabilities",
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
    now: datetime.datetime,
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
    done = Imported()
    for each in scans:
        known = _known(client, each.prefix, origin)
        current = {finding["Id"]: placed(finding, origin) for finding in each.findings}
        gone = [
            finding
            for id_, finding in known.items()
            if id_ not in current and finding.get("RecordState") == "ACTIVE"
        ]
        sent = [_updated(finding, known.get(id_), now) for id_, finding in current.items()]
        refused = _send(client, sent, done)
        done.imported += len(sent) - len(refused)
        archived = [{**_ours(finding), "RecordState": "ARCHIVED"} for finding in gone]
        refused |= _send(client, [_updated(row, None, now) for row in archived], done)
        _mark(client, each, [id_ for id_ in current if id_ not in refused], known, origin, done)
        resolved = [row["Id"] for row in gone if row["Id"] not in refused]
        text = f"Not found any more by the scan of {timestamp(now)}."
        done.resolved += _update(client, resolved, "RESOLVED", text, origin, done)
    return done


def _known(client: Any, prefix: str, origin: Origin) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """Give the findings of a project and scan that Security Hub has, by ID."""
    filters = {
        "ProductArn": [{"Value": origin.product_arn, "Comparison": "EQUALS"}],
        "Id": [{"Value": prefix, "Comparison": "PREFIX"}],
        "AwsAccountId": [{"Value": origin.account, "Comparison": "EQUALS"}],
    }
    pages = client.get_paginator("get_findings").paginate(
        Filters=filters, PaginationConfig={"PageSize": AT_ONCE}
    )
    found = (row for page in pages for row in page["Findings"])
    return {row["Id"]: row for row in found if row["Id"].startswith(prefix)}


def _ours(finding: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: finding[key] for key in OURS if key in finding}
    # Security Hub adds fields of its own, under names that nobody else may send.
    fields = kept.get("ProductFields", {})
    kept["ProductFields"] = {k: v for k, v in fields.items() if not k.startswith("aws/")}
    return kept


def _updated(
    finding: Mapping[str, Any], known: Mapping[str, Any] | None, now: datetime.datetime
) -> dict[str, Any]:
    created = finding["CreatedAt"] if known is None else known["CreatedAt"]
    return {**finding, "CreatedAt": created, "UpdatedAt": timestamp(now)}


def _send(client: Any, findings: Sequence[dict[str, Any]], done: Imported) -> set[str]:  # noqa: ANN401
    """Import findings and give the IDs of those that were refused."""
    refused = set()
    for part in in_requests(findings):
        answer = client.batch_import_findings(Findings=part)
        for row in answer.get("FailedFindings", ()):
            refused.add(row["Id"])
            done.failed.append(
                {"id": row["Id"], "code": row["ErrorCode"], "message": row["ErrorMessage"]}
            )
    return refused


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


def _mark(
    client: Any,  # noqa: ANN401
    scan: ScanFolder,
    ids: Sequence[str],
    known: Mapping[str, Mapping[str, Any]],
    origin: Origin,
    done: Imported,
) -> None:
    """Suppress what is accepted, and open again what is not any more."""
    reasons: dict[str, list[str]] = {}
    for id_ in ids:
        if id_ in scan.accepted:
            reasons.setdefault(cut(scan.accepted[id_], NOTE_LENGTH), []).append(id_)
    for reason, accepted in reasons.items():
        done.accepted += _update(client, accepted, "SUPPRESSED", reason, origin, done)
    reopened = [
        id_ for id_ in ids if id_ not in scan.accepted and _closed_by_us(known.get(id_, {}))
    ]
    text = "Found by the scan, and not accepted."
    done.reopened += _update(client, reopened, "NEW", text, origin, done)


def _closed_by_us(finding: Mapping[str, Any]) -> bool:
    status = finding.get("Workflow", {}).get("Status")
    author = finding.get("Note", {}).get("UpdatedBy")
    return status in {"SUPPRESSED", "RESOLVED"} and author == AUTHOR


def _update(
    client: Any,  # noqa: ANN401
    ids: Sequence[str],
    status: str,
    text: str,
    origin: Origin,
    done: Imported,
) -> int:
    """Set the workflow of findings and give how many took it."""
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        answer = client.batch_update_findings(
            FindingIdentifiers=[{"Id": id_, "ProductArn": origin.product_arn} for id_ in part],
            Workflow={"Status": status},
            Note={"Text": text, "UpdatedBy": AUTHOR},
        )
        refused = answer.get("UnprocessedFindings", ())
        count += len(part) - len(refused)
        for row in refused:
            done.failed.append(
                {
                    "id": row["FindingIdentifier"]["Id"],
                    "code": row["ErrorCode"],
                    "message": row["ErrorMessage"],
                }
            )
    return count
