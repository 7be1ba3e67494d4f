"""Inspector: how the administrator of a Region scans, for every account of the organization."""

from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest

_DONE = "SUCCESS"


def _kept(request: ApiRequest) -> dict[str, Any]:
    return state.regional("inspector configuration", request.account, request.region)


@answers("inspector2", "UpdateConfiguration")
def update(request: ApiRequest) -> dict[str, Any]:
    """Keep what is given; the rest stays as it is."""
    _kept(request).update(request.parameters)
    return {}


@answers("inspector2", "GetConfiguration")
def get(request: ApiRequest) -> dict[str, Any]:
    """Give the modes, as settled at once."""
    kept = _kept(request)
    instances = {"scanMode": "EC2_HYBRID", "scanModeStatus": _DONE}
    images = {"rescanDuration": "DAYS_14", "status": _DONE}
    return {
        "ec2Configuration": {"scanModeState": instances | kept.get("ec2Configuration", {})},
        "ecrConfiguration": {"rescanDurationState": images | kept.get("ecrConfiguration", {})},
    }


@answers("inspector2", "UpdateOrgEc2DeepInspectionConfiguration")
def update_paths(request: ApiRequest) -> dict[str, Any]:
    """Keep the directories of packages, for the whole organization."""
    _kept(request)["paths"] = request.parameters["orgPackagePaths"]
    return {}


@answers("inspector2", "GetEc2DeepInspectionConfiguration")
def get_paths(request: ApiRequest) -> dict[str, Any]:
    """Give the directories of packages."""
    paths = _kept(request).get("paths", [])
    return {"orgPackagePaths": paths, "packagePaths": [], "status": "ACTIVATED"}
