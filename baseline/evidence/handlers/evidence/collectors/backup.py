"""AWS Backup Audit Manager: frameworks of this account and its report jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .protocol import Part, Source
from .records import lines, pages


def parts(source: Source) -> Iterator[Part]:
    """Give the frameworks, and the report jobs since the day that was asked for."""
    client = source.client("backup", "")

    def frameworks() -> Iterator[Any]:
        for row in pages(client.list_frameworks, "Frameworks"):
            name = row["FrameworkName"]
            found = client.describe_framework(FrameworkName=name)
            yield {key: value for key, value in found.items() if key != "ResponseMetadata"}

    def jobs() -> Iterator[Any]:
        return pages(client.list_report_jobs, "ReportJobs", ByCreationAfter=source.since)

    yield Part(
        path="backup/frameworks.jsonl",
        what="frameworks of AWS Backup Audit Manager",
        write=lines(frameworks, source),
    )
    yield Part(
        path="backup/report-jobs.jsonl",
        what="report jobs of AWS Backup",
        write=lines(jobs, source),
    )
