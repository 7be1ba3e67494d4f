"""LoadBalancerBucket: the bucket of the access logs of load balancers in one Region."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.audit.log_bucket import Archive
from baseline.audit.log_delivery import let_delivery_write
from baseline.audit.log_protection import allow_reader, deny_tampering
from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.circle import sources_of
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.service_access import Conditions

SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
CONTROLS = ("S3.9", "S3.13", "S3.14")


class LoadBalancerBucket(Construct):
    """A bucket that load balancers of this organization log to, in the Region of the bucket.

    Elastic Load Balancing writes to a bucket of the load balancer's Region only, and Application
    Load Balancers only where S3's own keys encrypt it. Access, connection and health check logs of
    Application Load Balancers arrive through one service, those of Network Load Balancers through
    log delivery; both below ``AWSLogs/``, so load balancers name no prefix. Deletion is denied by
    policy and versions are kept.

    Args:
        scope: parent construct, in a stack of the log archive account.
        id: construct ID.
        archive: what the buckets of the archive share.
        region: Region of the bucket and of the load balancers.
        accounts: IDs of accounts whose load balancers may log, bound by the ARN of the load
            balancer; every account of the organization by default.
        access_logs: bucket of this Region that records access to this one.

    Attributes:
        store: the ``SecureBucket``.

    Source: Elastic Load Balancing, "Enable access logs for your Application Load Balancer", "Enable
    access logs for your Network Load Balancer".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        archive: Archive,
        region: str,
        accounts: Sequence[str] = (),
        access_logs: s3.IBucket,
    ) -> None:
        super().__init__(scope, id)
        names = archive.names
        bucket_name = names.load_balancer_bucket(region)
        self.store = SecureBucket(
            self,
            "Store",
            bucket_name=bucket_name,
            access_logs=access_logs,
            access_log_prefix=f"{bucket_name}/",
            lifecycle=archive.lifecycle,
            s3_managed_keys=(
                "Elastic Load Balancing delivers access logs of Application Load Balancers only "
                "where S3's own keys encrypt the bucket"
            ),
        )
        self.store.allow_service(
            SERVICE,
            sid="LoadBalancers",
            actions=["s3:PutObject"],
            paths=[f"AWSLogs/{account}/*" for account in accounts or ("*",)],
            conditions=_source(names, region, accounts),
        )
        let_delivery_write(self.store, names=names, key=None)
        deny_tampering(
            self.store.bucket, break_glass=archive.break_glass, deployer=archive.deployer
        )
        allow_reader(self.store.bucket, None, names=names)
        implements(self, capability="log-archive", controls=CONTROLS)


def _source(names: Names, region: str, accounts: Sequence[str]) -> Conditions:
    if not accounts:
        return {"StringEquals": sources_of(names.organization_id)}
    start = f"arn:{names.partition}:elasticloadbalancing:{region}"
    return {
        "ArnLike": {"aws:SourceArn": [f"{start}:{account}:loadbalancer/*" for account in accounts]}
    }
