"""EC2's account attributes: defaults of instance metadata, public images, serial console."""

from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest

_DEFAULTS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")


def _settings(request: ApiRequest) -> dict[str, Any]:
    return state.regional("ec2 attributes", request.account, request.region)


@answers("ec2", "GetInstanceMetadataDefaults")
def get_metadata(request: ApiRequest) -> dict[str, Any]:
    """Give what a launch defaults to."""
    return {"AccountLevel": _settings(request).get("metadata", {})}


@answers("ec2", "ModifyInstanceMetadataDefaults")
def set_metadata(request: ApiRequest) -> dict[str, Any]:
    """Set what is given; the rest stays."""
    given = {name: request.parameters[name] for name in _DEFAULTS if name in request.parameters}
    if "HttpPutResponseHopLimit" in given:
        given["HttpPutResponseHopLimit"] = int(given["HttpPutResponseHopLimit"])
    settings = _settings(request)
    settings["metadata"] = {**settings.get("metadata", {}), **given}
    return {"Return": True}


@answers("ec2", "GetImageBlockPublicAccessState")
def get_images(request: ApiRequest) -> dict[str, Any]:
    """Tell whether images may be shared with everybody."""
    return {"ImageBlockPublicAccessState": _settings(request).get("images", "unblocked")}


@answers("ec2", "EnableImageBlockPublicAccess", "DisableImageBlockPublicAccess")
def set_images(request: ApiRequest) -> dict[str, Any]:
    """Block new sharing of images with everybody, or allow it."""
    on = request.operation.startswith("Enable")
    chosen = request.parameters["ImageBlockPublicAccessState"] if on else "unblocked"
    _settings(request)["images"] = chosen
    return {"ImageBlockPublicAccessState": chosen}


@answers("ec2", "GetSerialConsoleAccessStatus")
def get_console(request: ApiRequest) -> dict[str, Any]:
    """Tell whether the serial console can be reached."""
    return {"SerialConsoleAccessEnabled": _settings(request).get("console", False)}


@answers("ec2", "EnableSerialConsoleAccess", "DisableSerialConsoleAccess")
def set_console(request: ApiRequest) -> dict[str, Any]:
    """Open the serial console, or close it."""
    settings = _settings(request)
    settings["console"] = request.operation.startswith("Enable")
    return {"SerialConsoleAccessEnabled": settings["console"]}


@answers("ec2", "GetSnapshotBlockPublicAccessState")
def get_snapshots(request: ApiRequest) -> dict[str, Any]:
    """Tell whether snapshots may be shared with everybody."""
    return {"State": _settings(request).get("snapshots", "unblocked")}


@answers("ec2", "EnableSnapshotBlockPublicAccess", "DisableSnapshotBlockPublicAccess")
def set_snapshots(request: ApiRequest) -> dict[str, Any]:
    """Block sharing of snapshots with everybody, or allow it."""
    on = request.operation.startswith("Enable")
    _settings(request)["snapshots"] = request.parameters["State"] if on else "unblocked"
    return {"State": _settings(request)["snapshots"]}
