"""Patch Manager: patch baselines, and maintenance windows with their targets and tasks."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_BASELINE = (
    "ApprovalRules",
    "ApprovedPatches",
    "ApprovedPatchesComplianceLevel",
    "AvailableSecurityUpdatesComplianceStatus",
    "Description",
    "Name",
    "RejectedPatches",
    "RejectedPatchesAction",
)
_WINDOW = (
    "AllowUnassociatedTargets",
    "Cutoff",
    "Description",
    "Duration",
    "Name",
    "Schedule",
    "ScheduleTimezone",
)
_TARGET = ("Name", "OwnerInformation", "Targets")
_TASK = (
    "CutoffBehavior",
    "MaxConcurrency",
    "MaxErrors",
    "Name",
    "Priority",
    "ServiceRoleArn",
    "Targets",
    "TaskArn",
)
_RUN_COMMAND = "MaintenanceWindowRunCommandParameters"


def _create_baseline(resource: Resource) -> Physical:
    made = resource.call(
        "ssm",
        "create_patch_baseline",
        **resource.only("OperatingSystem", *_BASELINE),
        Tags=resource.tag_list() or None,
    )
    name = made["BaselineId"]
    _register_baseline(name, resource)
    return Physical(id=name, attributes={"Id": name})


def _register_baseline(name: str, resource: Resource) -> None:
    if str(resource.get("DefaultBaseline", False)).lower() == "true":
        resource.call("ssm", "register_default_patch_baseline", BaselineId=name)
    kept = resource.call("ssm", "get_patch_baseline", BaselineId=name).get("PatchGroups", [])
    wanted = resource.get("PatchGroups", [])
    for group in wanted:
        if group not in kept:
            resource.call(
                "ssm",
                "register_patch_baseline_for_patch_group",
                BaselineId=name,
                PatchGroup=group,
            )
    for group in kept:
        if group not in wanted:
            resource.call(
                "ssm",
                "deregister_patch_baseline_for_patch_group",
                BaselineId=name,
                PatchGroup=group,
            )


def _update_baseline(name: str, _: Resource, new: Resource) -> Physical:
    given = new.only(*_BASELINE)
    new.call("ssm", "update_patch_baseline", BaselineId=name, Replace=True, **given)
    _register_baseline(name, new)
    return Physical(id=name, attributes={"Id": name})


def _delete_baseline(name: str, resource: Resource) -> None:
    for group in resource.get("PatchGroups", []):
        resource.call(
            "ssm", "deregister_patch_baseline_for_patch_group", BaselineId=name, PatchGroup=group
        )
    resource.call("ssm", "delete_patch_baseline", BaselineId=name)


def _create_window(resource: Resource) -> Physical:
    made = resource.call(
        "ssm",
        "create_maintenance_window",
        **resource.only(*_WINDOW),
        Tags=resource.tag_list() or None,
    )
    return _physical_window(made["WindowId"])


def _update_window(name: str, _: Resource, new: Resource) -> Physical:
    given = new.only(*_WINDOW)
    new.call("ssm", "update_maintenance_window", WindowId=name, Replace=True, **given)
    return _physical_window(name)


def _physical_window(name: str) -> Physical:
    return Physical(id=name, attributes={"WindowId": name})


def _delete_window(name: str, resource: Resource) -> None:
    resource.call("ssm", "delete_maintenance_window", WindowId=name)


def _create_target(resource: Resource) -> Physical:
    made = resource.call(
        "ssm",
        "register_target_with_maintenance_window",
        **resource.only("ResourceType", "WindowId", *_TARGET),
    )
    name = made["WindowTargetId"]
    return Physical(id=name, attributes={"WindowTargetId": name})


def _update_target(name: str, _: Resource, new: Resource) -> Physical:
    new.call(
        "ssm",
        "update_maintenance_window_target",
        WindowTargetId=name,
        Replace=True,
        **new.only("WindowId", *_TARGET),
    )
    return Physical(id=name, attributes={"WindowTargetId": name})


def _delete_target(name: str, resource: Resource) -> None:
    window = resource.properties["WindowId"]
    resource.call(
        "ssm",
        "deregister_target_from_maintenance_window",
        WindowId=window,
        WindowTargetId=name,
    )


def _invocation(resource: Resource) -> dict[str, Any]:
    """Give the parameters of a command, under the API's shorter name."""
    given = resource.get("TaskInvocationParameters", {}).get(_RUN_COMMAND)
    return {"TaskInvocationParameters": {"RunCommand": given}} if given else {}


def _create_task(resource: Resource) -> Physical:
    made = resource.call(
        "ssm",
        "register_task_with_maintenance_window",
        **resource.only("TaskType", "WindowId", *_TASK),
        **_invocation(resource),
    )
    name = made["WindowTaskId"]
    return Physical(id=name, attributes={"WindowTaskId": name})


def _update_task(name: str, _: Resource, new: Resource) -> Physical:
    new.call(
        "ssm",
        "update_maintenance_window_task",
        WindowTaskId=name,
        Replace=True,
        **new.only("WindowId", *_TASK),
        **_invocation(new),
    )
    return Physical(id=name, attributes={"WindowTaskId": name})


def _delete_task(name: str, resource: Resource) -> None:
    window = resource.properties["WindowId"]
    resource.call(
        "ssm", "deregister_task_from_maintenance_window", WindowId=window, WindowTaskId=name
    )


register(
    "AWS::SSM::PatchBaseline",
    create=_create_baseline,
    update=_update_baseline,
    delete=_delete_baseline,
    applies=(*_BASELINE, "DefaultBaseline", "OperatingSystem", "PatchGroups", "Tags"),
)
register(
    "AWS::SSM::MaintenanceWindow",
    create=_create_window,
    update=_update_window,
    delete=_delete_window,
    applies=(*_WINDOW, "Tags"),
)
register(
    "AWS::SSM::MaintenanceWindowTarget",
    create=_create_target,
    update=_update_target,
    delete=_delete_target,
    applies=(*_TARGET, "ResourceType", "WindowId"),
)
register(
    "AWS::SSM::MaintenanceWindowTask",
    create=_create_task,
    update=_update_task,
    delete=_delete_task,
    applies=(*_TASK, "TaskInvocationParameters", "TaskType", "WindowId"),
)
