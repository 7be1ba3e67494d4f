"""Stack `log-archive` (log archive account): buckets and keys of all logs."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.log_archive import LogArchive, RegionalLogArchive
from baseline.audit.log_bucket import Archive
from baseline.audit.log_copies import LogCopies
from baseline.audit.log_protection import bootstrap_qualifier
from baseline.audit.siem_alarms import SiemAlarms
from baseline.audit.siem_pull import SiemPull
from baseline.audit.siem_reader import OwnReader, Vendor
from baseline.backups.reports import BackupReports
from baseline.config import Configuration, Names
from baseline.config import siem as settings
from baseline.config.guardduty import exporting_regions
from baseline.config.log_replication import LogReplication
from baseline.errors import BaselineError


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
            macie_regions=configuration.regions if configuration.capabilities.macie.enabled else (),
            regions=configuration.regions,
            guardduty_regions=exporting_regions(configuration),
            keeps_sbom=configuration.capabilities.inspector.exports_sbom(),
            keep_findings=configuration.capabilities.security_hub.archive,
        )

        # Reports of AWS Backup
        backup = configuration.capabilities.backup
        if backup is not None and backup.audit:
            self.backup_reports = BackupReports(
                self,
                "BackupReports",
                archive=Archive(
                    names=names,
                    settings=configuration.log_archive,
                    break_glass_role=configuration.break_glass.role,
                    qualifier=bootstrap_qualifier(self),
                ),
                access_logs=self.archive.access_logs.bucket,
                regions=configuration.regions,
            )

        # SIEM export
        pull = configuration.siem.pull
        if pull is not None:
            notifications = configuration.notifications
            self.siem = SiemPull(
                self,
                "SiemPull",
                archive=self.archive,
                names=names,
                reader=_reader(pull, names),
                alarms=SiemAlarms(self, "SiemAlarms", addresses=notifications.high),
                sources=pull.sources,
                visibility_timeout_minutes=pull.visibility_timeout_minutes,
                oldest_message_minutes=pull.oldest_message_minutes,
            )


class RegionalLogArchiveStack(cdk.Stack):
    """The logs that stay in a governed Region, without assets and so without a bootstrap there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        region: str,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope, id, env=env, stack_name=f"{names.prefix}-{id}", synthesizer=synthesizer
        )
        archive = Archive(
            names=names,
            settings=configuration.log_archive,
            break_glass_role=configuration.break_glass.role,
            qualifier=bootstrap_qualifier(self),
        )
        self.archive = RegionalLogArchive(
            self,
            "LogArchive",
            archive=archive,
            region=region,
            keeps_sbom=configuration.capabilities.inspector.exports_sbom(),
        )


class LogCopiesStack(cdk.Stack):
    """The copies of logs in another Region or account, without assets and so without a bootstrap there."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        replication: LogReplication,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope, id, env=env, stack_name=f"{names.prefix}-{id}", synthesizer=synthesizer
        )
        archive = Archive(
            names=names,
            settings=configuration.log_archive,
            break_glass_role=configuration.break_glass.role,
            qualifier=bootstrap_qualifier(self),
            account=replication.account,
        )
        self.copies = LogCopies(
            self, "LogCopies", archive=archive, logs=replication.logs, region=replication.region
        )


def _reader(pull: settings.SiemPull, names: Names) -> Vendor | OwnReader:
    """Give who reads the logs, as the configuration names it."""
    if pull.own_role is not None:
        return OwnReader(
            account=pull.own_role.account,
            role=pull.own_role.role,
            organization_id=names.organization_id,
        )
    if pull.account is None or pull.external_id is None:
        raise BaselineError("siem.pull names no reader; give account and external_id, or own_role")
    return Vendor(account=pull.account, external_id=pull.external_id)
