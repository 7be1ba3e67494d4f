"""Weekly installation: in maintenance windows where machines carry a tag, or on every machine."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import Patching, PatchWindow
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.patching.logs import patch_log_prefix
from baseline.patching.scan import ALL_MACHINES, DOCUMENT, output_location

DELIVERY_SECONDS = 600
"""A machine that does not answer within this time is not begun."""


class WeeklyInstallation(Construct):
    """Installs approved patches weekly, in a maintenance window, on machines that carry its tag.

    A machine belongs to the window whose name its tag holds, and to none without the tag. A few
    machines at a time are begun, none after the cut-off, and none any more once too many failed.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        window_name: name of the window, which is the value of the tag.
        window: day, hours, reboot, and thresholds.
        tag: key of the tag.
        logs: whether output goes to the log archive.

    Attributes:
        window: the ``CfnMaintenanceWindow``.
        target: the ``CfnMaintenanceWindowTarget``.
        task: the ``CfnMaintenanceWindowTask``.

    Raises:
        BaselineError: the cut-off is not before the end, or the window has no length.

    Source: AWS Systems Manager User Guide, "Tutorial: Create a maintenance window for patching",
    "Reference: Cron and rate expressions for Systems Manager"; Systems Manager API Reference,
    "RegisterTaskWithMaintenanceWindow".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        window_name: str,
        window: PatchWindow,
        tag: str,
        logs: bool = True,
    ) -> None:
        super().__init__(scope, id)
        _check(window_name, window)
        name = names.patch_window(window_name)
        self.window = self._create_window(name, window)
        self.target = ssm.CfnMaintenanceWindowTarget(
            self,
            "Target",
            window_id=self.window.ref,
            resource_type="INSTANCE",
            name=name,
            # Events about the target carry it: the rule of failures knows our windows by it.
            owner_information=name,
            targets=[
                ssm.CfnMaintenanceWindowTarget.TargetsProperty(
                    key=f"tag:{tag}", values=[window_name]
                )
            ],
        )
        self.task = self._create_task(names, name, window, logs=logs)
        implements(self, capability="patch-installation", controls=["SSM.2"])

    def _create_window(self, name: str, window: PatchWindow) -> ssm.CfnMaintenanceWindow:
        return ssm.CfnMaintenanceWindow(
            self,
            "Window",
            name=name,
            description="Security baseline: installation of patches",
            schedule=weekly(window),
            schedule_timezone=window.timezone,
            duration=window.duration_hours,
            cutoff=window.cutoff_hours,
            # Only what carries the tag is ever patched here.
            allow_unassociated_targets=False,
        )

    def _create_task(
        self, names: Names, name: str, window: PatchWindow, *, logs: bool
    ) -> ssm.CfnMaintenanceWindowTask:
        types = ssm.CfnMaintenanceWindowTask
        command = types.MaintenanceWindowRunCommandParametersProperty(
            comment="Security baseline: weekly installation of patches",
            # JSON in the template: the keys stay as they are written here.
            parameters=_installing(window),
            timeout_seconds=DELIVERY_SECONDS,
            output_s3_bucket_name=names.session_log_bucket if logs else None,
            output_s3_key_prefix=patch_log_prefix("install") if logs else None,
        )
        role = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/{names.patch_window_role}"
        return types(
            self,
            "Task",
            window_id=self.window.ref,
            name=name,
            task_type="RUN_COMMAND",
            task_arn=DOCUMENT,
            service_role_arn=role,
            priority=1,
            max_concurrency=window.concurrency,
            max_errors=window.errors,
            cutoff_behavior=window.at_cutoff,
            targets=[types.TargetProperty(key="WindowTargetIds", values=[self.target.ref])],
            task_invocation_parameters=types.TaskInvocationParametersProperty(
                maintenance_window_run_command_parameters=command
            ),
        )


class InstallationEverywhere(Construct):
    """Installs approved patches weekly on every managed machine, whether it carries a tag or not.

    A maintenance window takes tags and IDs but not "all machines", so State Manager does it. It has
    thresholds and no cut-off: what was begun late is finished late. Nothing is installed when the
    association is made, only at its hour.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        window: day and hour in UTC, reboot, and thresholds.
        logs: whether output goes to the log archive.

    Attributes:
        association: the ``CfnAssociation``.

    Raises:
        BaselineError: the window is not in UTC.

    Source: AWS Systems Manager User Guide, "About targets and rate controls in State Manager
    associations"; Systems Manager API Reference, "CreateAssociation" (ApplyOnlyAtCronInterval).
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, window: PatchWindow, logs: bool = True
    ) -> None:
        super().__init__(scope, id)
        if window.timezone != "UTC":
            raise BaselineError(
                f"State Manager knows UTC only, not {window.timezone}; give the hour in UTC"
            )
        self.association = ssm.CfnAssociation(
            self,
            "Association",
            name=DOCUMENT,
            association_name=names.patch_install,
            schedule_expression=weekly(window),
            apply_only_at_cron_interval=True,
            targets=[ssm.CfnAssociation.TargetProperty(key="InstanceIds", values=[ALL_MACHINES])],
            parameters=_installing(window),
            compliance_severity="CRITICAL",
            max_concurrency=window.concurrency,
            max_errors=window.errors,
            output_location=output_location(names, "install") if logs else None,
        )
        implements(self, capability="patch-installation", controls=["SSM.2", "SSM.3"])


def weekly(window: PatchWindow) -> str:
    """Give the schedule of a window, as maintenance windows and State Manager read it."""
    return f"cron(0 {window.hour} ? * {window.day[:3].upper()} *)"


def create_installation(scope: Construct, *, names: Names, settings: Patching) -> None:
    """Create what the settings ask for: windows by tag, one association for all, or nothing."""
    if settings.install == "tagged":
        for name, window in sorted(settings.windows.items()):
            WeeklyInstallation(
                scope,
                "".join(part.title() for part in f"window-{name}".split("-")),
                names=names,
                window_name=name,
                window=window,
                tag=settings.tag,
                logs=settings.logs,
            )
    elif settings.install == "all":
        InstallationEverywhere(
            scope, "Everywhere", names=names, window=only_window(settings), logs=settings.logs
        )


def only_window(settings: Patching) -> PatchWindow:
    """Give the window of all machines.

    Raises:
        BaselineError: there is not exactly one.
    """
    if len(settings.windows) != 1:
        raise BaselineError(
            f"install: all has one window for every machine, here are {len(settings.windows)}; leave "
            "one, or set install: tagged"
        )
    (window,) = settings.windows.values()
    return window


def _installing(window: PatchWindow) -> dict[str, list[str]]:
    return {"Operation": ["Install"], "RebootOption": [window.reboot]}


def _check(name: str, window: PatchWindow) -> None:
    if window.cutoff_hours >= window.duration_hours:
        raise BaselineError(
            f"window {name}: the cut-off of {window.cutoff_hours} hours is not less than the duration "
            f"of {window.duration_hours}; nothing would ever be installed"
        )
