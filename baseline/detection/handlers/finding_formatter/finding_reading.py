"""Reads what the services say: one reader for each kind of event, and one for every other."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from finding_model import Event, Finding, at, text
from finding_remedies import (
    ANYTHING,
    ASK,
    CALLS,
    PRODUCTS,
    SOURCES,
    THREATENED,
    THREATS,
    first,
)

GUARDDUTY_GUIDE = "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_remediate.html"
CONFIG_GUIDE = (
    "https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html"
)
PATCH_GUIDE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-troubleshooting.html"
SAMPLE = "[SAMPLE]"
RAW_LENGTH = 6_000
EXPOSED = "Look at the findings that it rests on, and mend the one that is easiest: the exposure ends with any of them."
MORE = "... (the rest is in the console)"


def read(event: Event, severity: str) -> Finding:
    """Read an event of whatever service."""
    reader = READERS.get(event.get("detail-type", ""), _anything)
    return reader(event, severity)


def raw(event: Event, severity: str) -> Finding:
    """Give an event as it came, for the case that it cannot be read."""
    body = json.dumps(event, indent=1, sort_keys=True, default=str)
    kind = event.get("detail-type") or "event"
    return Finding(
        severity=severity,
        title=f"{kind} of {event.get('source') or 'an unknown source'}",
        account=text(event, "account"),
        region=text(event, "region"),
        found_by=text(event, "source"),
        remedy=ANYTHING,
        link=console(text(event, "region"), "cloudtrailv2"),
        id=text(event, "id"),
        description=body if len(body) <= RAW_LENGTH else body[:RAW_LENGTH] + MORE,
    )


def is_sample(event: Event) -> bool:
    """Tell whether a service made the finding up, to show what one looks like."""
    detail = at(event, "detail")
    finding = at(detail, "findings", 0)
    titles = (text(detail, "title"), text(finding, "Title"))
    additional = at(detail, "service", "additionalInfo")
    return (
        any(title.upper().startswith(SAMPLE) for title in titles)
        or at(finding, "Sample") is True
        or at(detail, "sample") is True
        or at(additional, "sample") is True
        or '"sample":true' in text(additional, "value").replace(" ", "")
    )


def console(region: str, page: str, rest: str = "") -> str:
    """Give the address of a page of the console."""
    return f"https://{region}.console.aws.amazon.com/{page}/home?region={region}{rest}"


def _security_hub(event: Event, severity: str) -> Finding:
    finding = at(event, "detail", "findings", 0)
    identifier = text(finding, "Id")
    product = text(finding, "ProductArn")
    # Findings of all accounts and Regions are together where the event came from.
    search = "#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A"
    resources = [
        f"{text(one, 'Id')} ({text(one, 'Type')})" for one in at(finding, "Resources") or ()
    ]
    control = text(finding, "Compliance", "SecurityControlId")
    remedy = first(PRODUCTS, product, ANYTHING)
    advice = text(finding, "Remediation", "Recommendation", "Text")
    return Finding(
        severity=severity,
        title=text(finding, "Title"),
        account=text(finding, "AwsAccountId"),
        region=text(finding, "Region") or text(event, "region"),
        found_by=" ".join(filter(None, (text(finding, "ProductName"), control))),
        remedy=remedy if not advice else f"{remedy} ({advice})",
        guide=text(finding, "Remediation", "Recommendation", "Url"),
        link=console(
            text(event, "region"), "securityhub", search + quote(quote(identifier, safe=""))
        ),
        id=identifier,
        facts={"Resource": "; ".join(resources), "Updated": text(finding, "UpdatedAt")},
        description=text(finding, "Description"),
        ends="Set its workflow status to SUPPRESSED or RESOLVED in Security Hub.",
    )


def _exposure(event: Event, severity: str) -> Finding:
    """Read a finding of the new Security Hub, which writes OCSF."""
    finding = at(event, "detail", "findings", 0)
    region = text(event, "region")
    resources = [
        f"{text(one, 'uid')} ({text(one, 'type')})" for one in at(finding, "resources") or ()
    ]
    return Finding(
        severity=severity,
        title=text(finding, "finding_info", "title"),
        account=text(finding, "cloud", "account", "uid"),
        region=text(finding, "cloud", "region") or region,
        found_by=text(finding, "metadata", "product", "name"),
        remedy=EXPOSED,
        guide=text(finding, "remediation", "references", 0),
        link=console(region, "securityhub", "#/v2/exposure"),
        id=text(finding, "finding_info", "uid"),
        facts={
            "Resource": "; ".join(resources),
            "Rests on": "; ".join(
                text(one, "title") for one in at(finding, "finding_info", "related_events") or ()
            ),
        },
        description=text(finding, "finding_info", "desc"),
        ends="Mend one of the findings that it rests on, or set its status to suppressed.",
    )


def _guardduty(event: Event, severity: str) -> Finding:
    detail = at(event, "detail")
    kind, resource = text(detail, "type"), text(detail, "resource", "resourceType")
    region, identifier = text(detail, "region"), text(detail, "id")
    count = text(detail, "service", "count")
    return Finding(
        severity=severity,
        title=text(detail, "title"),
        account=text(detail, "accountId"),
        region=region,
        found_by=f"GuardDuty {kind}, severity {text(detail, 'severity')}",
        remedy=first(THREATS, kind, first(THREATENED, resource, ASK)),
        guide=GUARDDUTY_GUIDE,
        link=console(region, "guardduty", f"#/findings?search=id%3D{quote(identifier)}"),
        id=identifier,
        facts={
            "Resource": " ".join(filter(None, (resource, _threatened(detail)))),
            "Seen": f"{count} times, last {text(detail, 'service', 'eventLastSeen')}"
            if count
            else "",
        },
        description=text(detail, "description"),
        ends="Archive the finding in GuardDuty, or suppress its kind with a filter.",
    )


def _threatened(detail: object) -> str:
    """Give the name of the resource of a GuardDuty finding, as far as it has one."""
    places = (
        ("instanceDetails", "instanceId"),
        ("accessKeyDetails", "userName"),
        ("s3BucketDetails", 0, "arn"),
        ("eksClusterDetails", "arn"),
        ("ecsClusterDetails", "arn"),
        ("lambdaDetails", "functionArn"),
        ("rdsDbInstanceDetails", "dbInstanceArn"),
    )
    return next(filter(None, (text(detail, "resource", *place) for place in places)), "")


def _call(event: Event, severity: str) -> Finding:
    detail = at(event, "detail")
    service = text(detail, "eventSource").removesuffix(".amazonaws.com")
    name, identity = text(detail, "eventName"), at(detail, "userIdentity")
    who = text(identity, "arn") or text(identity, "accountId") or text(identity, "type")
    refused = text(detail, "errorCode")
    failed = text(detail, "responseElements", "ConsoleLogin") == "Failure"
    root = text(identity, "type") == "Root"
    return Finding(
        severity=severity,
        title=f"{'Root user: ' if root else ''}{name} ({service})",
        account=text(event, "account") or text(detail, "recipientAccountId"),
        region=text(event, "region"),
        found_by="CloudTrail",
        remedy=f"{ASK} {first(CALLS, f'{service}:{name}', '')}".strip(),
        link=console(
            text(event, "region"),
            "cloudtrailv2",
            f"#/events?EventId={quote(text(detail, 'eventID'))}",
        ),
        id=text(detail, "eventID") or text(event, "id"),
        facts={
            "By": " from ".join(filter(None, (who, text(detail, "sourceIPAddress")))),
            "Target": text(detail, "requestParameters", "targetPrincipal"),
            "Resource": "; ".join(text(one, "ARN") for one in at(detail, "resources") or ())
            or text(detail, "requestParameters", "roleArn")
            or text(detail, "requestParameters", "keyId"),
            "Result": f"refused: {refused}"
            if refused
            else "failed"
            if failed
            else "the call succeeded",
            "When": text(detail, "eventTime"),
        },
    )


def _compliance(event: Event, severity: str) -> Finding:
    detail = at(event, "detail")
    region, rule = text(detail, "awsRegion"), text(detail, "configRuleName")
    return Finding(
        severity=severity,
        title=f"Rule is not met: {rule}",
        account=text(detail, "awsAccountId"),
        region=region,
        found_by="AWS Config",
        remedy=first(SOURCES, "aws.config", ANYTHING),
        guide=CONFIG_GUIDE,
        link=console(region, "config", f"#/rules/details?configRuleName={quote(rule)}"),
        id=f"{rule}/{text(detail, 'resourceId')}",
        facts={
            "Resource": f"{text(detail, 'resourceType')} {text(detail, 'resourceId')}",
            "When": text(detail, "notificationCreationTime"),
        },
        description=text(detail, "newEvaluationResult", "annotation"),
    )


def _drift(event: Event, severity: str) -> Finding:
    region = text(event, "region")
    return Finding(
        severity=severity,
        title="Something that Control Tower governs was changed outside of it",
        account=text(event, "account"),
        region=region,
        found_by="Control Tower",
        remedy=first(SOURCES, "aws.controltower", ANYTHING),
        link=console(region, "controltower"),
        id=text(event, "id"),
        facts={"When": text(event, "time")},
        description=_flat(at(event, "detail")),
    )


def _patches(event: Event, severity: str) -> Finding:
    """Read a command, association or window of Systems Manager that failed or ran out of time."""
    region, detail = text(event, "region"), at(event, "detail")
    machine, document = text(detail, "instance-id"), text(detail, "document-name")
    window, command = text(detail, "owner-information"), text(detail, "command-id")
    what = f"{document or window}: {text(detail, 'status')}"
    page = f"/run-command/{command}/{machine}" if command and machine else ""
    counted = text(detail, "association-status-aggregated-count")
    return Finding(
        severity=severity,
        title=f"{what} on {machine}" if machine else what,
        account=text(event, "account"),
        region=region,
        found_by="Systems Manager",
        remedy=first(SOURCES, "aws.ssm", ANYTHING),
        guide=PATCH_GUIDE,
        link=f"https://{region}.console.aws.amazon.com/systems-manager{page}?region={region}",
        id=command or text(detail, "association-id") or text(detail, "window-execution-id"),
        facts={
            "Resource": machine or window,
            "Machines": counted,
            "When": text(event, "time"),
        },
    )


def _anything(event: Event, severity: str) -> Finding:
    """Read an event that has no reader of its own: what it is called, and its plain fields."""
    source, region = text(event, "source"), text(event, "region")
    detail = at(event, "detail")
    kind = text(event, "detail-type")
    title = text(detail, "title") or text(detail, "eventTypeCode") or text(detail, "check-name")
    resources = [str(one) for one in at(event, "resources") or ()]
    return Finding(
        severity=severity,
        title=f"{kind}: {title}" if title else kind,
        account=text(detail, "accountId") or text(event, "account"),
        region=region,
        found_by=source.removeprefix("aws."),
        remedy=first(SOURCES, source, ANYTHING),
        link=console(region, source.removeprefix("aws.")),
        id=text(detail, "id") or text(event, "id"),
        facts={"Resource": "; ".join(resources), "When": text(event, "time")},
        description=_flat(detail),
    )


def _flat(detail: object) -> str:
    """Give the plain fields of a detail, one on a line."""
    rows = detail.items() if isinstance(detail, dict) else ()
    return "\n".join(
        f"{key}: {value}"
        for key, value in rows
        if isinstance(value, str | int | float) and str(value)
    )


READERS: dict[str, Callable[[Event, str], Finding]] = {
    "Security Hub Findings - Imported": _security_hub,
    "Findings Imported V2": _exposure,
    "GuardDuty Finding": _guardduty,
    "AWS API Call via CloudTrail": _call,
    "AWS Console Sign In via CloudTrail": _call,
    "AWS Service Event via CloudTrail": _call,
    "Config Rules Compliance Change": _compliance,
    "Drift Detected": _drift,
    "EC2 Command Invocation Status-change Notification": _patches,
    "EC2 State Manager Association State Change": _patches,
    "Maintenance Window Task Target Invocation State-change Notification": _patches,
}
