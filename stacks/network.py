"""Stack `network`: the hardened VPC of the network account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.network.hardened_vpc import HardenedVpc


class NetworkStack(cdk.Stack):
    """The VPC of the network account, with its flow logs in the log archive.

    Args:
        scope: the app.
        id: stack ID.
        configuration: settings; ``network`` gives range, zones and endpoints.
        names: physical names; the flow-log bucket is one.
        env: the network account and the home Region.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-network",
            description="Hardened VPC with tiers, endpoints and flow logs to the log archive",
            env=env,
        )
        self.hardened_vpc = HardenedVpc(
            self,
            "Vpc",
            cidr=configuration.network.cidr,
            availability_zones=configuration.network.availability_zones,
            interface_endpoints=configuration.network.interface_endpoints,
            organization_id=names.organization_id,
            flow_log_bucket=s3.Bucket.from_bucket_name(
                self, "FlowLogBucket", names.flow_log_bucket
            ),
        )
