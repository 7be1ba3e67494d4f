"""History: what somebody did, from CloudTrail's event history of every Region of an account.

The event history is there without a trail, in every account, for 90 days. It has the management
calls only; the organization trail has the rest.

Source: AWS CloudTrail User Guide, "Viewing Events with CloudTrail Event history".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from calls import Call

State = dict[str, Any]

HOURS_BEFORE = 24
"""How long before the first sign the history begins: signs come late."""
DAYS_KEPT = 90
PAGES = 6
"""Pages of 50 calls for each Region: CloudTrail answers two requests a second."""
TOLD = 20
GLOBAL_REGION = "us-east-1"


def look(call: Call, attribute: str, value: str, *, keep: str) -> list[State]:
    """Find the calls of somebody in every Region, keep them, and say in the report what they changed.

    A Region that does not answer is named in the report and does not stop the others.

    Args:
        call: the step.
        attribute: ``AccessKeyId`` or ``Username``.
        value: its value.
        keep: file name of the evidence.

    Returns:
        The calls as CloudTrail records them, latest first within a Region.
    """
    start = begin(call.incident["detected"])
    found: list[State] = []
    for region in regions(call):
        try:
            found += lookup(call, region, attribute, value, since=start)
        except (BotoCoreError, ClientError) as error:
            call.problems.append(f"the event history of {region} was not read: {error}")
    call.keep(keep, found)
    _tell(call, value, found)
    return found


def lookup(call: Call, region: str, attribute: str, value: str, *, since: datetime) -> list[State]:
    """Find calls in one Region, at most :data:`PAGES` pages."""
    pages = (
        call.client("cloudtrail", region)
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[{"AttributeKey": attribute, "AttributeValue": value}],
            StartTime=since,
            PaginationConfig={"PageSize": 50, "MaxItems": 50 * PAGES},
        )
    )
    found = [
        {**json.loads(event["CloudTrailEvent"]), "lookupResources": event.get("Resources", [])}
        for page in pages
        for event in page["Events"]
    ]
    if len(found) == 50 * PAGES:
        call.note(f"{region} has more calls of {value} than the latest {len(found)}: ask the trail")
    return found


def regions(call: Call) -> list[str]:
    """Give the enabled Regions of the account, the incident's first."""
    first = [call.region, GLOBAL_REGION]
    try:
        answer = call.client("ec2").describe_regions()["Regions"]
    except (BotoCoreError, ClientError) as error:
        call.problems.append(f"the Regions are not known, only these were looked at: {error}")
        return list(dict.fromkeys(first))
    return list(dict.fromkeys([*first, *(region["RegionName"] for region in answer)]))


def changes(found: list[State]) -> Iterator[str]:
    """Say what calls changed, one each: what, on what, where, when."""
    for event in found:
        if event.get("readOnly") in {True, "true"} or event.get("errorCode"):
            continue
        names = [str(each.get("ResourceName")) for each in event.get("lookupResources", [])]
        about = f" {', '.join(dict.fromkeys(names))}" if names else ""
        yield f"{event['eventName']}{about} in {event['awsRegion']} at {event['eventTime']}"


def _tell(call: Call, who: str, found: list[State]) -> None:
    refused = sum(1 for event in found if event.get("errorCode"))
    changed = list(changes(found))
    call.facts["changes"] = changed[:TOLD]
    call.note(f"{who} made {len(found)} calls: {len(changed)} changed something, {refused} failed")
    for line in changed[:TOLD]:
        call.note(f"look at {line}")
    if len(changed) > TOLD:
        call.note(f"and {len(changed) - TOLD} more, which the evidence has")


def begin(detected: str) -> datetime:
    """Give when the history of an incident begins."""
    first = datetime.fromisoformat(detected)
    first = first if first.tzinfo else first.replace(tzinfo=UTC)
    oldest = datetime.now(UTC) - timedelta(days=DAYS_KEPT)
    return max(first - timedelta(hours=HOURS_BEFORE), oldest)
