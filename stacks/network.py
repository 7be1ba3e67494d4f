"""Stack `network`: the hardened VPC of the network account, and what its configuration adds."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.config.network import (
    DnsFirewallSettings,
    InspectionSettings,
    NetworkSettings,
    RejectedTrafficSettings,
    SecurityGroupSettings,
)
from baseline.network.acl_rules import DATABASE_PORTS
from baseline.network.admin_ports import AdminPortsClosed
from baseline.network.client_vpn import ClientVpn
from baseline.network.dns_protection import Action, Confidence, DnsProtection
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.inspection_rules import AllowedFlow, InspectionRules
from baseline.network.inspection_vpc import InspectionVpc
from baseline.network.instance_connect import InstanceConnectEndpoint
from baseline.network.network_logs import Traffic
from baseline.network.ranges import IpamPool
from baseline.network.rejected_traffic import Kind
from baseline.network.security_groups import TieredSecurityGroups
from baseline.network.site_to_site_vpn import SiteToSiteVpn
from baseline.network.transit_gateway import TransitGateway
from baseline.network.vpn_access import Access
from baseline.primitives.alarm_topic import AlarmTopic

TRAFFIC: dict[str, Traffic | None] = {"none": None, "rejected": "REJECT", "all": "ALL"}
ACTIONS: dict[str, Action] = {"block": "BLOCK", "alert": "ALERT"}
CONFIDENCE: dict[str, Confidence] = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH"}


class NetworkStack(cdk.Stack):
    """The VPC of the network account, with its flow and query logs in the log archive.

    With ``network.inspection.form: central`` a transit gateway, shared with the organization, and
    a VPC with the firewall come with it; with ``site_to_site_vpn`` and ``client_vpn`` the VPNs.

    Args:
        scope: the app.
        id: stack ID.
        configuration: settings; ``network`` says what there is.
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
            stack_name=f"{names.prefix}-{id}",
            description="Hardened VPC with tiers, endpoints, DNS firewall and logs to the log archive",
            env=env,
        )
        network = configuration.network
        self._names = names
        self._logs = s3.Bucket.from_bucket_name(self, "FlowLogBucket", names.flow_log_bucket)
        central = network.inspection.form == "central"
        self.alarm_topic = self._create_alarm_topic(network, configuration.notifications.high)
        self.transit_gateway = self._inspect(network) if central else None
        self.hardened_vpc = self._create_vpc(network)
        self._join(network.inspection)
        self._admit(network)
        self._connect(network)
        cdk.Aspects.of(self).add(AdminPortsClosed())

    def _create_alarm_topic(
        self, network: NetworkSettings, addresses: Sequence[str]
    ) -> sns.ITopic | None:
        if not network.site_to_site_vpn and not _alarms_on_rejected_traffic(network):
            return None
        return AlarmTopic(self, "Alarms", addresses=addresses, display_name="Network alarms").topic

    def _create_vpc(self, network: NetworkSettings) -> HardenedVpc:
        gateway = self.transit_gateway
        return HardenedVpc(
            self,
            "Vpc",
            cidr=None if network.ipam else network.cidr,
            ipam_pool=_pool(network),
            availability_zones=network.availability_zones,
            interface_endpoints=network.interface_endpoints,
            organization_id=None if self._names.standalone else self._names.organization_id,
            flow_log_bucket=self._logs,
            public_subnets=network.public_tier,
            nat_gateways=network.nat_gateways,
            ipv6=network.ipv6,
            inspection=_rules(network.inspection) if network.inspection.form == "vpc" else None,
            inspection_name=self._names.inspection,
            inspection_protected=network.inspection.protected,
            transit_gateway_id=gateway.resource.attr_id if gateway else None,
            connected_ranges=network.inspection.networks if gateway else (),
            dns_protection=_protection(network.dns_firewall),
            isolated_ports=_isolated_ports(network),
            instance_connect=network.instance_connect is not None,
            detection_logs=TRAFFIC[network.detection_logs],
            alarm_topic=self.alarm_topic if _alarms_on_rejected_traffic(network) else None,
            rejected_thresholds=_thresholds(network.rejected_traffic),
            encryption_control=network.encryption_control,
            public_access_exclusion=network.public_access_exclusion,
        )

    def _inspect(self, network: NetworkSettings) -> TransitGateway:
        settings, names = network.inspection, self._names
        gateway = TransitGateway(
            self,
            "TransitGateway",
            flow_log_bucket=self._logs,
            organization_arn=names.organization_arn,
            name=names.transit_gateway,
        )
        InspectionVpc(
            self,
            "Inspection",
            cidr=settings.cidr,
            transit_gateway=gateway,
            networks=settings.networks,
            flow_log_bucket=self._logs,
            rules=_rules(settings),
            internet_egress=settings.internet_egress,
            availability_zones=network.availability_zones,
            name=names.inspection,
            protected=settings.protected,
        )
        return gateway

    def _join(self, settings: InspectionSettings) -> None:
        own = self.hardened_vpc.transit_attachment
        if self.transit_gateway is None or own is None:
            return
        self.transit_gateway.connect("Vpc", own.attr_id)
        for name, attachment in settings.spokes.items():
            self.transit_gateway.connect(f"Spoke{name}", attachment)

    def _admit(self, network: NetworkSettings) -> None:
        vpc = self.hardened_vpc
        self.security_groups = {
            name: _groups(self, name, vpc.vpc, settings)
            for name, settings in network.security_groups.items()
        }
        if network.instance_connect is None:
            return
        applications = {name: each.application for name, each in self.security_groups.items()}
        InstanceConnectEndpoint(
            self,
            "InstanceConnect",
            vpc=vpc.vpc,
            subnet=vpc.private_subnets[0],
            ssh=[applications[name] for name in network.instance_connect.ssh],
            rdp=[applications[name] for name in network.instance_connect.rdp],
        )

    def _connect(self, network: NetworkSettings) -> None:
        vpc = self.hardened_vpc
        gateway = self.transit_gateway
        for name, site in network.site_to_site_vpn.items():
            SiteToSiteVpn(
                self,
                f"Site{name}",
                customer_address=site.address,
                customer_asn=site.asn,
                transit_gateway_id=gateway.resource.attr_id if gateway else None,
                vpc_id=None if gateway else vpc.vpc_id,
                route_table_ids=[table.ref for table in vpc.tiers["private"].route_tables],
                alarm_topic=self.alarm_topic,
            )
        client = network.client_vpn
        if client is not None:
            ClientVpn(
                self,
                "ClientVpn",
                vpc=vpc.vpc,
                subnets=vpc.private_subnets,
                client_cidr=client.client_cidr,
                server_certificate_arn=client.server_certificate_arn,
                saml_provider_arn=client.saml_provider_arn,
                access={
                    name: Access(group=each.group, network=each.network, ports=each.ports)
                    for name, each in client.access.items()
                },
                routes=(
                    {f"Network{n}": text for n, text in enumerate(network.inspection.networks, 1)}
                    if gateway
                    else None
                ),
                split_tunnel=client.split_tunnel,
                session_hours=client.session_hours,
                banner=client.banner,
            )


