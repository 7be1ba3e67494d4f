"""The finding archive: a batch of findings becomes one object of the log archive.

A batch that cannot be written raises, so that the queue hands it out again and in the end keeps it.
What is no event is kept as it came, apart from the others, so that it holds up none of them.
The same batch has the same key, so a second attempt adds a version and no second object.

Environment: ``BUCKET``, ``OWNER`` (account of the bucket), ``PREFIX`` (start of the object keys).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
from collections import defaultdict
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
HOUR = len("2026-11-22T16")
UNREADABLE = "unreadable"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the events of a batch, one object for each hour that they are of.

    Args:
        event: ``Records`` of the queue, whose bodies are events as EventBridge has them.

    Returns:
        The keys of the objects.
    """
    hours: dict[str, list[str]] = defaultdict(list)
    for record in event["Records"]:
        hour, line = _read(record["body"])
        hours[hour].append(line)
    s3 = boto3.client("s3", config=RETRIES)
    keys = [_write(s3, hour, lines) for hour, lines in sorted(hours.items())]
    logger.info("%s events in %s", len(event["Records"]), ", ".join(keys))
    return {"keys": keys}


def _read(body: str) -> tuple[str, str]:
    """Give the hour of an event, and its line; of what is none, the body itself."""
    try:
        found = json.loads(body)
        hour = found["time"][:HOUR]
        datetime.fromisoformat(f"{hour}:00")
    except (KeyError, TypeError, ValueError):
        logger.exception("a body is no event; it is kept under %s", UNREADABLE)
        return UNREADABLE, json.dumps({"body": body})
    return hour, json.dumps(found, separators=(",", ":"))


def _write(s3: Any, hour: str, lines: list[str]) -> str:  # noqa: ANN401 - boto3 clients have no type
    # Without the time in it, the same lines are the same bytes.
    body = gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)
    digest = hashlib.sha256(body).hexdigest()[:32]
    folder = hour.replace("-", "/").replace("T", "/")
    key = f"{os.environ['PREFIX']}/{folder}/{digest}.json.gz"
    s3.put_object(
        Bucket=os.environ["BUCKET"],
        Key=key,
        Body=body,
        # Object Lock takes no object without a checksum.
        ChecksumAlgorithm="SHA256",
        ContentType="application/gzip",
        ExpectedBucketOwner=os.environ["OWNER"],
    )
    return key
