"""Readers: one function for each CloudFormation type that reads a resource back through boto3."""

from baseline.local.readers import (
    detection,
    dns_firewall,
    ecr,
    events,
    features,
    functions,
    iam,
    kms,
    logs,
    lookups,
    messaging,
    network,
    organizations,
    s3,
)
from baseline.local.readers.table import READERS, Check, Place, Reader

__all__ = [
    "READERS",
    "Check",
    "Place",
    "Reader",
    "detection",
    "dns_firewall",
    "ecr",
    "events",
    "features",
    "functions",
    "iam",
    "kms",
    "logs",
    "lookups",
    "messaging",
    "network",
    "organizations",
    "s3",
]
