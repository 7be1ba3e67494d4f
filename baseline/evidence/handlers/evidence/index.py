"""The scheduled collection: a package for each period, at the first visit that gets through.

A visit a day looks whether the period has its package, so a run that failed is made up for on the
next day. What could not be read is told to a topic; the metric says that the period has a package.

Environment: ``BUCKET``, ``PREFIX``, ``PERIOD`` (monthly or weekly), ``AGGREGATOR``, ``ARTIFACT``
(list or reports), ``ACCEPT_TERMS``, ``REPORTS`` (JSON: name, bucket, prefix), ``OFF`` (sources that the
configuration switches off, separated by commas), ``TOPIC_ARN``, ``NAMESPACE``, ``NAME``, ``TOOL``.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from collectors import COLLECTORS
from collectors.bucket import BucketStore
from collectors.outcome import text_of
from collectors.package import MANIFEST, Head, collect, digest_of
from collectors.protocol import NOT_ENABLED, ReportPlace, Source

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(
    retries={"mode": "standard", "max_attempts": 4}, connect_timeout=5, read_timeout=60
)
OFF = "off in the configuration"
METRIC = "PeriodHasEvidence"
RESERVE_MS = 120_000
"""Time that is left for the manifest and the message."""
OVERLAP = timedelta(days=3)
"""What came in while the last package was made stands in both."""
DAYS = {"monthly": 31, "weekly": 7}
SHOWN = 20
SUBJECT_LENGTH = 100


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Collect unless the period has its package; ``{"force": true}`` collects all the same."""
    now = datetime.now(UTC)
    try:
        found = _visit(now, context, force=bool(event.get("force")))
    except Exception as error:
        logger.exception("no evidence was kept")
        _tell(
            f"No evidence for {period_of(now)}",
            f"The collection of evidence ended without a package: {text_of(error)}\n"
            "It is tried again tomorrow. By hand: baseline evidence (docs/evidence.md).",
        )
        raise
    _measure()
    return found


def period_of(now: datetime) -> str:
    """Give the name of the period of a day: ``2026-11``, or ``2026-W47``."""
    if os.environ["PERIOD"] == "weekly":
        year, week, _ = now.isocalendar()
        return f"{year}-W{week:02}"
    return f"{now:%Y-%m}"


def _visit(now: datetime, context: Any, *, force: bool) -> dict[str, Any]:  # noqa: ANN401
    folder = f"{os.environ['PREFIX']}scheduled/{period_of(now)}/"
    if not force:
        kept = _kept(folder)
        if kept:
            return {"state": "kept", "manifest": kept}
    account, caller = _caller()
    store = BucketStore(
        _client("s3", ""), os.environ["BUCKET"], f"{folder}{now:%Y%m%dT%H%M%SZ}/", owner=account
    )
    source = _source(now, _clock(context))
    manifest = collect(
        COLLECTORS,
        source,
        store,
        head=Head(
            collected_by=caller,
            account=account,
            region=os.environ["AWS_REGION"],
            tool=os.environ["TOOL"],
            trigger="schedule",
            since=f"{source.since:%Y-%m-%d}",
            sources=tuple(COLLECTORS),
        ),
        off=dict.fromkeys(filter(None, os.environ["OFF"].split(",")), OFF),
        progress=lambda item: logger.info(
            "%s %s: %s %s", item.source, item.path, item.status, item.error
        ),
    )
    digest = digest_of(manifest)
    _tell_missing(manifest, store.place, digest)
    return {
        "state": "collected",
        "manifest": f"{store.place}{MANIFEST}",
        "sha256": digest,
        "complete": manifest["complete"],
    }


def _kept(folder: str) -> str:
    """Give the key of a manifest of the period; empty for none."""
    pages = _client("s3", "").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=os.environ["BUCKET"], Prefix=folder):
        for found in page.get("Contents", []):
            if found["Key"].endswith(f"/{MANIFEST}"):
                return str(found["Key"])
    return ""


def _source(now: datetime, time_is_up: Callable[[], bool]) -> Source:
    return Source(
        client=_client,
        since=now - timedelta(days=DAYS[os.environ["PERIOD"]]) - OVERLAP,
        aggregator=os.environ["AGGREGATOR"],
        artifact=os.environ["ARTIFACT"],
        accept_terms=os.environ["ACCEPT_TERMS"] == "true",
        report_places=tuple(ReportPlace(**each) for each in json.loads(os.environ["REPORTS"])),
        time_is_up=time_is_up,
    )


def _clock(context: Any) -> Callable[[], bool]:  # noqa: ANN401 - Lambda's
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return lambda: remaining is not None and int(remaining()) < RESERVE_MS


def _caller() -> tuple[str, str]:
    found = _client("sts", "").get_caller_identity()
    return str(found["Account"]), str(found["Arn"])


def _tell_missing(manifest: dict[str, Any], place: str, digest: str) -> None:
    """Tell what is missing; what nobody has switched on is in the manifest, and no news."""
    missing = [
        each for each in manifest["items"] if each["missing"] and each["status"] != NOT_ENABLED
    ]
    if not missing:
        return
    lines = [
        f"- {each['path'] or each['source']}: {each['status']}: {each['error']}"
        for each in missing[:SHOWN]
    ]
    if len(missing) > SHOWN:
        lines.append(f"- and {len(missing) - SHOWN} more, in the manifest")
    _tell(
        f"Evidence incomplete: missing parts: {len(missing)}",
        "\n".join([f"The package {place}", f"(manifest SHA-256 {digest}) lacks:", *lines]),
    )


def _tell(subject: str, text: str) -> None:
    _client("sns", "").publish(
        TopicArn=os.environ["TOPIC_ARN"], Subject=subject[:SUBJECT_LENGTH], Message=text
    )


def _measure() -> None:
    _client("cloudwatch", "").put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "Schedule", "Value": os.environ["NAME"]}],
                "Value": 1,
            }
        ],
    )


@cache
def _client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3
    return boto3.client(service, region_name=region or os.environ["AWS_REGION"], config=RETRIES)
