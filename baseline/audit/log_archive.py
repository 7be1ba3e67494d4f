"""LogArchive: the organization's logs, in an account of their own."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.cloudtrail_bucket import CloudTrailBucket
from baseline.audit.config_bucket import ConfigBucket
from baseline.audit.finding_bucket import FindingBucket
from baseline.audit.flow_log_bucket import FlowLogBucket
from baseline.audit.guardduty_bucket import GuardDutyBucket
from baseline.audit.inventory_bucket import InventoryBucket
from baseline.audit.load_balancer_bucket import LoadBalancerBucket
from baseline.audit.log_bucket import Archive, LogBucket
from baseline.audit.log_protection import allow_reader, bootstrap_qualifier, deny_tampering
from baseline.audit.log_replication import LogReplication
from baseline.audit.macie_bucket import MacieBucket
from baseline.audit.sbom_bucket import SbomBucket
from baseline.audit.session_log_bucket import SessionLogBucket
from baseline.audit.web_acl_bucket import WebAclBucket
from baseline.config import Names
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.log_replication import Log
from baseline.config.log_replication import LogReplication as Settings
from baseline.primitives.secure_bucket import SecureBucket


class LogArchive(Construct):
    """A log bucket for each kind of log, with a key each, and one that records access to them.

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
        macie_regions: Regions whose Macie results are kept; none by default, and then no bucket.
        qualifier: qualifier of the CDK bootstrap whose CloudFormation role may change the
            buckets; that of the context (cdk.json) by default.
        regions: governed Regions, of which opt-in Regions have writers of their own; none by
            default.
        guardduty_regions: Regions from which GuardDuty exports; the home Region alone by default.
        keeps_sbom: Inspector's bills of materials are kept; not by default, and then no bucket.
        keep_findings: have a bucket for the findings of Security Hub; False by default.

    Attributes:
        access_logs: the ``SecureBucket`` that records access to the others.
        cloudtrail: bucket and key of the organization trail.
        config: bucket and key of the Config delivery channels.
        flow_logs: bucket and key of VPC flow logs and DNS query logs.
        guardduty: bucket and key of GuardDuty findings.
        macie: bucket and key of Macie's results, None where they are not kept.
        findings: bucket and key of the findings of Security Hub, or None.
        web_acls: bucket and key of AWS WAF, or None.
        load_balancers: bucket of the load balancers of the home Region, or None.
        replication: the ``LogReplication``, or None.
        sbom: bucket and key of the home Region's bills of materials, None where they are not kept.
        inventory: bucket and key of the software inventory.
        session_logs: bucket and key of recorded sessions.

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
        macie_regions: Sequence[str] = (),
        qualifier: str | None = None,
        regions: Sequence[str] = (),
        guardduty_regions: Sequence[str] = (),
        keeps_sbom: bool = False,
        keep_findings: bool = False,
    ) -> None:
        super().__init__(scope, id)
        archive = Archive(
            names=names,
            settings=settings,
            break_glass_role=break_glass_role,
            qualifier=qualifier or bootstrap_qualifier(self),
        )
        self.access_logs = create_access_logs(self, archive, bucket_name=names.access_log_bucket)
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
        self.macie: MacieBucket | None = None
        if macie_regions:
            self.macie = MacieBucket(
                self, "Macie", archive=archive, access_logs=target, regions=macie_regions
            )
        self.findings = (
            FindingBucket(self, "Findings", archive=archive, access_logs=target)
            if keep_findings
            else None
        )
        self.web_acls = self._create_web_acls(archive, target) if settings.web_acl_logs else None
        self.load_balancers = (
            LoadBalancerBucket(
                self,
                "LoadBalancers",
                archive=archive,
                region=names.home_region,
                accounts=settings.load_balancer_accounts,
                access_logs=target,
            )
            if settings.load_balancer_logs
            else None
        )
        self.inventory = InventoryBucket(
            self, "Inventory", archive=archive, access_logs=target, regions=regions
        )
        self.session_logs = SessionLogBucket(
            self, "SessionLogs", archive=archive, access_logs=target
        )
        self.sbom = (
            SbomBucket(self, "Sbom", archive=archive, region=names.home_region, access_logs=target)
            if keeps_sbom
            else None
        )
        self.replication = self._replicate(names, settings.replication)

    def _replicate(self, names: Names, settings: Settings | None) -> LogReplication | None:
        if settings is None:
            return None
        buckets: dict[Log, LogBucket] = {
            "cloudtrail": self.cloudtrail,
            "config": self.config,
            "flow_logs": self.flow_logs,
        }
        return LogReplication(self, "Replication", names=names, settings=settings, buckets=buckets)

    def _create_web_acls(self, archive: Archive, target: s3.IBucket) -> WebAclBucket:
        return WebAclBucket(self, "WebAcls", archive=archive, access_logs=target)


class RegionalLogArchive(Construct):
    """The logs that have to stay in the Region of what writes them.

    Those of load balancers, and Inspector's bills of materials.

    Args:
        scope: parent construct, a stack in the log archive account and another Region than home.
        id: construct ID.
        archive: what the buckets of the archive share.
        region: the Region.
        keeps_sbom: Inspector's bills of materials are kept; not by default.

    Attributes:
        access_logs: the ``SecureBucket`` that records access to the others.
        load_balancers: bucket of the load balancers of the Region, or None.
        sbom: bucket and key of the bills of materials of the Region, or None.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        region: str,
        keeps_sbom: bool = False,
    ) -> None:
        super().__init__(scope, id)
        name = archive.names.access_log_bucket_of(region)
        self.access_logs = create_access_logs(self, archive, bucket_name=name)
        target = self.access_logs.bucket
        self.load_balancers = (
            LoadBalancerBucket(
                self,
                "LoadBalancers",
                archive=archive,
                region=region,
                accounts=archive.settings.load_balancer_accounts,
                access_logs=target,
            )
            if archive.settings.load_balancer_logs
            else None
        )
        self.sbom = (
            SbomBucket(self, "Sbom", archive=archive, region=region, access_logs=target)
            if keeps_sbom
            else None
        )


def create_access_logs(scope: Construct, archive: Archive, *, bucket_name: str) -> SecureBucket:
    """Create the bucket that records access to the other log buckets of an account and Region.

    Args:
        scope: parent construct.
        archive: what the buckets of the archive share.
        bucket_name: physical name.
    """
    access_logs = SecureBucket(
        scope,
        "AccessLogs",
        bucket_name=bucket_name,
        access_log_target=True,
        lifecycle=archive.lifecycle,
    )
    deny_tampering(access_logs.bucket, break_glass=archive.break_glass, deployer=archive.deployer)
    allow_reader(access_logs.bucket, None, names=archive.names)
    return access_logs
