"""Chain of custody: each object with its hash, who collected it and when, where nobody can change it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import clients

State = dict[str, Any]


def keep(incident: State, execution: str, name: str, content: object) -> State:
    """Put one piece of evidence into the bucket with Object Lock, and give its record.

    S3 refuses the object when the hash does not fit what arrived.

    Args:
        incident: the incident.
        execution: ARN of the execution of the state machine.
        name: step and file name.
        content: bytes, text, or anything that JSON can say.

    Returns:
        ``key``, ``version``, ``sha256`` (hexadecimal), ``bytes``, ``collected_by``,
        ``collected_at``.
    """
    body = _bytes(content)
    digest = hashlib.sha256(body)
    key = f"{folder(incident, execution)}/{name}"
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    put = clients.own("s3").put_object(
        Bucket=os.environ["EVIDENCE_BUCKET"],
        Key=key,
        Body=body,
        ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
        Metadata={
            "sha256": digest.hexdigest(),
            "incident": incident["id"],
            "account": incident["account"],
            "collected-by": collector(),
            "collected-at": now,
        },
    )
    return {
        "key": key,
        "version": put.get("VersionId"),
        "sha256": digest.hexdigest(),
        "bytes": len(body),
        "collected_by": collector(),
        "collected_at": now,
    }


def folder(incident: State, execution: str) -> str:
    """Give the folder of one execution's evidence, below ``incidents/``."""
    return f"incidents/{incident['id']}/{execution.rpartition(':')[2]}"


@cache
def collector() -> str:
    """Give the ARN of who collects: the function's own session."""
    return str(clients.own("sts").get_caller_identity()["Arn"])


def _bytes(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    return json.dumps(content, indent=2, sort_keys=True, default=str).encode()
