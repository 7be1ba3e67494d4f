"""InstallationEverywhere: patches on every managed machine, asked for by name."""

from __future__ import annotations

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.patching import PatchWindow
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.patching.command import (
    DOCUMENT,
    every_machine,
    installing,
    output_location,
    weekly,
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
            targets=every_machine(),
            parameters=installing(window),
            compliance_severity="CRITICAL",
            max_concurrency=window.concurrency,
            max_errors=window.errors,
            output_location=output_location(names, "install") if logs else None,
        )
        implements(self, capability="patch-installation", controls=["SSM.2", "SSM.3"])
