"""SiteToSiteVpn: a tunnel to a site of one's own, with the strong suites only."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network.network_logs import NetworkLogGroup, allow_log_delivery
from baseline.network.offered import check_offered
from baseline.network.vpn_access import check_customer

TUNNELS = 2
"""Tunnels of a connection, in two zones of AWS."""

ENCRYPTION = ("AES256-GCM-16",)
INTEGRITY = ("SHA2-384", "SHA2-512")
GROUPS = (19, 20, 21)
"""Elliptic-curve groups of 256 bits and more; AWS's default takes 1,024-bit group 2 as well."""


class SiteToSiteVpn(Construct):
    """An IPsec connection of two tunnels that agrees on IKEv2, AES-256 and elliptic curves only.

    AWS makes the pre-shared keys and keeps them in Secrets Manager, so they stand in no template
    and no console. Both tunnels write their negotiations to an encrypted log group. It ends on a
    transit gateway, where the inspection sees the traffic, or on a gateway of one VPC.

    Args:
        scope: parent construct.
        id: construct ID.
        customer_address: public IPv4 address of the device on the other side.
        customer_asn: its BGP number; 65000 by default.
        transit_gateway_id: transit gateway that the connection ends on; None with ``vpc_id``.
            Its attachment is joined by ``TransitGateway.connect`` in a later deployment:
            CloudFormation does not tell the attachment's ID.
        vpc_id: VPC that the connection ends on; None with ``transit_gateway_id``.
        route_table_ids: tables of that VPC that learn the other side's networks.
        static_routes: networks of the other side where it speaks no BGP; with ``vpc_id`` only.
        alarm_topic: told when a tunnel is down; None by default, then nobody is.

    Attributes:
        resource: the ``CfnVPNConnection``.
        log_group: the log group of both tunnels.

    Raises:
        BaselineError: when the address is not public, or it ends nowhere or in two places.

    Source: Security Hub EC2.20, EC2.171, EC2.183; AWS Site-to-Site VPN User Guide, "Tunnel
    options for your AWS Site-to-Site VPN connection"; NIST SP 800-77 Rev. 1, section 3.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        customer_address: str,
        customer_asn: int = 65_000,
        transit_gateway_id: str | None = None,
        vpc_id: str | None = None,
        route_table_ids: Sequence[str] = (),
        static_routes: Sequence[str] = (),
        alarm_topic: sns.ITopic | None = None,
    ) -> None:
        super().__init__(scope, id)
        check_offered(self, "network.site_to_site_vpn")
        check_customer(customer_address, customer_asn)
        if (transit_gateway_id is None) == (vpc_id is None):
            raise BaselineError(
                "a VPN ends on a transit gateway or in a VPC; give transit_gateway_id or vpc_id"
            )
        if static_routes and vpc_id is None:
            raise BaselineError(
                "static_routes stand in the transit gateway's route tables; leave them out or "
                "use BGP"
            )
        self.log_group = NetworkLogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        allow_log_delivery(self.log_group)
        customer = ec2.CfnCustomerGateway(
            self, "Customer", type="ipsec.1", ip_address=customer_address, bgp_asn=customer_asn
        )
        gateway = self._create_gateway(vpc_id, route_table_ids) if vpc_id else None
        self.resource = ec2.CfnVPNConnection(
            self,
            "Resource",
            type="ipsec.1",
            customer_gateway_id=customer.ref,
            transit_gateway_id=transit_gateway_id,
            vpn_gateway_id=gateway,
            static_routes_only=bool(static_routes),
            pre_shared_key_storage="SecretsManager",
            vpn_tunnel_options_specifications=[self._tunnel() for _ in range(TUNNELS)],
            tags=[cdk.CfnTag(key="Name", value=self.node.path)],
        )
        self.resource.node.add_dependency(self.log_group)
        for number, network in enumerate(static_routes, start=1):
            ec2.CfnVPNConnectionRoute(
                self,
                f"Route{number}",
                vpn_connection_id=self.resource.ref,
                destination_cidr_block=network,
            )
        controls = ["EC2.171", "EC2.183"]
        if alarm_topic is not None:
            self._watch(alarm_topic)
            controls.append("EC2.20")
        implements(self, capability="site-to-site-vpn", controls=controls)

    def _create_gateway(self, vpc_id: str, route_table_ids: Sequence[str]) -> str:
        gateway = ec2.CfnVPNGateway(self, "Gateway", type="ipsec.1")
        attachment = ec2.CfnVPCGatewayAttachment(
            self, "GatewayAttachment", vpc_id=vpc_id, vpn_gateway_id=gateway.ref
        )
        if route_table_ids:
            propagation = ec2.CfnVPNGatewayRoutePropagation(
                self,
                "Propagation",
                vpn_gateway_id=gateway.ref,
                route_table_ids=list(route_table_ids),
            )
            propagation.add_resource_dependency(attachment)
        return gateway.ref

    def _tunnel(self) -> ec2.CfnVPNConnection.VpnTunnelOptionsSpecificationProperty:
        connection = ec2.CfnVPNConnection
        group_arn = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=self.log_group.log_group_name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        return connection.VpnTunnelOptionsSpecificationProperty(
            ike_versions=[connection.IKEVersionsRequestListValueProperty(value="ikev2")],
            phase1_encryption_algorithms=[
                connection.Phase1EncryptionAlgorithmsRequestListValueProperty(value=value)
                for value in ENCRYPTION
            ],
            phase1_integrity_algorithms=[
                connection.Phase1IntegrityAlgorithmsRequestListValueProperty(value=value)
                for value in INTEGRITY
            ],
            phase1_dh_group_numbers=[
                connection.Phase1DHGroupNumbersRequestListValueProperty(value=value)
                for value in GROUPS
            ],
            phase2_encryption_algorithms=[
                connection.Phase2EncryptionAlgorithmsRequestListValueProperty(value=value)
                for value in ENCRYPTION
            ],
            phase2_integrity_algorithms=[
                connection.Phase2IntegrityAlgorithmsRequestListValueProperty(value=value)
                for value in INTEGRITY
            ],
            phase2_dh_group_numbers=[
                connection.Phase2DHGroupNumbersRequestListValueProperty(value=value)
                for value in GROUPS
            ],
            dpd_timeout_action="restart",
            # AWS replaces endpoints only after we agreed, or by its last date.
            enable_tunnel_lifecycle_control=True,
            log_options=connection.VpnTunnelLogOptionsSpecificationProperty(
                cloudwatch_log_options=connection.CloudwatchLogOptionsSpecificationProperty(
                    log_enabled=True, log_group_arn=group_arn, log_output_format="json"
                )
            ),
        )

    def _watch(self, topic: sns.ITopic) -> None:
        alarm = cloudwatch.Alarm(
            self,
            "TunnelDown",
            alarm_description=f"A tunnel of {self.node.path} is down",
            metric=cloudwatch.Metric(
                namespace="AWS/VPN",
                metric_name="TunnelState",
                dimensions_map={"VpnId": self.resource.ref},
                statistic="Minimum",
                period=cdk.Duration.minutes(5),
            ),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=3,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
