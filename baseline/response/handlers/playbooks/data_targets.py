"""What an event about data is about.

Exposure is looked at before an incident is opened: what is not public, or is so on purpose, opens
none, however often it is reported. Where it cannot be looked at, an incident is opened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import clients
import findings
from botocore.exceptions import BotoCoreError, ClientError
from calls import code_of
from data_bucket import RANSOMWARE
from data_database import ACCOUNT_SNAPSHOTS, is_public
from data_exemption import on_purpose
from data_exposure import public_ways, tags_of
from data_read import GONE

logger = logging.getLogger(__name__)

State = dict[str, Any]
Client = Any  # boto3 clients have no published type

DESTROYING = (
    "AttackSequence:S3/",
    "Impact:S3/AnomalousBehavior.Delete",
    "Impact:S3/AnomalousBehavior.Write",
    "Impact:S3/MaliciousIPCaller",
)
ANALYZER = "Access Analyzer Finding"
MACIE = "Macie Finding"
SCAN = "GuardDuty Malware Protection Object Scan Result"

ARN_KINDS = (
    (":snapshot:", "db-snapshot"),
    (":cluster-snapshot:", "db-cluster-snapshot"),
    (":db:", "db-instance"),
    (":cluster:", "redshift-cluster"),
    (":snapshot/", "ebs-snapshot"),
    (":image/", "image"),
)
"""Part of an ARN to the kind of resource."""

CALLS = {
    "ModifySnapshotAttribute": ("ebs-snapshot", "snapshotId"),
    "ModifyImageAttribute": ("image", "imageId"),
    "ModifyDBSnapshotAttribute": ("db-snapshot", "dBSnapshotIdentifier"),
    "ModifyDBClusterSnapshotAttribute": ("db-cluster-snapshot", "dBClusterSnapshotIdentifier"),
    "CreateDBInstance": ("db-instance", "dBInstanceIdentifier"),
    "ModifyDBInstance": ("db-instance", "dBInstanceIdentifier"),
}
"""Call to the kind of resource, and the parameter that names it."""


def exposed_bucket(event: State) -> State:
    """Find the buckets that are public, or whose content is destroyed."""
    where = _where(event)
    buckets = findings.require(_buckets(event), "which bucket it is about")
    sign = RANSOMWARE if findings.summary(event)["type"].startswith(DESTROYING) else "exposure"
    if sign == "exposure" and not _is_sample(event):
        buckets = [name for name in buckets if _looks(where, lambda each: _open(where, each), name)]
        if not buckets:
            raise findings.NotForUs("no bucket is public, or it is so on purpose")
    return {"kind": "bucket", "id": buckets[0], "buckets": buckets, "sign": sign, **where}


def malware_object(event: State) -> State:
    """Find the version of the object that was scanned, and what the scan says about it."""
    found = findings.detail(event)
    if event.get("detail-type") == SCAN:
        details = found.get("s3ObjectDetails", {})
        bucket, key = details.get("bucketName"), details.get("objectKey")
        version, etag = details.get("versionId"), details.get("eTag")
        scan = found.get("scanResultDetails", {})
    else:
        resource = (found.get("resource", {}).get("s3BucketDetails", []) or [findings.Record()])[0]
        details = (resource.get("s3ObjectDetails", []) or [findings.Record()])[0]
        bucket, key = resource.get("name"), details.get("key")
        version, etag = details.get("versionId"), details.get("eTag")
        threats = found.get("service", {}).get("malwareScanDetails", {}).get("threats", [])
        scan = {"hash": details.get("hash"), "threats": threats}
    findings.require(bucket and key, "which object it is about")
    # What is not versioned is called "null", or nothing.
    version = None if version in {None, "", "null"} else version
    name = f"s3://{bucket}/{key}" + (f" version {version}" if version else "")
    return {
        "kind": "object",
        "id": name,
        "bucket": bucket,
        "key": key,
        "version": version,
        "etag": etag,
        "scan": scan,
    }


def exposed_database(event: State) -> State:
    """Find the database, snapshot or image that everybody has access to."""
    where = _where(event)
    kind, name = _exposed(event)
    looked = kind == ACCOUNT_SNAPSHOTS or _is_sample(event)
    if not looked and not _looks(where, lambda each: is_public(_client(where), kind, each), name):
        raise findings.NotForUs(f"{kind} {name} is not public, or it is so on purpose")
    return {"kind": kind, "id": name, **where}


def _where(event: State) -> State:
    """Give account and Region of the resource; of a service's finding they are in its detail."""
    found = findings.detail(event)
    if event.get("detail-type") in {ANALYZER, MACIE}:
        return {"account": str(found["accountId"]), "region": str(found["region"])}
    account, region = findings.place(event)
    return {"account": account, "region": region}


