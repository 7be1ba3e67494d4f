"""The finding archive: a batch of findings becomes one object of the log archive.

A batch that cannot be written raises, so that the queue hands it out again and in the end keeps it.
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
from typing import Any

import boto3
from botocore.config import Config

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
HOUR = len("2026-11-22T16")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the events of a batch, one object for each hour that they are of.

    Args:
        event: ``Records`` of the queue, whose bodies are events as EventBridge has them.

    Returns:
        The keys of the objects.
    """
    hours: dict[str, list[str]] = defaultdict(list)
    for record in event["Records"]:
        found = json.loads(record["body"])
        hours[found["time"][:HOUR]].append(json.dumps(found, separators=(",", ":")))
    s3 = boto3.client("s3", config=RETRIES)
    keys = [_write(s3, hour, lines) for hour, lines in sorted(hours.items())]
    logger.info("%s events in %s", len(event["Records"]), ", ".join(keys))
    return {"keys": keys}


def _write(s3: Any, hour: str, lines: list[str]) -> str:  # noqa: ANN401 - boto3 clients have no type
    # Without the time in it, the same lines are the same bytes.
    body = gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)
    day, _, clock = hour.partition("T")
    digest = hashlib.sha256(body).hexdigest()[:32]
    key = f"{os.environ['PREFIX']}/{day.replace('-', '/')}/{clock}/{digest}.json.gz"
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
