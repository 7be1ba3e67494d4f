"""What Inspector does not scan in an account and Region: a finding of Security Hub, and a row.

The finding stands in the security account, which alone can repair it, and names the account that
it is about. It is imported again only when it says something else.

Source: Amazon Inspector User Guide, "Assessing Amazon Inspector coverage of your AWS environment";
AWS Security Hub API Reference, "BatchImportFindings".
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from service_rows import FAILED, IN_PROGRESS, UNCHANGED, Client, Keeper, Row

Wanted = dict[str, Any]
Finding = dict[str, Any]

ENABLED = "ENABLED"
STARTING = "ENABLING"
GENERATOR = "inspector-coverage"
# What ends by itself, or has ended: no gap.
HARMLESS = frozenset(
    {
        "EC2_INSTANCE_STOPPED",
        "IMAGE_ARCHIVED",
        "NO_RESOURCES_FOUND",
        "PENDING_DISABLE",
        "PENDING_INITIAL_SCAN",
        "PENDING_REVIVAL_SCAN",
        "RESOURCE_STOPPED",
        "RESOURCE_TERMINATED",
        "SCAN_ELIGIBILITY_EXPIRED",
        "SCAN_FREQUENCY_SCAN_ON_PUSH",
        "SCAN_IN_PROGRESS",
        "SUCCESSFUL",
    }
)
# Codes that say nothing of a scan that is off.
NO_REASON = frozenset({None, "", "SUCCESS", "ALREADY_ENABLED"})
READ_AT_MOST = 2000
RESOURCES = 31  # a finding takes 32, and the account is one of them
TEXT = 1024
# Security Hub deletes what is not updated for 90 days.
AGE = timedelta(days=30)
RETRIES = Config(retries={"mode": "standard", "max_attempts": 6})


class Place(NamedTuple):
    """Which account is looked at, which one administers, and where."""

    account: str
    administrator: str
    region: str


def look(inspector: Client, account: str, wanted: Wanted, keeper: Keeper) -> Row:
    """Compare what is scanned with what should be, and tell Security Hub where something lacks."""
    off, starting = _scans(inspector, account, _expected(wanted, keeper.region))
    left = [] if off else _unscanned(inspector, account, wanted["accepted"])
    gaps = [*off, *_counted(left)]
    if wanted["security_hub"] and not keeper.dry_run:
        place = Place(account, wanted["administrator"], keeper.region)
        refused = _tell(place, off, left)
        if refused:
            return keeper.row("coverage", FAILED, refused)
    if gaps:
        # Without Security Hub nobody would hear of it, but for a failure.
        state = IN_PROGRESS if wanted["security_hub"] else FAILED
        return keeper.row("coverage", state, f"not scanned: {', '.join(gaps)}")
    if starting:
        return keeper.row("coverage", IN_PROGRESS, f"starting: {', '.join(starting)}")
    return keeper.row("coverage", UNCHANGED)


def _expected(wanted: Wanted, region: str) -> list[str]:
    """Give the scans of a Region: repositories are scanned in some only."""
    return [
        scan
        for scan in wanted["scans"]
        if scan != "codeRepository" or region in wanted["code_regions"]
    ]


def _scans(inspector: Client, account: str, expected: list[str]) -> tuple[list[str], list[str]]:
    """Give the scans that are off, with the reason, and those that are starting."""
    answer = inspector.batch_get_account_status(accountIds=[account])
    for refused in answer.get("failedAccounts", []):
        return [f"the account ({refused['errorCode']})"], []
    if not answer["accounts"]:
        return ["the account (unknown to Inspector)"], []
    off, starting = [], []
    for found in answer["accounts"]:
        for scan in expected:
            state = found["resourceState"].get(scan, {})
            status = state.get("status", "DISABLED")
            if status == STARTING:
                starting.append(scan)
            elif status != ENABLED:
                off.append(f"{scan} ({_why(status, state.get('errorCode'))})")
    return off, starting


def _why(status: str, code: str | None) -> str:
    return status if code in NO_REASON else f"{status}, {code}"


def _unscanned(inspector: Client, account: str, accepted: list[str]) -> list[dict[str, Any]]:
    """Give the resources that Inspector knows and does not scan, the first thousands."""
    pages = inspector.get_paginator("list_coverage").paginate(
        filterCriteria={
            "accountId": [{"comparison": "EQUALS", "value": account}],
            "scanStatusCode": [{"comparison": "EQUALS", "value": "INACTIVE"}],
        },
        PaginationConfig={"MaxItems": READ_AT_MOST},
    )
    left_out = HARMLESS | set(accepted)
    return [
        resource
        for page in pages
        for resource in page["coveredResources"]
        if resource.get("scanStatus", {}).get("reason") not in left_out
    ]


def _counted(left: list[dict[str, Any]]) -> list[str]:
    reasons = Counter(_reason(resource) for resource in left)
    return [f"{count} {reason}" for reason, count in sorted(reasons.items())]


def _reason(resource: dict[str, Any]) -> str:
    return str(resource.get("scanStatus", {}).get("reason", "unknown"))


def _tell(place: Place, off: list[str], left: list[dict[str, Any]]) -> str:
    """Bring Security Hub up to date; give what it refused."""
    now = datetime.now(UTC)
    finding = _finding(place, off, left, now)
    hub = _hub(place.region)
    identity = {"Id": finding["Id"], "ProductArn": finding["ProductArn"]}
    filters = {key: [{"Value": value, "Comparison": "EQUALS"}] for key, value in identity.items()}
    known = next(iter(hub.get_findings(Filters=filters)["Findings"]), None)
    if not _changed(finding, known, now):
        return ""
    answer = hub.batch_import_findings(Findings=[finding])
    return "; ".join(one["ErrorMessage"] for one in answer.get("FailedFindings", []))


def _finding(place: Place, off: list[str], left: list[dict[str, Any]], now: datetime) -> Finding:
    """Give the finding of an account and Region: open while something is not scanned."""
    account, administrator, region = place
    gaps = [*off, *_counted(left)]
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"Not scanned: {', '.join(gaps)}." if gaps else "Everything is scanned."
    severity = "HIGH" if off else "MEDIUM" if left else "INFORMATIONAL"
    partition = _hub(region).meta.partition
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"{administrator}/{GENERATOR}/{account}/{region}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{administrator}:product/{administrator}/default",
        "GeneratorId": GENERATOR,
        "AwsAccountId": administrator,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": stamp,
        "UpdatedAt": stamp,
        "Title": f"Inspector does not scan everything in account {account}",
        "Description": text[:TEXT],
        "Severity": {"Label": severity},
        "Compliance": {"Status": "FAILED" if gaps else "PASSED"},
        "RecordState": "ACTIVE" if gaps else "ARCHIVED",
        "Remediation": {"Recommendation": {"Text": "See docs/inspector.md, Coverage."}},
        "Resources": [
            {"Type": "AwsAccount", "Id": f"AWS::::Account:{account}", "Region": region},
            *(
                {"Type": "Other", "Id": each["resourceId"], "Region": region}
                for each in left[:RESOURCES]
            ),
        ],
    }


def _changed(new: Finding, known: Finding | None, now: datetime) -> bool:
    """Tell whether a finding is new, says something else, or would end: each import is a message."""
    if known is None:
        return str(new["RecordState"]) == "ACTIVE"
    if _said(new) != _said(known):
        return True
    last = datetime.fromisoformat(known["UpdatedAt"])
    return new["RecordState"] == "ACTIVE" and now - last > AGE


def _said(finding: Finding) -> tuple[object, ...]:
    return (
        finding.get("RecordState"),
        finding.get("Severity", {}).get("Label"),
        finding.get("Description"),
        sorted(resource["Id"] for resource in finding.get("Resources", [])),
    )


@cache
def _hub(region: str) -> Client:
    return boto3.client("securityhub", region_name=region, config=RETRIES)
