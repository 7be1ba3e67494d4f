"""Security Hub: enabled standards, their controls, active findings and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from .outcome import status_of
from .protocol import FAILED, Part, Source
from .records import lines, pages, write_document, write_records

PAGE_SIZE = 100
# A description may quote the code or the data that a finding is about; these fields do not.
_PLAIN = (
    "Id",
    "AwsAccountId",
    "Region",
    "ProductName",
    "GeneratorId",
    "Title",
    "FirstObservedAt",
    "UpdatedAt",
)


def parts(source: Source) -> Iterator[Part]:
    """Give standards, controls, findings that were updated since the day asked for, and sums."""
    client = source.client("securityhub", "")
    sums = Sums()

    def standards() -> Iterator[Any]:
        return pages(client.get_enabled_standards, "StandardsSubscriptions")

    def controls() -> Iterator[Any]:
        for standard in standards():
            arn = standard["StandardsSubscriptionArn"]
            found = pages(
                client.describe_standards_controls,
                "Controls",
                StandardsSubscriptionArn=arn,
                MaxResults=PAGE_SIZE,
            )
            for row in found:
                yield {"StandardsArn": standard["StandardsArn"], **row}

    def write_findings(target: IO[bytes]) -> int:
        sums.begin()
        try:
            count = write_records(target, (sums.add(_row(each)) for each in findings()), source)
        except Exception as error:
            sums.refusal = error if status_of(error) != FAILED else None
            raise
        sums.complete = True
        return count

    def findings() -> Iterator[dict[str, Any]]:
        return pages(
            client.get_findings, "Findings", Filters=_filters(source), MaxResults=PAGE_SIZE
        )

    yield Part(
        path="security-hub/standards.jsonl",
        what="enabled standards",
        write=lines(standards, source),
    )
    yield Part(
        path="security-hub/controls.jsonl",
        what="controls of the enabled standards, with reasons of the disabled ones",
        write=lines(controls, source),
    )
    yield Part(
        path="security-hub/findings.jsonl",
        what="active findings, without descriptions",
        write=write_findings,
    )
    yield Part(
        path="security-hub/summary.json",
        what="findings by control, severity, product and account",
        write=sums.write,
    )


class Sums:
    """Numbers of the findings, gathered while they pass."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start again, because the findings do."""
        self.complete = False
        self.refusal: Exception | None = None
        self._controls: dict[str, Counter[str]] = {}
        self._by: dict[str, Counter[str]] = {"severity": Counter(), "product": Counter()}
        self._accounts: Counter[str] = Counter()

    def add(self, row: dict[str, Any]) -> dict[str, Any]:
        """Count a finding and give it on."""
        control, status = row["Control"], row["Compliance"]
        if control:
            self._controls.setdefault(control, Counter())[status or "UNKNOWN"] += 1
        if status != "PASSED":
            self._by["severity"][row["Severity"]] += 1
            self._by["product"][row["ProductName"] or "unknown"] += 1
            self._accounts[row["AwsAccountId"] or "unknown"] += 1
        return row

    def write(self, target: IO[bytes]) -> int:
        """Write the sums; of findings that were not read to the end there are none.

        Raises:
            RuntimeError: the findings were not read to the end.
            Exception: they were denied, or Security Hub is off.
        """
        if self.refusal is not None:
            raise self.refusal
        if not self.complete:
            raise RuntimeError("the findings were not read to the end, so nothing is summed up")
        counted = sum(sum(each.values()) for each in (*self._controls.values(), *self._by.values()))
        if not counted:
            return 0
        return write_document(
            target,
            {
                "controls": self._controls,
                "not_passed_by_severity": self._by["severity"],
                "not_passed_by_product": self._by["product"],
                "not_passed_by_account": self._accounts,
            },
        )


def _filters(source: Source) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    since = source.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        "UpdatedAt": [{"Start": since, "End": now}],
    }


def _row(finding: dict[str, Any]) -> dict[str, Any]:
    compliance = finding.get("Compliance", {})
    return {
        **{name: finding.get(name, "") for name in _PLAIN},
        "Compliance": compliance.get("Status", ""),
        "Control": compliance.get("SecurityControlId", ""),
        "Resources": [
            {"Type": each.get("Type", ""), "Id": each.get("Id", "")}
            for each in finding.get("Resources", [])
        ],
        "Severity": finding.get("Severity", {}).get("Label", "INFORMATIONAL"),
        "Workflow": finding.get("Workflow", {}).get("Status", ""),
    }
