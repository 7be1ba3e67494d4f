"""EdgeLogs: a bucket that load balancers and distributions may write their access logs to."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_bucket import Lifecycle, SecureBucket

LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
DEFAULT_DAYS = 400
"""More than a year, so that a question about the same month of last year has an answer."""


class EdgeLogs(Construct):
    """A private bucket for access logs, which only load balancers of this account write to.

    Load balancers and CloudFront deliver into buckets with SSE-S3 only, so it has no key. The
    bucket stays when its stack is deleted.

    Args:
        scope: parent construct, in the Region of the load balancers.
        id: construct ID.
        retention_days: days until a log is deleted; 400 by default.
        distributions: True admits CloudFront's standard logs, which need ACLs: the bucket then
            owns what others put there, and public ACLs stay blocked. False by default.

    Attributes:
        store: the :class:`SecureBucket`.
        bucket: the ``aws_s3.Bucket``.

    Source: Elastic Load Balancing User Guide for Application Load Balancers, "Enable access logs";
    Amazon CloudFront Developer Guide, "Configure standard logging (legacy)".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        retention_days: int = DEFAULT_DAYS,
        distributions: bool = False,
    ) -> None:
        super().__init__(scope, id)
        self.store = SecureBucket(
            self,
            "Store",
            access_log_target=True,
            lifecycle=Lifecycle(glacier_after_days=None, expire_after_days=retention_days),
        )
        self.bucket = self.store.bucket
        acknowledge(
            self.bucket,
            {
                "AwsSolutions-S1": (
                    "the bucket receives access logs; logs about them would never end, and "
                    "CloudTrail records who reads them where data events are on"
                )
            },
        )
        self._admit_load_balancers()
        if distributions:
            self._admit_distributions()

    def _admit_load_balancers(self) -> None:
        stack = cdk.Stack.of(self)
        source = stack.format_arn(
            service="elasticloadbalancing", resource="loadbalancer", resource_name="*"
        )
        self.store.allow_service(
            LOAD_BALANCERS,
            sid="LoadBalancerLogs",
            actions=["s3:PutObject"],
            # The prefix is the load balancer's own: access, connections, health.
            paths=[f"*/AWSLogs/{stack.account}/*"],
            conditions={"ArnLike": {"aws:SourceArn": source}},
        )

    def _admit_distributions(self) -> None:
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{self.node.path}: the bucket's resource is no CfnBucket")
        resource.ownership_controls = s3.CfnBucket.OwnershipControlsProperty(
            rules=[
                s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerPreferred")
            ]
        )
