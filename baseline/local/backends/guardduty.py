"""GuardDuty: export of findings, and the organization's configuration.

GuardDuty policies of the organization are stored and attached; they create no detectors here.
"""

import uuid
from typing import Any

from baseline.local import internal, organization
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_DEFAULT_CONFIGURATION = {
    "AutoEnable": False,
    "MemberAccountLimitReached": False,
    "AutoEnableOrganizationMembers": "NONE",
    "Features": [],
}


def _detector(request: ApiRequest) -> str:
    detector = str(request.parameters["DetectorId"])
    client = internal.client("guardduty", request.account, request.region)
    if detector not in client.list_detectors()["DetectorIds"]:
        raise ServiceError(
            "BadRequestException",
            "The request is rejected because the input detectorId is not owned by the current "
            "account.",
        )
    return detector


def _destinations(request: ApiRequest) -> dict[str, Any]:
    detector = _detector(request)
    return state.regional(f"guardduty export {detector}", request.account, request.region)


def _destination(request: ApiRequest) -> dict[str, Any]:
    found = _destinations(request).get(request.parameters["DestinationId"])
    if found is None:
        raise ServiceError(
            "BadRequestException",
            "The request is rejected because the input destinationId is not owned by the "
            "current account.",
        )
    return dict(found)


@answers("guardduty", "CreatePublishingDestination")
def create(request: ApiRequest) -> dict[str, Any]:
    """Export findings to a bucket."""
    destinations = _destinations(request)
    if destinations:
        raise ServiceError(
            "BadRequestException",
            "The request failed because a publishing destination already exists.",
        )
    identifier = uuid.uuid4().hex
    destinations[identifier] = {
        "DestinationId": identifier,
        "DestinationType": request.parameters["DestinationType"],
        "DestinationProperties": request.parameters["DestinationProperties"],
        "Tags": request.parameters.get("Tags") or {},
        "Status": "PUBLISHING",
    }
    return {"DestinationId": identifier}


@answers("guardduty", "DescribePublishingDestination")
def describe(request: ApiRequest) -> dict[str, Any]:
    """Describe an export."""
    return {"PublishingFailureStartTimestamp": 0, **_destination(request)}


@answers("guardduty", "UpdatePublishingDestination")
def update(request: ApiRequest) -> dict[str, Any]:
    """Change bucket or key of an export."""
    changed = request.parameters.get("DestinationProperties") or {}
    found = _destination(request)
    found["DestinationProperties"] = {**found["DestinationProperties"], **changed}
    _destinations(request)[found["DestinationId"]] = found
    return {}


@answers("guardduty", "ListPublishingDestinations")
def list_destinations(request: ApiRequest) -> dict[str, Any]:
    """List the exports of a detector."""
    members = ("DestinationId", "DestinationType", "Status")
    found = _destinations(request).values()
    return {"Destinations": [{name: one[name] for name in members} for one in found]}


@answers("guardduty", "DeletePublishingDestination")
def delete(request: ApiRequest) -> dict[str, Any]:
    """End an export."""
    _destinations(request).pop(_destination(request)["DestinationId"])
    return {}


@answers("guardduty", "DescribeOrganizationConfiguration")
def describe_organization(request: ApiRequest) -> dict[str, Any]:
    """Give what new accounts of the organization get."""
    _detector(request)
    saved = state.regional("guardduty organization", request.account, request.region)
    return {**_DEFAULT_CONFIGURATION, **saved}


@answers("guardduty", "UpdateOrganizationConfiguration")
def update_organization(request: ApiRequest) -> dict[str, Any]:
    """Say what new accounts of the organization get."""
    _detector(request)
    saved = state.regional("guardduty organization", request.account, request.region)
    saved.update({k: v for k, v in request.parameters.items() if k != "DetectorId"})
    return {}


@answers("guardduty", "ListMembers")
def list_members(request: ApiRequest) -> dict[str, Any]:
    """List the members of the organization that have a detector of their own."""
    detector = _detector(request)
    management = organization.management_of(request.account)
    accounts = organization.backend(management).accounts if management else []
    members = []
    for account in accounts:
        client = internal.client("guardduty", account.id, request.region)
        found = client.list_detectors()["DetectorIds"]
        if found and account.id != request.account:
            members.append(
                {
                    "AccountId": account.id,
                    "DetectorId": found[0],
                    "MasterId": request.account,
                    "AdministratorId": request.account,
                    "Email": account.email,
                    "RelationshipStatus": "Enabled",
                    "UpdatedAt": account.create_time.isoformat(),
                }
            )
    return {"Members": members} if detector else {}
