"""Patch Manager: patch baselines, and maintenance windows with their targets and tasks."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import first

_CAPABILITY = "Patch Manager"
_BASELINE = (
    "ApprovalRules",
    "ApprovedPatches",
    "AvailableSecurityUpdatesComplianceStatus",
    "Name",
    "OperatingSystem",
    "RejectedPatches",
    "RejectedPatchesAction",
    "PatchGroups",
)
_WINDOW = (
    "AllowUnassociatedTargets",
    "Cutoff",
    "Duration",
    "Name",
    "Schedule",
    "ScheduleTimezone",
)
_TARGET = ("Name", "OwnerInformation", "ResourceType", "Targets", "WindowId")
_TASK = (
    "CutoffBehavior",
    "MaxConcurrency",
    "MaxErrors",
    "Name",
    "Priority",
    "ServiceRoleArn",
    "Targets",
    "TaskArn",
    "TaskType",
    "WindowId",
)


@reader(
    "AWS::SSM::PatchBaseline",
    capability=_CAPABILITY,
    covers=" ".join((*_BASELINE, "DefaultBaseline")),
)
def patch_baseline(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what is approved and rejected, and whether it is the default."""
    ssm = place("ssm")
    found = ssm.get_patch_baseline(BaselineId=physical_id)
    yield from compare(expected, found, {name: name for name in _BASELINE})
    if "DefaultBaseline" in expected:
        default = ssm.get_default_patch_baseline(
            OperatingSystem=expected.get("OperatingSystem", "WINDOWS")
        )
        yield Check(
            setting="DefaultBaseline",
            expected=str(expected["DefaultBaseline"]).lower() == "true",
            found=default["BaselineId"] == physical_id,
        )


@reader("AWS::SSM::MaintenanceWindow", capability=_CAPABILITY, covers=" ".join(_WINDOW))
def maintenance_window(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read when something is done, and whether it is on."""
    found = place("ssm").get_maintenance_window(WindowId=physical_id)
    yield from compare(expected, found, {name: name for name in _WINDOW})
    yield Check(setting="Enabled", expected=True, found=found["Enabled"])


@reader("AWS::SSM::MaintenanceWindowTarget", capability=_CAPABILITY, covers=" ".join(_TARGET))
def window_target(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which machines a window is for."""
    found = place("ssm").describe_maintenance_window_targets(WindowId=expected["WindowId"])
    target = first(found["Targets"], WindowTargetId=physical_id)
    yield from compare(expected, target, {name: name for name in _TARGET})


@reader(
    "AWS::SSM::MaintenanceWindowTask",
    capability=_CAPABILITY,
    covers=" ".join((*_TASK, "TaskInvocationParameters")),
)
def window_task(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what a window does, and with which parameters."""
    found = place("ssm").get_maintenance_window_task(
        WindowId=expected["WindowId"], WindowTaskId=physical_id
    )
    yield from compare(expected, found, {name: name for name in _TASK})
    wanted = expected.get("TaskInvocationParameters", {})
    yield from compare(
        wanted.get("MaintenanceWindowRunCommandParameters", {}),
        found.get("TaskInvocationParameters", {}).get("RunCommand", {}),
        {
            name: name
            for name in ("OutputS3BucketName", "OutputS3KeyPrefix", "Parameters", "TimeoutSeconds")
        },
    )
