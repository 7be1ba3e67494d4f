"""LogArchive: the organization's logs, in an account of their own."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from baseline.audit.cloudtrail_bucket import CloudTrailBucket
from baseline.audit.config_bucket import ConfigBucket
from baseline.audit.flow_log_bucket import FlowLogBucket
from baseline.audit.guardduty_bucket import GuardDutyBucket
from baseline.audit.log_bucket import Archive
from baseline.audit.log_protection import allow_reader, bootstrap_qualifier, deny_tampering
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.primitives.secure_bucket import SecureBucket


class LogArchive(Construct):
    """Four log buckets with a key each, and a fifth that records access to them.

    Each bucket admits one kind of writer, bound to this organization. Logs are kept for years and
    move to Glacier; deleting them, and weakening a bucket, is denied to everyone but the
    break-glass role; the audit reader role of the security account may read.

    Args:
        scope: parent construct, a stack in the log archive account and home Region.
        id: construct ID.
        names: names of the baseline.
        settings: Object Lock, retention, Glacier; seven years with a year of COMPLIANCE lock by
            default.
        break_glass_role: name of the emergency role, without path.
        qualifier: qualifier of the CDK bootstrap whose CloudFormation role may change the
            buckets; that of the context (cdk.json) by default.
        guardduty_regions: Regions from which GuardDuty exports; the home Region alone by default.

    Attributes:
        access_logs: the ``SecureBucket`` that records access to the others.
        cloudtrail: bucket and key of the organization trail.
        config: bucket and key of the Config delivery channels.
        flow_logs: bucket and key of VPC flow logs and DNS query logs.
        guardduty: bucket and key of GuardDuty findings.

    Source: AWS Security Reference Architecture, "Log Archive account".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        settings: LogArchiveSettings,
        break_glass_role: str,
        qualifier: str | None = None,
        guardduty_regions: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        archive = Archive(
            names=names,
            settings=settings,
            break_glass_role=break_glass_role,
            qualifier=qualifier or bootstrap_qualifier(self),
        )
        self.access_logs = self._create_access_logs(archive)
        target = self.access_logs.bucket
        self.cloudtrail = CloudTrailBucket(self, "CloudTrail", archive=archive, access_logs=target)
        self.config = ConfigBucket(self, "Config", archive=archive, access_logs=target)
        self.flow_logs = FlowLogBucket(self, "FlowLogs", archive=archive, access_logs=target)
        self.guardduty = GuardDutyBucket(
            self,
            "GuardDuty",
            archive=archive,
            access_logs=target,
            regions=guardduty_regions,
        )

    def _create_access_logs(self, archive: Archive) -> SecureBucket:
        access_logs = SecureBucket(
            self,
            "AccessLogs",
            bucket_name=archive.names.access_log_bucket,
            access_log_target=True,
            lifecycle=archive.lifecycle,
        )
        bucket = access_logs.bucket
        deny_tampering(bucket, break_glass=archive.break_glass, deployer=archive.deployer)
        allow_reader(bucket, None, names=archive.names)
        return access_logs
