"""Readers: one function for each CloudFormation type that reads a resource back through boto3."""

from baseline.local.readers import (
    detection,
    ecr,
    events,
    features,
    functions,
    iam,
    iam_identities,
    identity_center,
    kms,
    logs,
    lookups,
    messaging,
    network,
    organizations,
    s3,
    storage,
)
from baseline.local.readers.table import READERS, Check, Place, Reader

__all__ = [
    "READERS",
    "Check",
    "Place",
    "Reader",
    "detection",
    "ecr",
    "events",
    "features",
    "functions",
    "iam",
    "iam_identities",
    "identity_center",
    "kms",
    "logs",
    "lookups",
    "messaging",
    "network",
    "organizations",
    "s3",
    "storage",
]
