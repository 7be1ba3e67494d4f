"""Custom resource that copies the files of a package to the bucket of the organization.

S3 itself copies and computes the hash; a file whose hash is not that of the manifest ends the
deployment, and machines would refuse it, too. Versions of before stay, and delete is a no-op:
machines go on being installed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import urllib.request
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config

logger = logging.getLogger()
logger.setLevel(logging.INFO)

# A copy of a gigabyte is one call that answers when it is done. One that hangs is repeated once, and
# leaves the function the time to answer CloudFormation.
CALLS = Config(connect_timeout=4, read_timeout=130, retries={"mode": "standard", "max_attempts": 1})
ANSWER_SECONDS = 10
# CloudFormation accepts an answer of 4,096 bytes; the reason is the only part that can grow.
REASON_LENGTH = 1_000
NAME = "endpoint-package"
CHUNK_BYTES = 1_048_576

Client = Any  # boto3 makes its clients at run time


class WrongFileError(Exception):
    """A file is not the one that the manifest names."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation when all files are where machines look for them."""
    physical_id = event.get("PhysicalResourceId", NAME)
    if event["RequestType"] == "Delete":
        _respond(event, "SUCCESS", physical_id)
        return
    properties = event["ResourceProperties"]
    try:
        copy(boto3.client("s3", config=CALLS), properties["Bucket"], properties["Files"])
    except Exception as error:  # without an answer CloudFormation waits until its time limit
        logger.exception("the package was not copied")
        _respond(event, "FAILED", physical_id, reason=str(error) or type(error).__name__)
        return
    _respond(event, "SUCCESS", NAME)


def copy(s3: Client, bucket: str, files: Sequence[dict[str, str]]) -> None:
    """Copy files, and compare the hash of each.

    Args:
        s3: client.
        bucket: where they go.
        files: ``SourceBucket``, ``SourceKey``, ``Key`` and ``Sha256`` of each.

    Raises:
        WrongFileError: a file has another hash.
    """
    for file in files:
        answer = s3.copy_object(
            Bucket=bucket,
            Key=file["Key"],
            CopySource={"Bucket": file["SourceBucket"], "Key": file["SourceKey"]},
            ChecksumAlgorithm="SHA256",
        )
        # An S3 that tells no hash, such as that of the embedded AWS, is read instead.
        found = answer["CopyObjectResult"].get("ChecksumSHA256") or _hash(s3, file)
        wanted = base64.b64encode(bytes.fromhex(file["Sha256"])).decode()
        if found != wanted:
            raise WrongFileError(
                f"{file['Key']} has the SHA-256 {found} instead of {wanted}; deploy again"
            )
        logger.info("copied %s", file["Key"])


def _hash(s3: Client, file: dict[str, str]) -> str:
    body = s3.get_object(Bucket=file["SourceBucket"], Key=file["SourceKey"])["Body"]
    digest = hashlib.sha256()
    for chunk in iter(lambda: body.read(CHUNK_BYTES), b""):
        digest.update(chunk)
    return base64.b64encode(digest.digest()).decode()


def _respond(event: dict[str, Any], status: str, physical_id: str, reason: str = "") -> None:
    body = {
        "Status": status,
        "Reason": reason[:REASON_LENGTH],
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned address
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT"
    )
    # The signature of the address covers an empty content type.
    request.add_header("Content-Type", "")
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310 - as above
        logger.info("answered %s with HTTP status %s", status, response.status)