def _is_sample(event: State) -> bool:
    if event.get("detail-type") == MACIE and findings.detail(event).get("sample"):
        # The framework knows the samples of GuardDuty and Security Hub.
        raise findings.NotForUs("a sample of Macie")
    return bool(findings.summary(event)["sample"])


def _buckets(event: State) -> list[str]:
    found = findings.detail(event)
    if findings.kind(event) == "guardduty":
        named = [each.get("name") for each in found.get("resource", {}).get("s3BucketDetails", [])]
        sequence = found.get("service", {}).get("detection", {}).get("sequence", {})
        named += [
            each.get("name") or str(each.get("uid", "")).rpartition(":::")[2]
            for each in sequence.get("resources", [])
            if each.get("resourceType") == "S3_BUCKET"
        ]
    elif findings.kind(event) == "security_hub":
        arns = [each["Id"] for each in findings.resources(event, "AwsS3Bucket")]
        named = [str(arn).rpartition(":::")[2] for arn in arns]
    elif findings.kind(event) == "call":
        named = [found.get("requestParameters", {}).get("bucketName")]
    elif event.get("detail-type") == MACIE:
        named = [found.get("resourcesAffected", {}).get("s3Bucket", {}).get("name")]
    else:
        named = [str(found.get("resource", "")).rpartition(":::")[2]]
    return list(dict.fromkeys(str(name) for name in named if name))


def _exposed(event: State) -> tuple[str, str]:
    found = findings.detail(event)
    if findings.kind(event) == "call":
        kind, parameter = findings.require(
            CALLS.get(str(found.get("eventName"))), "a call that exposes a database"
        )
        asked = found.get("requestParameters", {})
        return kind, str(findings.require(asked.get(parameter), f"the {parameter}"))
    if findings.kind(event) == "security_hub":
        control = found.get("Compliance", {}).get("SecurityControlId")
        if control == "EC2.1":
            return ACCOUNT_SNAPSHOTS, str(found["AwsAccountId"])
        arns = [str(each.get("Id", "")) for each in found.get("Resources", [])]
    else:
        arns = [str(found.get("resource", ""))]
    for arn in arns:
        for part, kind in ARN_KINDS:
            if part in arn:
                return kind, arn.partition(part)[2]
    raise findings.NotForUs("the event names no database, snapshot or image")


def _client(where: State) -> Callable[[str], Client]:
    credentials = clients.credentials(where["account"], incident="look-at-exposure")

    def client(service: str) -> Client:
        return clients.foreign(service, region=where["region"], credentials=credentials)

    return client


def _open(where: State, bucket: str) -> bool:
    client = _client(where)
    s3 = client("s3")
    ways = public_ways(s3, client("s3control"), where["account"], bucket)
    return bool(ways) and not on_purpose([bucket], tags_of(s3, bucket))


def _looks(where: State, look: Callable[[str], bool], id: str) -> bool:
    """Tell what a look says; what is gone is not public, what cannot be seen may be."""
    try:
        return look(id)
    except ClientError as error:
        if code_of(error) in GONE:
            return False
        logger.warning("%s in %s cannot be looked at: %s", id, where["account"], error)
    except BotoCoreError as error:
        logger.warning("%s in %s cannot be looked at: %s", id, where["account"], error)
    return True