def _groups(
    scope: Construct, name: str, vpc: ec2.IVpc, settings: SecurityGroupSettings
) -> TieredSecurityGroups:
    groups = TieredSecurityGroups(
        scope,
        f"{name}Groups",
        vpc=vpc,
        clients=settings.clients,
        client_port=settings.client_port,
        application_port=settings.application_port,
        database_ports=settings.database_ports,
        gateway_prefix_lists=settings.gateway_prefix_lists,
    )
    # Whoever starts an instance finds the group by its name.
    for group in (groups.load_balancer, groups.application, groups.database):
        cdk.Tags.of(group).add("Name", group.node.path)
    return groups


def _isolated_ports(network: NetworkSettings) -> list[int]:
    named = {port for each in network.security_groups.values() for port in each.database_ports}
    return sorted({*DATABASE_PORTS, *named})


def _alarms_on_rejected_traffic(network: NetworkSettings) -> bool:
    return network.rejected_traffic.alarms and network.detection_logs != "none"


def _thresholds(settings: RejectedTrafficSettings) -> dict[Kind, int]:
    return {
        "outbound": settings.outbound,
        "administration": settings.administration,
        "volume": settings.volume,
    }


def _pool(network: NetworkSettings) -> IpamPool | None:
    if network.ipam is None:
        return None
    return IpamPool(pool_id=network.ipam.pool_id, netmask_length=network.ipam.netmask_length)


def _protection(settings: DnsFirewallSettings) -> DnsProtection | None:
    if not settings.enabled:
        return None
    return DnsProtection(
        action=ACTIONS[settings.action],
        confidence=CONFIDENCE[settings.confidence],
        fail_open=settings.fail_open,
        allowed_domains=settings.allowed_domains,
        blocked_domains=settings.blocked_domains,
        mutation_protection=settings.mutation_protection,
    )


def _rules(settings: InspectionSettings) -> InspectionRules:
    return InspectionRules(
        allowed_domains=settings.allowed_domains,
        allowed_flows=[
            AllowedFlow(name=name, source=flow.source, destination=flow.destination, port=flow.port)
            for name, flow in settings.allowed_flows.items()
        ],
        alert_only=settings.alert_only,
    )
