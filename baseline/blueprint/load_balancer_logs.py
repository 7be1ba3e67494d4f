"""A mixin that switches on the access logs of a load balancer, which no argument of the L2 does."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elb
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
            construct.log_access_logs(self._bucket, construct.node.id)
