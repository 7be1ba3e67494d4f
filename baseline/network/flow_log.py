"""FlowLog: who talked to whom in a VPC, written where the VPC's account cannot change it."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements

AGGREGATION_SECONDS = 60

FIELDS = (
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "flow-direction",
    "traffic-path",
)
"""The default fields in their order, then those that an investigation asks for: the instance, who
opened the connection (TCP flags, direction), and the true ends behind a NAT or load balancer.

Source: Amazon VPC User Guide, "Flow log records", versions 2 to 5.
"""


class FlowLog(Construct):
    """Flow log of all traffic of a VPC, accepted and rejected, to a bucket of the log archive.

    One record per connection and minute, as Parquet in hourly partitions, so that a query reads
    the hours it asks for. S3 must let the log delivery service write (the log archive does).

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        bucket: target; its bucket policy and key admit ``delivery.logs.amazonaws.com``.

    Attributes:
        resource: the ``CfnFlowLog``.

    Source: Security Hub EC2.6; CIS AWS Foundations Benchmark 5.0.0 3.7; Amazon VPC User Guide,
    "Publish flow logs to Amazon S3".
    """

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, bucket: s3.IBucket) -> None:
        super().__init__(scope, id)
        self.resource = ec2.CfnFlowLog(
            self,
            "Resource",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=bucket.bucket_arn,
            log_format=" ".join(f"${{{field}}}" for field in FIELDS),
            max_aggregation_interval=AGGREGATION_SECONDS,
            # JSON, not a struct, in the CDK: keys as CloudFormation and EC2 spell them.
            destination_options={
                "FileFormat": "parquet",
                "HiveCompatiblePartitions": False,
                "PerHourPartition": True,
            },
        )
        implements(self, capability="vpc-flow-logs", controls=["EC2.6"])
