"""Account Management: opt-in Regions, which take their time. moto answers for the contacts."""

from collections.abc import Mapping
from typing import Any

from baseline.config.regions import table
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_DONE = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}


def _regions(request: ApiRequest) -> dict[str, str]:
    """Give the state of each Region in the caller's account; opt-in Regions begin disabled."""
    found = state.account_wide("opt-in regions", request.account)
    if not found:
        found |= {
            name: "DISABLED" if region.opt_in else "ENABLED_BY_DEFAULT"
            for name, region in table().items()
        }
    return found


def _own(request: ApiRequest) -> None:
    """Refuse what is not about the caller's own account: nobody here asks for another's."""
    wanted = request.parameters.get("AccountId", request.account)
    if wanted != request.account:
        raise ServiceError(
            "AccessDeniedException",
            "the embedded AWS answers about Regions of the caller's own account only",
            403,
        )


def _row(name: str, status: str) -> Mapping[str, str]:
    return {"RegionName": name, "RegionOptStatus": status}


@answers("account", "ListRegions")
def list_regions(request: ApiRequest) -> dict[str, Any]:
    """List the Regions; a change that was seen once is done the next time."""
    _own(request)
    regions = _regions(request)
    rows = [_row(name, status) for name, status in sorted(regions.items())]
    regions |= {name: _DONE[status] for name, status in regions.items() if status in _DONE}
    wanted = request.parameters.get("RegionOptStatusContains")
    return {"Regions": [row for row in rows if not wanted or row["RegionOptStatus"] in wanted]}


@answers("account", "GetRegionOptStatus")
def get_region(request: ApiRequest) -> dict[str, Any]:
    """Give the state of one Region."""
    _own(request)
    name = request.parameters["RegionName"]
    return dict(_row(name, _regions(request)[_known(request, name)]))


@answers("account", "EnableRegion", "DisableRegion")
def change_region(request: ApiRequest) -> dict[str, Any]:
    """Begin to enable or disable a Region."""
    _own(request)
    regions = _regions(request)
    name = _known(request, request.parameters["RegionName"])
    if regions[name] in _DONE:
        raise ServiceError("ConflictException", f"{name} is {regions[name]} already", 409)
    if regions[name] == "ENABLED_BY_DEFAULT":
        raise ServiceError("ValidationException", f"{name} is no opt-in Region")
    regions[name] = "ENABLING" if request.operation == "EnableRegion" else "DISABLING"
    return {}


def _known(request: ApiRequest, name: str) -> str:
    if name not in _regions(request):
        raise ServiceError("ValidationException", f"{name} is no Region")
    return name
