"""What no argument of an L2 does: logs of load balancers, private instances of clusters."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import IConstruct


class LoadBalancerLogs(cdk.Mixin):
    """Sends the access logs of a load balancer to a bucket.

    Args:
        bucket_name: bucket of the log archive, which admits load balancers of the organization; it
            takes logs below ``AWSLogs/`` only.
        bucket: bucket of the stack, used where there is no ``bucket_name``.
    """

    def __init__(self, *, bucket_name: str | None, bucket: s3.IBucket | None) -> None:
        super().__init__()
        self._name = bucket_name
        self._bucket = bucket

    def supports(self, construct: IConstruct) -> bool:
        """Take both kinds of load balancers."""
        return isinstance(construct, elb.ApplicationLoadBalancer | elb.NetworkLoadBalancer)

    def apply_to(self, construct: IConstruct) -> None:
        """Switch the logs on."""
        if not isinstance(construct, elb.ApplicationLoadBalancer | elb.NetworkLoadBalancer):
            return
        if self._name is not None:
            construct.set_attribute("access_logs.s3.enabled", "true")
            construct.set_attribute("access_logs.s3.bucket", self._name)
        elif self._bucket is not None:
            construct.set_attribute("access_logs.s3.enabled", "true")
            construct.set_attribute("access_logs.s3.bucket", self._bucket.bucket_name)
            if self._bucket.policy is not None:
                # A load balancer tries the bucket when it is made.
                construct.node.add_dependency(self._bucket.policy)


class PrivateInstances(cdk.Mixin):
    """Keeps the instances of a database cluster from the internet, where nobody said otherwise."""

    def supports(self, construct: IConstruct) -> bool:
        """Take instances of databases."""
        return isinstance(construct, rds.CfnDBInstance)

    def apply_to(self, construct: IConstruct) -> None:
        """Say that they are private."""
        if isinstance(construct, rds.CfnDBInstance) and construct.publicly_accessible is None:
            construct.publicly_accessible = False
