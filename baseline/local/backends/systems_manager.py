"""Systems Manager: associations and resource data syncs are stored; there is no instance to run on."""

import uuid
from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError


def _syncs(request: ApiRequest) -> dict[str, Any]:
    return state.regional("ssm resource data syncs", request.account, request.region)


@answers("ssm", "CreateResourceDataSync")
def create_sync(request: ApiRequest) -> dict[str, Any]:
    """Create a sync."""
    name = request.parameters["SyncName"]
    if name in _syncs(request):
        raise ServiceError("ResourceDataSyncAlreadyExistsException", f"sync {name} exists")
    _syncs(request)[name] = {
        "SyncName": name,
        "SyncType": request.parameters.get("SyncType", "SyncToDestination"),
        "S3Destination": request.parameters["S3Destination"],
        "SyncCreatedTime": datetime.now(UTC),
    }
    return {}


@answers("ssm", "ListResourceDataSync")
def list_syncs(request: ApiRequest) -> dict[str, Any]:
    """List the syncs of a type."""
    kind = request.parameters.get("SyncType", "SyncToDestination")
    found = [each for each in _syncs(request).values() if each["SyncType"] == kind]
    return {"ResourceDataSyncItems": found}


@answers("ssm", "DeleteResourceDataSync")
def delete_sync(request: ApiRequest) -> dict[str, Any]:
    """Delete a sync."""
    name = request.parameters["SyncName"]
    if _syncs(request).pop(name, None) is None:
        raise ServiceError("ResourceDataSyncNotFoundException", f"sync {name} does not exist")
    return {}


def _associations(request: ApiRequest) -> dict[str, Any]:
    return state.regional("ssm associations", request.account, request.region)


def _association(request: ApiRequest) -> dict[str, Any]:
    found: dict[str, Any] | None = _associations(request).get(request.parameters["AssociationId"])
    if found is None:
        raise ServiceError("AssociationDoesNotExist", "there is no such association")
    return found


_SAID = (
    "ApplyOnlyAtCronInterval",
    "AssociationName",
    "ComplianceSeverity",
    "MaxConcurrency",
    "MaxErrors",
    "Name",
    "OutputLocation",
    "Parameters",
    "ScheduleExpression",
    "Targets",
)


@answers("ssm", "CreateAssociation")
def create_association(request: ApiRequest) -> dict[str, Any]:
    """Create an association."""
    made = {name: request.parameters[name] for name in _SAID if name in request.parameters}
    made["AssociationId"] = str(uuid.uuid4())
    _associations(request)[made["AssociationId"]] = made
    return {"AssociationDescription": made}


@answers("ssm", "DescribeAssociation")
def describe_association(request: ApiRequest) -> dict[str, Any]:
    """Give an association."""
    return {"AssociationDescription": _association(request)}


@answers("ssm", "UpdateAssociation")
def update_association(request: ApiRequest) -> dict[str, Any]:
    """Change what an association runs, on what and when."""
    found = _association(request)
    found |= {name: request.parameters[name] for name in _SAID if name in request.parameters}
    return {"AssociationDescription": found}


@answers("ssm", "DeleteAssociation")
def delete_association(request: ApiRequest) -> dict[str, Any]:
    """Delete an association."""
    _associations(request).pop(_association(request)["AssociationId"])
    return {}
