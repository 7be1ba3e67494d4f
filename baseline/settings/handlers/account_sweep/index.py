"""First and last step of a sweep: list the organization's accounts, write the report.

Lists and results stay in S3: the state of the execution carries their names only.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from typing import Any

import boto3
import sweep_report
from botocore.config import Config
from sweep_accounts import Account, parse, select

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# Throttled calls are repeated with back-off and jitter.
RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})


def list_accounts(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the accounts of the run to S3 and say where they are."""
    request = parse(event["input"], dry_run=os.environ["DRY_RUN"] == "true")
    visited, left_out = select(
        _organization(),
        request,
        management=os.environ["MANAGEMENT"],
        excluded=frozenset(filter(None, os.environ["EXCLUDED"].split(","))),
    )
    folder = f"runs/{event['run']}"
    _write(f"{folder}/accounts.json", visited)
    _write(f"{folder}/left-out.json", left_out)
    logger.info("run %s: %d accounts, %d left out", event["run"], len(visited), len(left_out))
    return {
        "run": event["run"],
        "started": event["started"],
        "trigger": request.trigger,
        "dry_run": request.dry_run,
        "options": request.options,
        "accounts_key": f"{folder}/accounts.json",
        "left_out_key": f"{folder}/left-out.json",
    }


def write_report(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write one report of all results, measure it, and give its place and its numbers."""
    sweep = event["sweep"]
    bucket, key = os.environ["BUCKET"], f"reports/{sweep['started'][:10]}/{sweep['run']}.json"
    head = {"sweep": os.environ["SWEEP"]} | {
        name: sweep[name] for name in ("run", "started", "trigger", "dry_run")
    }
    s3 = boto3.client("s3", config=RETRIES)
    left_out = json.loads(s3.get_object(Bucket=bucket, Key=sweep["left_out_key"])["Body"].read())
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
        summary = sweep_report.write(file, _results(sweep["results"]), head, left_out)
        file.flush()
        s3.upload_file(file.name, bucket, key, ExtraArgs={"ContentType": "application/json"})
    _measure(summary)
    logger.info("report %s: %s", key, json.dumps(summary))
    return {**head, "summary": summary, "report": {"bucket": bucket, "key": key}}


def _organization() -> Iterator[dict[str, Any]]:
    organizations = boto3.client("organizations", region_name="us-east-1", config=RETRIES)
    for page in organizations.get_paginator("list_accounts").paginate():
        yield from page["Accounts"]


def _write(key: str, accounts: list[Account]) -> None:
    boto3.client("s3", config=RETRIES).put_object(
        Bucket=os.environ["BUCKET"],
        Key=key,
        Body=json.dumps(accounts).encode(),
        ContentType="application/json",
    )


def _results(written: dict[str, Any]) -> Iterator[sweep_report.Result]:
    """Read the files that the map's manifest names."""
    s3 = boto3.client("s3", config=RETRIES)
    place = written["ResultWriterDetails"]
    found = s3.get_object(Bucket=place["Bucket"], Key=place["Key"])
    for files in json.loads(found["Body"].read())["ResultFiles"].values():
        for file in files:
            answer = s3.get_object(Bucket=place["Bucket"], Key=file["Key"])
            yield from sweep_report.results(answer["Body"].iter_lines())


def _measure(summary: dict[str, int]) -> None:
    names = {
        "Accounts": summary["accounts"],
        "ChangedAccounts": summary["changed"],
        "FailedAccounts": summary["failed"],
    }
    boto3.client("cloudwatch", config=RETRIES).put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "Sweep", "Value": os.environ["SWEEP"]}],
                "Value": value,
                "Unit": "Count",
            }
            for name, value in names.items()
        ],
    )
