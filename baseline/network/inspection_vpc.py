"""InspectionVpc: one firewall for all networks, behind the transit gateway."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network import addresses
from baseline.network.acl_rules import CONNECTED, forwarding_rules
from baseline.network.addresses import ANYWHERE
from baseline.network.cidr_plan import PlannedSubnet, Tier, plan
from baseline.network.default_security_group import DefaultSecurityGroup
from baseline.network.flow_log import FlowLog
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.inspection_policy import InspectionPolicy
from baseline.network.inspection_rules import InspectionRules, check_rules
from baseline.network.nat_gateways import NatGateways
from baseline.network.network_tier import NetworkTier
from baseline.network.offered import check_offered
from baseline.network.ranges import check_connected
from baseline.network.routes import route
from baseline.network.transit_gateway import TransitGateway
from baseline.primitives.acknowledge import acknowledge_rule


class InspectionVpc(Construct):
    """A VPC that all traffic between networks, and to the internet, passes through a firewall in.

    The transit gateway brings it into the transit subnet of a zone, whose route leads to the
    firewall's endpoint in the same zone. From there it goes back to the transit gateway when it
    is for another network, else to the zone's NAT gateway where there is one. Answers take the
    same endpoint: the attachment is in appliance mode, and the NAT gateway's subnet sends what
    is for the networks to the endpoint of its own zone. Nothing else stands in this VPC.

    Args:
        scope: parent construct.
        id: construct ID.
        cidr: range of the VPC: private, /16 to /22.
        transit_gateway: the :class:`TransitGateway`.
        networks: ranges of the networks, at most 4: what is behind the transit gateway.
        flow_log_bucket: bucket of the log archive; firewall logs go there too.
        rules: what is let through; nothing by default.
        internet_egress: True adds NAT gateways and an internet gateway; False by default, then
            the firewall connects the networks only.
        availability_zones: zones in use, 2 by default, up to 4.
        name: start of the physical names that Network Firewall requires; made of the path by
            default.
        protected: as in :class:`InspectionFirewall`.

    Attributes:
        vpc_id: the VPC.
        tiers: the :class:`NetworkTier` of each tier.
        policy: the :class:`InspectionPolicy`.
        firewall: the :class:`InspectionFirewall`.
        attachment: the ``CfnTransitGatewayAttachment``.

    Raises:
        BaselineError: when a range or rule cannot be used.

    Source: AWS Network Firewall Developer Guide, "Multi zone architecture with an internet
    gateway"; Amazon VPC Transit Gateways Guide, "Appliances in a shared services VPC".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str,
        transit_gateway: TransitGateway,
        networks: Sequence[str],
        flow_log_bucket: s3.IBucket,
        rules: InspectionRules | None = None,
        internet_egress: bool = False,
        availability_zones: int = 2,
        name: str | None = None,
        protected: bool = True,
    ) -> None:
        super().__init__(scope, id)
        check_offered(self, "network.inspection")
        names: list[Tier] = ["inspection", "transit"]
        if internet_egress:
            names.append("public")
        subnets = plan(cidr, availability_zones=availability_zones, tiers=names)
        check_connected(networks, cidr)
        if not networks:
            raise BaselineError(
                "networks is empty; name the ranges behind the transit gateway, such as 10.0.0.0/8"
            )
        check_rules(rules or InspectionRules())
        self._networks = list(networks)
        self._resource = self._create_vpc(cidr)
        self.vpc_id = self._resource.ref
        self.tiers = self._create_tiers(names, subnets, cidr)
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            security_group_id=self._resource.attr_default_security_group,
        )
        FlowLog(self, "FlowLog", vpc_id=self.vpc_id, bucket=flow_log_bucket)
        self.attachment = self._attach(transit_gateway)
        self.policy = InspectionPolicy(
            self, "Policy", home_networks=[*networks], rules=rules, name=name
        )
        self.firewall = InspectionFirewall(
            self,
            "Firewall",
            vpc_id=self.vpc_id,
            subnets=self.tiers["inspection"].subnets,
            policy=self.policy,
            log_bucket=flow_log_bucket,
            name=name,
            protected=protected,
        )
        nat = self._connect_to_internet() if internet_egress else None
        self._route(transit_gateway, nat)
        implements(self, capability="inspection-vpc", controls=["EC2.15", "EC2.21"])

    def _create_vpc(self, cidr: str) -> ec2.CfnVPC:
        vpc = ec2.CfnVPC(
            self,
            "Resource",
            cidr_block=cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=[cdk.CfnTag(key="Name", value=self.node.path)],
        )
        acknowledge_rule(
            vpc,
            "VPCDefaultSecurityGroupClosed",
            "the custom resource DefaultSecurityGroup beside it revokes every rule of the default "
            "security group",
        )
        return vpc

    def _create_tiers(
        self, names: Sequence[Tier], subnets: Sequence[PlannedSubnet], cidr: str
    ) -> dict[Tier, NetworkTier]:
        rules = forwarding_rules(CONNECTED[: len(self._networks)])
        peers = addresses.peers(self._resource, cidr=cidr, pool=None, connected=self._networks)
        return {
            tier: NetworkTier(
                self,
                tier.capitalize(),
                vpc_id=self.vpc_id,
                subnets=[subnet for subnet in subnets if subnet.tier == tier],
                rules=rules,
                peers=peers,
            )
            for tier in names
        }

    def _attach(self, transit_gateway: TransitGateway) -> ec2.CfnTransitGatewayAttachment:
        attachment = ec2.CfnTransitGatewayAttachment(
            self,
            "TransitAttachment",
            transit_gateway_id=transit_gateway.resource.attr_id,
            vpc_id=self.vpc_id,
            subnet_ids=[subnet.ref for subnet in self.tiers["transit"].subnets],
            # Without it the way back may take another zone, whose endpoint has not seen the start.
            options={
                "ApplianceModeSupport": "enable",
                "DnsSupport": "enable",
                "Ipv6Support": "disable",
            },
            tags=[cdk.CfnTag(key="Name", value=self.node.path)],
        )
        transit_gateway.inspect_with(attachment)
        return attachment

    def _connect_to_internet(self) -> NatGateways:
        public = self.tiers["public"]
        gateway = ec2.CfnInternetGateway(self, "InternetGateway")
        attachment = ec2.CfnVPCGatewayAttachment(
            self,
            "InternetGatewayAttachment",
            vpc_id=self.vpc_id,
            internet_gateway_id=gateway.ref,
        )
        for zone, table in enumerate(public.route_tables, start=1):
            made = route(
                public,
                f"InternetRoute{zone}",
                table=table,
                destination=ANYWHERE,
                after=attachment,
                gateway_id=gateway.ref,
            )
            acknowledge_rule(
                made,
                "VPCNoUnrestrictedRouteToIGW",
                "internet_egress=True asked for a way out by name; only NAT gateways stand in the "
                "subnet, and the firewall has judged what reaches them",
            )
        return NatGateways(self, "Nat", subnets=public.subnets, attachment=attachment)

    def _route(self, transit_gateway: TransitGateway, nat: NatGateways | None) -> None:
        for index, endpoint in enumerate(self.firewall.endpoint_ids):
            zone = index + 1
            route(
                self.tiers["transit"],
                f"FirewallRoute{zone}",
                table=self.tiers["transit"].route_tables[index],
                destination=ANYWHERE,
                vpc_endpoint_id=endpoint,
            )
            inspection = self.tiers["inspection"]
            for number, network in enumerate(self._networks, start=1):
                route(
                    inspection,
                    f"Network{number}Route{zone}",
                    table=inspection.route_tables[index],
                    destination=network,
                    after=self.attachment,
                    transit_gateway_id=transit_gateway.resource.attr_id,
                )
                if nat is not None:
                    route(
                        self.tiers["public"],
                        f"Network{number}Route{zone}",
                        table=self.tiers["public"].route_tables[index],
                        destination=network,
                        vpc_endpoint_id=endpoint,
                    )
            if nat is not None:
                route(
                    inspection,
                    f"InternetRoute{zone}",
                    table=inspection.route_tables[index],
                    destination=ANYWHERE,
                    nat_gateway_id=nat.gateways[index].ref,
                )
