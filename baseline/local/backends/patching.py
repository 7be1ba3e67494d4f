"""Patch Manager and maintenance windows are stored; there is no machine to patch, so none is listed.

A default baseline is one for each operating system, windows and what belongs to them have the IDs that
AWS gives, and what does not exist is refused as Systems Manager does.
"""

import uuid
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_WINDOWS = "WINDOWS"
_ID = 17


def _kept(request: ApiRequest, kind: str) -> dict[str, Any]:
    return state.regional(f"ssm {kind}", request.account, request.region)


def _found(request: ApiRequest, kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = _kept(request, kind).get(name)
    if found is None:
        raise ServiceError("DoesNotExistException", f"{kind} {name} does not exist")
    return found


def _new_id(prefix: str) -> str:
    return f"{prefix}-0{uuid.uuid4().hex[: _ID - 1]}"


def _change(request: ApiRequest, found: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Put the parameters of an update into what is kept; with Replace the others go."""
    if request.parameters.get("Replace"):
        for name in found.keys() - {*keys, "OperatingSystem", "Tags"}:
            found.pop(name)
    given = {name: value for name, value in request.parameters.items() if name != "Replace"}
    found.update(given)
    return found


@answers("ssm", "CreatePatchBaseline")
def create_baseline(request: ApiRequest) -> dict[str, Any]:
    """Create a patch baseline; it is for Windows where nothing else is said."""
    name = _new_id("pb")
    given = {key: value for key, value in request.parameters.items() if key != "ClientToken"}
    made = {"OperatingSystem": _WINDOWS, **given, "BaselineId": name, "PatchGroups": []}
    _kept(request, "patch baselines")[name] = made
    return {"BaselineId": name}


@answers("ssm", "GetPatchBaseline")
def get_baseline(request: ApiRequest) -> dict[str, Any]:
    """Give a patch baseline."""
    found = _found(request, "patch baselines", request.parameters["BaselineId"])
    return {key: value for key, value in found.items() if key != "Tags"}


@answers("ssm", "UpdatePatchBaseline")
def update_baseline(request: ApiRequest) -> dict[str, Any]:
    """Change a patch baseline."""
    found = _found(request, "patch baselines", request.parameters["BaselineId"])
    changed = _change(request, found, "BaselineId", "PatchGroups")
    return {key: value for key, value in changed.items() if key not in {"Tags", "PatchGroups"}}


@answers("ssm", "DeletePatchBaseline")
def delete_baseline(request: ApiRequest) -> dict[str, Any]:
    """Delete a patch baseline that no patch group uses."""
    name = request.parameters["BaselineId"]
    found = _kept(request, "patch baselines").get(name)
    if found and found["PatchGroups"]:
        raise ServiceError("ResourceInUseException", f"a patch group uses {name}")
    _kept(request, "patch baselines").pop(name, None)
    return {"BaselineId": name}


@answers("ssm", "RegisterDefaultPatchBaseline")
def register_default(request: ApiRequest) -> dict[str, Any]:
    """Make a patch baseline the default of its operating system."""
    found = _found(request, "patch baselines", request.parameters["BaselineId"])
    _kept(request, "default patch baselines")[found["OperatingSystem"]] = found
    return {"BaselineId": found["BaselineId"]}


@answers("ssm", "GetDefaultPatchBaseline")
def get_default(request: ApiRequest) -> dict[str, Any]:
    """Give the default of an operating system; where nobody registered one it is AWS's own."""
    system = request.parameters.get("OperatingSystem", _WINDOWS)
    found = _kept(request, "default patch baselines").get(system)
    own = f"arn:aws:ssm:{request.region}:{request.account}:patchbaseline/AWS-{system}"
    return {"BaselineId": found["BaselineId"] if found else own, "OperatingSystem": system}


@answers("ssm", "RegisterPatchBaselineForPatchGroup", "DeregisterPatchBaselineForPatchGroup")
def patch_group(request: ApiRequest) -> dict[str, Any]:
    """Give a patch group a baseline, or take it away."""
    name, group = request.parameters["BaselineId"], request.parameters["PatchGroup"]
    groups = _found(request, "patch baselines", name)["PatchGroups"]
    if request.operation.startswith("Register"):
        groups.append(group)
    elif group in groups:
        groups.remove(group)
    return {"BaselineId": name, "PatchGroup": group}


@answers("ssm", "CreateMaintenanceWindow")
def create_window(request: ApiRequest) -> dict[str, Any]:
    """Create a maintenance window, enabled."""
    name = _new_id("mw")
    given = {key: value for key, value in request.parameters.items() if key != "ClientToken"}
    _kept(request, "maintenance windows")[name] = {**given, "WindowId": name, "Enabled": True}
    return {"WindowId": name}


@answers("ssm", "GetMaintenanceWindow")
def get_window(request: ApiRequest) -> dict[str, Any]:
    """Give a maintenance window."""
    found = _found(request, "maintenance windows", request.parameters["WindowId"])
    return {key: value for key, value in found.items() if key != "Tags"}


@answers("ssm", "UpdateMaintenanceWindow")
def update_window(request: ApiRequest) -> dict[str, Any]:
    """Change a maintenance window."""
    found = _found(request, "maintenance windows", request.parameters["WindowId"])
    changed = _change(request, found, "WindowId", "Enabled")
    return {key: value for key, value in changed.items() if key != "Tags"}


@answers("ssm", "DeleteMaintenanceWindow")
def delete_window(request: ApiRequest) -> dict[str, Any]:
    """Delete a maintenance window with its targets and tasks."""
    name = request.parameters["WindowId"]
    _kept(request, "maintenance windows").pop(name, None)
    for kind in ("window targets", "window tasks"):
        kept = _kept(request, kind)
        for key in [key for key, value in kept.items() if value["WindowId"] == name]:
            kept.pop(key)
    return {"WindowId": name}


_PARTS = {
    "Target": ("window targets", "WindowTargetId"),
    "Task": ("window tasks", "WindowTaskId"),
}


@answers("ssm", "RegisterTargetWithMaintenanceWindow", "RegisterTaskWithMaintenanceWindow")
def register_part(request: ApiRequest) -> dict[str, Any]:
    """Give a window a target or a task."""
    _found(request, "maintenance windows", request.parameters["WindowId"])
    kind, key = _PARTS["Target" if "Target" in request.operation else "Task"]
    name = str(uuid.uuid4())
    given = {name: value for name, value in request.parameters.items() if name != "ClientToken"}
    _kept(request, kind)[name] = {**given, key: name}
    return {key: name}


@answers("ssm", "UpdateMaintenanceWindowTarget", "UpdateMaintenanceWindowTask")
def update_part(request: ApiRequest) -> dict[str, Any]:
    """Change a target or a task of a window."""
    kind, key = _PARTS["Target" if "Target" in request.operation else "Task"]
    found = _found(request, kind, request.parameters[key])
    return _change(request, found, "WindowId", key, "ResourceType", "TaskType")


@answers("ssm", "DeregisterTargetFromMaintenanceWindow", "DeregisterTaskFromMaintenanceWindow")
def deregister_part(request: ApiRequest) -> dict[str, Any]:
    """Take a target or a task from a window."""
    kind, key = _PARTS["Target" if "Target" in request.operation else "Task"]
    name = request.parameters[key]
    _found(request, kind, name)
    _kept(request, kind).pop(name)
    return {"WindowId": request.parameters["WindowId"], key: name}


@answers("ssm", "DescribeMaintenanceWindowTargets")
def list_targets(request: ApiRequest) -> dict[str, Any]:
    """List the targets of a window."""
    found = _of_window(request, "window targets")
    return {"Targets": found}


@answers("ssm", "GetMaintenanceWindowTask")
def get_task(request: ApiRequest) -> dict[str, Any]:
    """Give a task of a window."""
    return dict(_found(request, "window tasks", request.parameters["WindowTaskId"]))


def _of_window(request: ApiRequest, kind: str) -> list[dict[str, Any]]:
    window = request.parameters["WindowId"]
    _found(request, "maintenance windows", window)
    return [each for each in _kept(request, kind).values() if each["WindowId"] == window]


@answers("ssm", "ListResourceComplianceSummaries")
def no_compliance(_: ApiRequest) -> dict[str, Any]:
    """List what scans found: nothing, because there is no machine to scan."""
    return {"ResourceComplianceSummaryItems": []}


@answers("ssm", "DescribeInstanceInformation")
def no_machines(_: ApiRequest) -> dict[str, Any]:
    """List managed machines: none runs here."""
    return {"InstanceInformationList": []}
