"""Progress: what a step is about to change, written down first.

A function that is ended in the middle says nothing of what it did, and the attempt after it finds
it done. So each change is noted beside the claims before it is made, and a later attempt reports
what the earlier ones began. A note that cannot be written or read holds up no containment.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from typing import Any

import clients
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)

State = dict[str, Any]


def note(execution: str, step: str, begun: list[str]) -> None:
    """Write what a step has begun so far.

    Args:
        execution: ARN of the execution.
        step: the step.
        begun: what was done before, and what comes now, in words.
    """
    logger.info("%s: %s", step, begun[-1])
    try:
        clients.own("s3").put_object(
            Bucket=os.environ["EVIDENCE_BUCKET"],
            Key=_key(execution, step),
            Body=json.dumps({"execution": execution, "step": step, "begun": begun}).encode(),
        )
    except (BotoCoreError, ClientError) as error:
        logger.warning("%s is not noted: %s", step, error)


def earlier(execution: str, step: str) -> list[str]:
    """Give what earlier attempts of a step began; nothing where nobody knows."""
    bucket, key = os.environ["EVIDENCE_BUCKET"], _key(execution, step)
    try:
        found = json.loads(clients.own("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    except (BotoCoreError, ClientError, ValueError) as error:
        # Who may not list a bucket is refused what is not there.
        logger.info("no earlier attempt of %s is known: %s", step, error)
        return []
    return [str(each) for each in found["begun"]]


def _key(execution: str, step: str) -> str:
    digest = hashlib.sha256(f"{execution}|{step}".encode()).hexdigest()
    return f"incidents/claims/steps/{digest}"
