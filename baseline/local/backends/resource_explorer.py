"""Resource Explorer: indexes and views are stored; nothing is indexed and nothing is found."""

import uuid
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_SERVICE = "resource-explorer-2"
_KIND = "resource explorer"


def _here(request: ApiRequest) -> dict[str, Any]:
    """Give index, views and default view of an account and Region."""
    return state.regional(_KIND, request.account, request.region)


def _index(request: ApiRequest) -> dict[str, Any]:
    if "index" not in _here(request):
        raise ServiceError("ResourceNotFoundException", "the Region has no index", 404)
    found: dict[str, Any] = _here(request)["index"]
    return found


def _indexes(request: ApiRequest) -> list[dict[str, Any]]:
    places = state.everywhere(_KIND).items()
    return [
        {"Arn": found["index"]["Arn"], "Region": region, "Type": found["index"]["Type"]}
        for (account, region), found in places
        if account == request.account and "index" in found
    ]


@answers(_SERVICE, "CreateIndex")
def create_index(request: ApiRequest) -> dict[str, Any]:
    """Make the index of a Region; it begins as a local one."""
    if "index" in _here(request):
        raise ServiceError("ConflictException", "the Region has an index already", 409)
    arn = f"arn:aws:{_SERVICE}:{request.region}:{request.account}:index/{uuid.uuid4()}"
    _here(request)["index"] = {"Arn": arn, "State": "ACTIVE", "Type": "LOCAL"}
    return {"Arn": arn, "State": "CREATING"}


@answers(_SERVICE, "GetIndex")
def get_index(request: ApiRequest) -> dict[str, Any]:
    """Give the index of a Region."""
    return dict(_index(request))


@answers(_SERVICE, "ListIndexes")
def list_indexes(request: ApiRequest) -> dict[str, Any]:
    """List the indexes of the account in all Regions, or those of one type."""
    kind = request.parameters.get("Type")
    return {"Indexes": [each for each in _indexes(request) if kind in (None, each["Type"])]}


@answers(_SERVICE, "UpdateIndexType")
def update_index_type(request: ApiRequest) -> dict[str, Any]:
    """Change the type of an index; an account has room for one that collects the others."""
    found, kind = _index(request), request.parameters["Type"]
    others = [each for each in _indexes(request) if each["Arn"] != found["Arn"]]
    if kind == "AGGREGATOR" and any(each["Type"] == kind for each in others):
        raise ServiceError("ConflictException", "another Region has the aggregator index", 409)
    found["Type"] = kind
    return {"Arn": found["Arn"], "State": "UPDATING", "Type": kind}


@answers(_SERVICE, "CreateView")
def create_view(request: ApiRequest) -> dict[str, Any]:
    """Make a view."""
    _index(request)
    name = request.parameters["ViewName"]
    views = _here(request).setdefault("views", {})
    if name in views:
        raise ServiceError("ConflictException", f"view {name} exists", 409)
    root = f"arn:aws:iam::{request.account}:root"
    views[name] = {
        "ViewArn": f"arn:aws:{_SERVICE}:{request.region}:{request.account}:view/{name}/{uuid.uuid4()}",
        "Scope": request.parameters.get("Scope", root),
        "Owner": request.account,
        "IncludedProperties": request.parameters.get("IncludedProperties") or [],
    }
    return {"View": views[name]}


@answers(_SERVICE, "ListViews")
def list_views(request: ApiRequest) -> dict[str, Any]:
    """List the ARNs of the views of a Region."""
    return {"Views": [each["ViewArn"] for each in _here(request).get("views", {}).values()]}


@answers(_SERVICE, "GetView")
def get_view(request: ApiRequest) -> dict[str, Any]:
    """Give a view by its ARN."""
    for each in _here(request).get("views", {}).values():
        if each["ViewArn"] == request.parameters["ViewArn"]:
            return {"View": each}
    raise ServiceError("ResourceNotFoundException", "there is no such view", 404)


@answers(_SERVICE, "GetDefaultView")
def get_default_view(request: ApiRequest) -> dict[str, Any]:
    """Give the default view of a Region, nothing where there is none."""
    found = _here(request).get("default")
    return {"ViewArn": found} if found else {}


@answers(_SERVICE, "AssociateDefaultView")
def associate_default_view(request: ApiRequest) -> dict[str, Any]:
    """Make a view the default of its Region."""
    _here(request)["default"] = get_view(request)["View"]["ViewArn"]
    return {"ViewArn": request.parameters["ViewArn"]}
