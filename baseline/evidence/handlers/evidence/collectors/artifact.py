"""AWS Artifact: the reports of AWS's auditors, and the agreements of the account.

Agreements of the organization are told to the management account only. The address of a report is
signed and opens it, so it is used and never kept.

Source: AWS Artifact API Reference, "ListReports", "GetTermForReport", "GetReport",
"ListCustomerAgreements".
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import IO, Any

from .protocol import Part, RefusedError, Source
from .records import lines, pages

# The service answers here for all Regions.
REGION = "us-east-1"
EXPLICIT = "EXPLICIT"
CHUNK = 1024 * 1024
SECONDS = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def parts(source: Source) -> Iterator[Part]:
    """Give the list of reports, the agreements, and the reports where they are wanted."""
    client = source.client("artifact", REGION)

    def reports() -> Iterator[dict[str, Any]]:
        return pages(client.list_reports, "reports", following="nextToken")

    def agreements() -> Iterator[dict[str, Any]]:
        operation = client.list_customer_agreements
        return pages(operation, "customerAgreements", following="nextToken")

    yield Part(
        path="artifact/reports.jsonl",
        what="reports that AWS publishes",
        write=lines(reports, source),
    )
    yield Part(
        path="artifact/agreements.jsonl",
        what="agreements of this account",
        write=lines(agreements, source),
    )
    if source.artifact != "reports":
        return
    for report in reports():
        if report.get("state", "PUBLISHED") == "PUBLISHED":
            yield Part(
                path=f"artifact/reports/{_name(report)}",
                what=str(report.get("name", report["id"])),
                write=partial(_fetch, client, report, source),
                sniffed=True,
            )


def _fetch(client: Any, report: dict[str, Any], source: Source, target: IO[bytes]) -> int:  # noqa: ANN401
    """Fetch one report.

    Raises:
        RefusedError: its terms have to be accepted first.
    """
    if report.get("acceptanceType") == EXPLICIT and not source.accept_terms:
        raise RefusedError(
            "its terms have to be accepted: read them in AWS Artifact, then pass --accept-terms"
        )
    named = {"reportId": report["id"], "reportVersion": report["version"]}
    term = client.get_term_for_report(**named)
    answer = client.get_report(**named, termToken=term["termToken"])
    return download(answer["documentPresignedUrl"], target)


def download(
    address: str,
    target: IO[bytes],
    opened: Callable[..., AbstractContextManager[Any]] = urllib.request.urlopen,
) -> int:
    """Copy what stands at an address, a piece at a time.

    Raises:
        ValueError: the address is not of HTTPS.
        RuntimeError: it cannot be read; the message does not have the address.
    """
    if not address.startswith("https://"):
        raise ValueError("the address of the report does not begin with https://")
    try:
        with opened(address, timeout=SECONDS) as body:
            while chunk := body.read(CHUNK):
                target.write(chunk)
    except OSError as error:
        raise RuntimeError(f"the report could not be fetched: {type(error).__name__}") from None
    return 1


def _name(report: dict[str, Any]) -> str:
    words = "-".join(str(report.get(key, "")) for key in ("series", "name", "id"))
    return f"{_UNSAFE.sub('-', words).strip('-')}-v{report['version']}"
