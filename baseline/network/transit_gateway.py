"""TransitGateway: joins networks so that each reaches the others through the inspection only."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ram as ram
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.addresses import ANYWHERE
from baseline.network.flow_log import AGGREGATION_SECONDS


class TransitGateway(Construct):
    """A transit gateway on which nothing is joined by default, with two route tables.

    Networks (spokes) know one way: to the inspection. The inspection knows the way back to each.
    No attachment is accepted, associated or made known without being named, so a new VPC reaches
    nothing. All traffic is logged to the archive.

    Args:
        scope: parent construct.
        id: construct ID.
        flow_log_bucket: bucket of the log archive.
        organization_arn: organization that the gateway is shared with, by its ARN; not shared by
            default.
        name: name of the share; made of the path by default.

    Attributes:
        resource: the ``CfnTransitGateway``.
        spokes: route table of the networks.
        inspected: route table of the inspection.

    Source: Security Hub EC2.23; Amazon VPC Transit Gateways Guide, "Appliances in a shared
    services VPC".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        flow_log_bucket: s3.IBucket,
        organization_arn: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        tag = [cdk.CfnTag(key="Name", value=self.node.path)]
        self.resource = ec2.CfnTransitGateway(
            self,
            "Resource",
            description="Joins networks through the inspection",
            auto_accept_shared_attachments="disable",
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            dns_support="enable",
            vpn_ecmp_support="enable",
            multicast_support="disable",
            tags=tag,
        )
        self.spokes = self._table("Spokes")
        self.inspected = self._table("Inspected")
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self.resource.attr_id,
            resource_type="TransitGateway",
            log_destination_type="s3",
            log_destination=flow_log_bucket.bucket_arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            destination_options={
                "FileFormat": "parquet",
                "HiveCompatiblePartitions": False,
                "PerHourPartition": True,
            },
        )
        if organization_arn is not None:
            self._share(organization_arn, name)
        implements(self, capability="transit-gateway", controls=["EC2.23"])

    def _table(self, id: str) -> ec2.CfnTransitGatewayRouteTable:
        return ec2.CfnTransitGatewayRouteTable(
            self,
            id,
            transit_gateway_id=self.resource.attr_id,
            tags=[cdk.CfnTag(key="Name", value=id.lower())],
        )

    def _share(self, organization_arn: str, name: str | None) -> None:
        ram.CfnResourceShare(
            self,
            "Share",
            name=name or cdk.Names.unique_resource_name(self, max_length=100, separator="-"),
            allow_external_principals=False,
            principals=[organization_arn],
            resource_arns=[self.resource.attr_transit_gateway_arn],
        )

    def inspect_with(self, attachment: ec2.CfnTransitGatewayAttachment) -> None:
        """Send all traffic of the networks to an attachment, and let it find the way back.

        Args:
            attachment: of the inspection VPC, in appliance mode.
        """
        ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "InspectionAssociation",
            transit_gateway_attachment_id=attachment.attr_id,
            transit_gateway_route_table_id=self.inspected.ref,
        )
        ec2.CfnTransitGatewayRoute(
            self,
            "SpokesDefaultRoute",
            transit_gateway_route_table_id=self.spokes.ref,
            transit_gateway_attachment_id=attachment.attr_id,
            destination_cidr_block=ANYWHERE,
        )

    def connect(self, id: str, attachment_id: str) -> None:
        """Join a network: everything it sends goes to the inspection, which learns its range.

        Args:
            id: construct ID, PascalCase, unique on this gateway.
            attachment_id: of the network's VPC or VPN, accepted.
        """
        ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            f"{id}Association",
            transit_gateway_attachment_id=attachment_id,
            transit_gateway_route_table_id=self.spokes.ref,
        )
        ec2.CfnTransitGatewayRouteTablePropagation(
            self,
            f"{id}Propagation",
            transit_gateway_attachment_id=attachment_id,
            transit_gateway_route_table_id=self.inspected.ref,
        )
