"""Reading: what is not set answers with an error, which is no failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from calls import code_of

Answer = Any  # what boto3 gives has no published type

GONE = frozenset(
    {
        "ClusterNotFound",
        "DBClusterSnapshotNotFoundFault",
        "DBInstanceNotFound",
        "DBSnapshotNotFound",
        "InvalidAMIID.NotFound",
        "InvalidAMIID.Unavailable",
        "InvalidSnapshot.NotFound",
        "NoSuchBucket",
    }
)
"""Error codes that say that the resource itself does not exist (any more)."""


def read(action: Callable[[], Answer], *absent: str) -> Answer:
    """Give what a call answers, or None when its error says that there is nothing to read.

    Args:
        action: the call.
        absent: error codes that mean that a setting is not there.

    Raises:
        ClientError: any other error, that of a resource that is gone included.
    """
    try:
        return action()
    except ClientError as error:
        if code_of(error) in absent:
            return None
        raise


def plain(answer: Answer) -> Answer:
    """Give an answer without what only concerns its transport."""
    if isinstance(answer, dict):
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    return answer
