"""GuardDuty: sample findings, which reach EventBridge and Security Hub as in AWS."""

import uuid
from datetime import UTC, datetime
from typing import Any

from baseline.local import internal
from baseline.local.backends import events, state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_SEVERITY = 9.0
"""Higher than AWS gives most samples, so that a filter which lets one through is noticed."""


@answers("guardduty", "CreateSampleFindings")
def create(request: ApiRequest) -> dict[str, Any]:
    """Make one finding of each type, publish it and pass it to Security Hub."""
    types = request.parameters.get("FindingTypes") or []
    if not types:
        raise ServiceError("BadRequestException", "Name finding types; all are not made here.")
    for kind in types:
        finding = _finding(request, kind)
        _kept(request)[finding["Id"]] = finding
        events.emit(_event(request, finding))
        _import(request, finding)
    return {}


@answers("guardduty", "ListFindings")
def listed(request: ApiRequest) -> dict[str, Any]:
    """List the IDs of the samples, by type and by whether they are archived."""
    criteria = (request.parameters.get("FindingCriteria") or {}).get("Criterion") or {}
    found = [
        finding["Id"]
        for finding in _kept(request).values()
        if _meets(criteria.get("type"), finding["Type"])
        and _meets(criteria.get("service.archived"), str(finding["Service"]["Archived"]).lower())
    ]
    return {"FindingIds": found}


@answers("guardduty", "GetFindings")
def get(request: ApiRequest) -> dict[str, Any]:
    """Describe samples."""
    kept = _kept(request)
    return {"Findings": [kept[one] for one in request.parameters["FindingIds"] if one in kept]}


@answers("guardduty", "ArchiveFindings")
def archive(request: ApiRequest) -> dict[str, Any]:
    """Archive samples, in Security Hub too."""
    for identifier in request.parameters["FindingIds"]:
        finding = _kept(request).get(identifier)
        if finding is not None:
            finding["Service"]["Archived"] = True
            _import(request, finding)
    return {}


def _kept(request: ApiRequest) -> dict[str, Any]:
    detector = str(request.parameters["DetectorId"])
    client = internal.client("guardduty", request.account, request.region)
    if detector not in client.list_detectors()["DetectorIds"]:
        raise ServiceError("BadRequestException", "The detector is not this account's.")
    return state.regional(f"guardduty findings {detector}", request.account, request.region)


def _meets(criterion: dict[str, Any] | None, value: str) -> bool:
    wanted = (criterion or {}).get("Equals") or (criterion or {}).get("Eq")
    return not wanted or value in wanted


def _finding(request: ApiRequest, kind: str) -> dict[str, Any]:
    identifier, now = uuid.uuid4().hex, datetime.now(UTC).isoformat()
    detector = request.parameters["DetectorId"]
    place = f"{request.region}:{request.account}:detector/{detector}"
    return {
        "SchemaVersion": "2.0",
        "AccountId": request.account,
        "Region": request.region,
        "Id": identifier,
        "Arn": f"arn:aws:guardduty:{place}/finding/{identifier}",
        "Type": kind,
        "Title": f"[SAMPLE] {kind}",
        "Description": "A sample finding.",
        "Severity": _SEVERITY,
        "CreatedAt": now,
        "UpdatedAt": now,
        "Resource": {"ResourceType": "Instance", "InstanceDetails": {"InstanceId": "i-99999999"}},
        "Service": {"Archived": False, "AdditionalInfo": {"Type": "default", "Value": "{}"}},
    }


def _event(request: ApiRequest, finding: dict[str, Any]) -> dict[str, Any]:
    detail = {
        "schemaVersion": "2.0",
        "accountId": finding["AccountId"],
        "region": finding["Region"],
        "id": finding["Id"],
        "arn": finding["Arn"],
        "type": finding["Type"],
        "title": finding["Title"],
        "severity": finding["Severity"],
        "createdAt": finding["CreatedAt"],
        "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-99999999"}},
        "service": {"archived": False, "additionalInfo": {"sample": True, "type": "default"}},
    }
    return {
        "account": request.account,
        "region": request.region,
        "source": "aws.guardduty",
        "detail_type": "GuardDuty Finding",
        "detail": detail,
    }


def _import(request: ApiRequest, finding: dict[str, Any]) -> None:
    """Pass a finding to Security Hub, where it is on, and let that tell of it."""
    product = f"arn:aws:securityhub:{request.region}::product/aws/guardduty"
    imported = {
        "SchemaVersion": "2018-10-08",
        "Id": finding["Arn"],
        "ProductArn": product,
        "ProductName": "GuardDuty",
        "GeneratorId": finding["Arn"].partition("/finding/")[0],
        "AwsAccountId": request.account,
        "Region": request.region,
        "Types": ["TTPs"],
        "CreatedAt": finding["CreatedAt"],
        "UpdatedAt": finding["UpdatedAt"],
        "Severity": {"Label": "CRITICAL"},
        "Title": finding["Title"],
        "Description": finding["Description"],
        "Resources": [{"Type": "AwsEc2Instance", "Id": "i-99999999"}],
        "RecordState": "ARCHIVED" if finding["Service"]["Archived"] else "ACTIVE",
        "Workflow": {"Status": "NEW"},
        "Sample": True,
    }
    hub = internal.client("securityhub", request.account, request.region)
    hub.batch_import_findings(Findings=[imported])
    event = {
        "account": request.account,
        "region": request.region,
        "source": "aws.securityhub",
        "detail_type": "Security Hub Findings - Imported",
        "detail": {"findings": [imported]},
    }
    events.emit(event)
