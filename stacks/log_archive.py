"""Stack `log-archive` (log archive account): buckets and keys of all logs."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.log_archive import LogArchive
from baseline.config import Configuration, Names
from baseline.config.guardduty import exporting_regions


class LogArchiveStack(cdk.Stack):
    """The log archive, in the home Region."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id, env=env, stack_name=f"{names.prefix}-{id}")
        self.archive = LogArchive(
            self,
            "LogArchive",
            names=names,
            settings=configuration.log_archive,
            break_glass_role=configuration.break_glass.role,
            guardduty_regions=exporting_regions(configuration),
        )
