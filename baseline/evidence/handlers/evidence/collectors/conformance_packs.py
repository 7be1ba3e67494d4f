"""Conformance packs: compliance of each pack by account and Region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .config import aggregator_of
from .protocol import Part, Source
from .records import lines, pages


def parts(source: Source) -> Iterator[Part]:
    """Give the result of every pack in every account, and the sums by account."""
    named = aggregator_of(source)
    client = source.client("config", "")

    def packs() -> Iterator[Any]:
        operation = client.describe_aggregate_compliance_by_conformance_packs
        return pages(operation, "AggregateComplianceByConformancePacks", **named)

    def sums() -> Iterator[Any]:
        operation = client.get_aggregate_conformance_pack_compliance_summary
        key = "AggregateConformancePackComplianceSummaries"
        return pages(operation, key, GroupByKey="ACCOUNT_ID", **named)

    yield Part(
        path="conformance-packs/results.jsonl",
        what="compliance by pack, account and Region",
        write=lines(packs, source),
    )
    yield Part(
        path="conformance-packs/accounts.jsonl",
        what="compliant and noncompliant packs by account",
        write=lines(sums, source),
    )
