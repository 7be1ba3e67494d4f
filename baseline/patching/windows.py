"""WeeklyInstallation: patches in a maintenance window, on machines whose tag names it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import PatchWindow
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.patching.command import DOCUMENT, installing, weekly
from baseline.patching.logs import patch_log_prefix

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
            parameters=installing(window),
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


def _check(name: str, window: PatchWindow) -> None:
    if window.cutoff_hours >= window.duration_hours:
        raise BaselineError(
            f"window {name}: the cut-off of {window.cutoff_hours} hours is not less than the duration "
            f"of {window.duration_hours}; nothing would ever be installed"
        )
