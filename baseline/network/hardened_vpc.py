"""HardenedVpc: a VPC that reaches AWS and its own tiers, and nothing else until asked for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network import addresses, ways_out
from baseline.network.acl_rules import (
    CONNECTED,
    DATABASE_PORTS,
    NAT,
    PUBLIC,
    TRANSIT,
    AclRule,
    Peer,
    check_ipv6_ports,
    forwarding_rules,
    isolated_rules,
    private_rules,
)
from baseline.network.addresses import ANYWHERE, ANYWHERE_IPV6
from baseline.network.block_public_access import (
    EncryptionMode,
    ExclusionMode,
    control_encryption,
    exclude_vpc,
)
from baseline.network.cidr_plan import PlannedSubnet, Tier, plan
from baseline.network.default_security_group import DefaultSecurityGroup
from baseline.network.dns_firewall import DnsFirewall
from baseline.network.dns_protection import DnsProtection, check_domains
from baseline.network.endpoints import VpcEndpoints, check_services
from baseline.network.flow_log import FlowLog
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.inspection_policy import InspectionPolicy
from baseline.network.inspection_rules import InspectionRules, check_rules
from baseline.network.nat_gateways import NatGateways
from baseline.network.network_logs import DetectionFlowLog, Traffic
from baseline.network.network_tier import Ipv6, NetworkTier
from baseline.network.ranges import IpamPool, check_connected, check_source
from baseline.network.routes import route
from baseline.primitives.acknowledge import acknowledge_rule


class HardenedVpc(Construct):
    """A VPC without a way to the internet, in tiers that trust each other as little as they can.

    Private subnets for what computes, isolated subnets for what stores, each tier behind a
    network ACL that limits both directions. AWS is reached through endpoints bound to the
    organization. The default security group is empty. Names known to be malicious do not
    resolve. All traffic and all DNS queries are logged to the log archive, rejected traffic to
    CloudWatch as well. Subnet ranges are fixed by a plan that leaves room for what comes later.

    Args:
        scope: parent construct.
        id: construct ID.
        cidr: range of the VPC: private (RFC 1918), /16 to /24; None with ``ipam_pool``.
        flow_log_bucket: bucket of the log archive that receives flow logs and DNS query logs.
        organization_id: organization that the endpoint policies are bound to; the stack's own
            account by default.
        availability_zones: zones in use, 2 by default, up to 4; one more later moves nothing.
        public_subnets: True adds a public tier with an internet gateway, for load balancers that
            answer on HTTPS. No subnet gives out public addresses, this tier included.
        isolated_ports: TCP ports of the isolated tier that the private tier may connect to; MySQL
            and PostgreSQL by default.
        isolated_reaches_endpoints: True lets the isolated tier open connections to AWS endpoints;
            the way for the answers then is a way in from the private tier's high ports too, so
            that security groups alone decide about those.
        ipam_pool: IPAM pool that allocates the range, instead of ``cidr``.
        nat_gateways: True gives the private tier a way out on HTTPS, through a NAT gateway per
            zone; needs ``public_subnets``.
        ipv6: True adds a /56 of Amazon's and a /64 in each subnet; the private tier gets a way
            out over IPv6 only with ``nat_gateways``.
        inspection: what a network firewall of the VPC's own lets through; needs
            ``nat_gateways``. Everything between the public and the private tier, and so to the
            internet, passes the endpoint of a zone in both directions. None by default.
        inspection_name: start of the physical names that Network Firewall requires.
        inspection_protected: as in :class:`InspectionFirewall`.
        transit_gateway_id: transit gateway that the private tier reaches other networks through;
            everything that is not in the VPC goes there, unless there are NAT gateways.
        connected_ranges: networks beyond the transit gateway or a VPN, at most 4, that may use
            the private tier's HTTPS.
        instance_connect: True lets SSH pass between private subnets, for an
            :class:`~baseline.network.instance_connect.InstanceConnectEndpoint`.
        dns_protection: what DNS Firewall does; it blocks and fails closed by default. None
            leaves out firewall and query logs.
        detection_logs: traffic that CloudWatch gets besides the archive: ``REJECT`` by default,
            ``ALL``, or None.
        encryption_control: ``monitor`` or ``enforce`` encryption of traffic inside the VPC; None
            (default) leaves it to the organization.
        public_access_exclusion: excepts this VPC from the account's block of public access:
            ``allow-egress`` or ``allow-bidirectional``; None by default.
        interface_endpoints: services with an interface endpoint in the private tier, by the last
            part of the endpoint's name (``ssm``); none by default. Each costs per hour and zone.

    Attributes:
        vpc: the ``aws_ec2.IVpc`` for other constructs. "Private with egress" selects the private
            tier, whose egress leads to endpoints, and "private isolated" the isolated tier.
        private_subnets: private subnets, one per zone.
        isolated_subnets: isolated subnets, one per zone.
        public_subnets: public subnets, one per zone; empty by default.
        endpoints: the :class:`VpcEndpoints`.
        flow_log: the :class:`FlowLog`.
        tiers: the :class:`NetworkTier` of each tier in use.
        subnets: the planned subnets.
        nat: the :class:`NatGateways`; None by default.
        transit_attachment: the ``CfnTransitGatewayAttachment``; None by default.
        dns_firewall: the :class:`DnsFirewall`; None where left out.
        firewall: the :class:`InspectionFirewall`; None by default.

    Raises:
        BaselineError: when the range, the zones, a port, a domain or an endpoint cannot be
            accepted, or settings exclude each other.

    Source: Security Hub EC2.2, EC2.6, EC2.15, EC2.21; AWS Prescriptive Guidance, "AWS Security
    Reference Architecture", network account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str | None = None,
        flow_log_bucket: s3.IBucket,
        organization_id: str | None = None,
        availability_zones: int = 2,
        public_subnets: bool = False,
        isolated_ports: Sequence[int] = DATABASE_PORTS,
        isolated_reaches_endpoints: bool = False,
        interface_endpoints: Sequence[str] = (),
        ipam_pool: IpamPool | None = None,
        nat_gateways: bool = False,
        ipv6: bool = False,
        inspection: InspectionRules | None = None,
        inspection_name: str | None = None,
        inspection_protected: bool = True,
        transit_gateway_id: str | None = None,
        connected_ranges: Sequence[str] = (),
        instance_connect: bool = False,
        dns_protection: DnsProtection | None = DnsProtection(),  # noqa: B008 - frozen
        detection_logs: Traffic | None = "REJECT",
        encryption_control: EncryptionMode | None = None,
        public_access_exclusion: ExclusionMode | None = None,
    ) -> None:
        super().__init__(scope, id)
        # All settings are checked before the first resource, so that an error names a setting.
        check_services(interface_endpoints)
        check_source(cidr, ipam_pool)
        check_connected(connected_ranges, cidr)
        _check_dns(dns_protection)
        _check_egress(inspection, public=public_subnets, nat=nat_gateways, ipv6=ipv6)
        if ipv6:
            check_ipv6_ports(isolated_ports)
        rules: dict[Tier, Sequence[AclRule]] = {
            "private": private_rules(
                isolated_ports,
                connected=CONNECTED[: len(connected_ranges)],
                instance_connect=instance_connect,
            ),
            "isolated": isolated_rules(
                isolated_ports, reaches_endpoints=isolated_reaches_endpoints
            ),
            **_optional_tiers(
                public=public_subnets,
                nat=nat_gateways,
                inspected=inspection is not None,
                transit=transit_gateway_id is not None,
            ),
        }
        plan(
            cidr or f"10.0.0.0/{ipam_pool.netmask_length if ipam_pool else 0}",
            availability_zones=availability_zones,
            tiers=rules,
        )

        self._resource = self._create_vpc(cidr, ipam_pool)
        self.vpc_id = self._resource.ref
        self.subnets = addresses.planned(
            self._resource,
            cidr=cidr,
            pool=ipam_pool,
            availability_zones=availability_zones,
            tiers=rules,
        )
        self._block = self._create_ipv6_block() if ipv6 else None
        self.tiers = self._create_tiers(
            rules,
            addresses.peers(self._resource, cidr=cidr, pool=ipam_pool, connected=connected_ranges),
        )
        self.nat: NatGateways | None = None
        self.firewall: InspectionFirewall | None = None
        self.transit_attachment: ec2.CfnTransitGatewayAttachment | None = None
        if public_subnets:
            attachment = self._connect_to_internet(self.tiers["public"])
            if nat_gateways:
                self.nat = NatGateways(
                    self, "Nat", subnets=self.tiers["public"].subnets, attachment=attachment
                )
        if self.nat is not None:
            if inspection is not None:
                self.firewall = self._inspect(
                    inspection, inspection_name, inspection_protected, flow_log_bucket
                )
                ways_out.lead_through(
                    self.firewall, self.nat, tiers=self.tiers, subnets=self.subnets
                )
            ways_out.let_private_out(self.tiers["private"], self.nat, self.firewall)
            if ipv6:
                ways_out.let_ipv6_out(self, self.tiers["private"], vpc_id=self.vpc_id)
        if transit_gateway_id is not None:
            self.transit_attachment = ways_out.attach(
                self,
                "TransitAttachment",
                vpc_id=self.vpc_id,
                transit_gateway_id=transit_gateway_id,
                tiers=self.tiers,
                connected=connected_ranges,
                default=self.nat is None,
                ipv6=ipv6,
            )
        self.vpc = self._describe(cidr, availability_zones)
        self.private_subnets: list[ec2.ISubnet] = self.vpc.private_subnets
        self.isolated_subnets: list[ec2.ISubnet] = self.vpc.isolated_subnets
        self.public_subnets: list[ec2.ISubnet] = self.vpc.public_subnets
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            security_group_id=self._resource.attr_default_security_group,
        )
        self.flow_log = FlowLog(self, "FlowLog", vpc_id=self._resource.ref, bucket=flow_log_bucket)
        if detection_logs is not None:
            DetectionFlowLog(
                self, "DetectionLog", vpc_id=self._resource.ref, traffic=detection_logs
            )
        self.dns_firewall = self._filter_names(dns_protection, flow_log_bucket)
        self.endpoints = VpcEndpoints(
            self,
            "Endpoints",
            vpc=self.vpc,
            subnets=self.private_subnets,
            route_tables=[
                table
                for name in ("private", "isolated", "public")
                if name in self.tiers
                for table in self.tiers[name].route_tables
            ],
            services=interface_endpoints,
            organization_id=organization_id,
        )
        self._restrict(encryption_control, public_access_exclusion)
        implements(self, capability="hardened-vpc", controls=["EC2.15", "EC2.21"])

    def _create_vpc(self, cidr: str | None, pool: IpamPool | None) -> ec2.CfnVPC:
        vpc = ec2.CfnVPC(
            self,
            "Resource",
            cidr_block=cidr,
            ipv4_ipam_pool_id=pool.pool_id if pool else None,
            ipv4_netmask_length=pool.netmask_length if pool else None,
            # Private DNS of interface endpoints needs both.
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

    def _filter_names(
        self, protection: DnsProtection | None, bucket: s3.IBucket
    ) -> DnsFirewall | None:
        if protection is None:
            return None
        return DnsFirewall(
            self,
            "DnsFirewall",
            vpc_id=self._resource.ref,
            query_log_bucket=bucket,
            protection=protection,
        )

    def _restrict(self, encryption: EncryptionMode | None, exclusion: ExclusionMode | None) -> None:
        vpc_id = self._resource.ref
        if encryption is not None:
            control_encryption(
                self,
                "EncryptionControl",
                vpc_id=vpc_id,
                mode=encryption,
                public="public" in self.tiers,
                nat=self.nat is not None,
            )
        if exclusion is not None:
            exclude_vpc(self, "PublicAccessExclusion", vpc_id=vpc_id, mode=exclusion)

    def _create_ipv6_block(self) -> ec2.CfnVPCCidrBlock:
        return ec2.CfnVPCCidrBlock(
            self, "Ipv6Block", vpc_id=self._resource.ref, amazon_provided_ipv6_cidr_block=True
        )

    def _create_tiers(
        self, rules: Mapping[Tier, Sequence[AclRule]], peers: Mapping[Peer, str]
    ) -> dict[Tier, NetworkTier]:
        return {
            tier: NetworkTier(
                self,
                tier.capitalize(),
                vpc_id=self._resource.ref,
                subnets=self._planned(tier),
                rules=rows,
                peers=peers,
                ipv6=self._ipv6(),
            )
            for tier, rows in rules.items()
        }

    def _planned(self, tier: Tier) -> list[PlannedSubnet]:
        return [subnet for subnet in self.subnets if subnet.tier == tier]

    def _ipv6(self) -> Ipv6 | None:
        if self._block is None:
            return None
        return Ipv6(
            peers=addresses.ipv6_peers(self._resource),
            subnet=partial(addresses.ipv6_subnet, self._resource),
            block=self._block,
        )

    def _connect_to_internet(self, tier: NetworkTier) -> ec2.CfnVPCGatewayAttachment:
        gateway = ec2.CfnInternetGateway(self, "InternetGateway")
        attachment = ec2.CfnVPCGatewayAttachment(
            self,
            "InternetGatewayAttachment",
            vpc_id=self._resource.ref,
            internet_gateway_id=gateway.ref,
        )
        to_internet = partial(route, tier, after=attachment, gateway_id=gateway.ref)
        for zone, table in enumerate(tier.route_tables, start=1):
            routes = [to_internet(f"InternetRoute{zone}", table=table, destination=ANYWHERE)]
            if self._block is not None:
                routes.append(
                    to_internet(
                        f"InternetRoute{zone}Ipv6",
                        table=table,
                        destination=ANYWHERE_IPV6,
                        ipv6=True,
                    )
                )
            for made in routes:
                acknowledge_rule(
                    made,
                    "VPCNoUnrestrictedRouteToIGW",
                    "public_subnets=True asked for a public tier by name; its network ACL lets "
                    "in HTTPS only, and no subnet gives out public addresses",
                )
        return attachment

    def _inspect(
        self, rules: InspectionRules, name: str | None, protected: bool, log_bucket: s3.IBucket
    ) -> InspectionFirewall:
        policy = InspectionPolicy(
            self,
            "InspectionPolicy",
            home_networks=[self._resource.attr_cidr_block],
            rules=rules,
            # Load balancers and their targets: the domain list has nothing to say about them.
            threats_only=[
                (public.cidr, private.cidr)
                for public in self._planned("public")
                for private in self._planned("private")
            ],
            name=name,
        )
        return InspectionFirewall(
            self,
            "Firewall",
            vpc_id=self._resource.ref,
            subnets=self.tiers["inspection"].subnets,
            policy=policy,
            log_bucket=log_bucket,
            name=name,
            protected=protected,
        )

    def _describe(self, cidr: str | None, availability_zones: int) -> ec2.IVpc:
        def ids(tier: Tier) -> list[str] | None:
            found = self.tiers.get(tier)
            return [subnet.ref for subnet in found.subnets] if found else None

        def tables(tier: Tier) -> list[str] | None:
            found = self.tiers.get(tier)
            return [table.ref for table in found.route_tables] if found else None

        def ranges(tier: Tier) -> list[str] | None:
            return [subnet.cidr for subnet in self._planned(tier)] or None

        return ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=self._resource.ref,
            vpc_cidr_block=cidr or self._resource.attr_cidr_block,
            availability_zones=[
                cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in range(availability_zones)
            ],
            private_subnet_ids=ids("private"),
            private_subnet_route_table_ids=tables("private"),
            private_subnet_ipv4_cidr_blocks=ranges("private"),
            isolated_subnet_ids=ids("isolated"),
            isolated_subnet_route_table_ids=tables("isolated"),
            isolated_subnet_ipv4_cidr_blocks=ranges("isolated"),
            public_subnet_ids=ids("public"),
            public_subnet_route_table_ids=tables("public"),
            public_subnet_ipv4_cidr_blocks=ranges("public"),
        )


def _optional_tiers(
    *, public: bool, nat: bool, inspected: bool, transit: bool
) -> dict[Tier, Sequence[AclRule]]:
    rules: dict[Tier, Sequence[AclRule]] = {}
    if public:
        rules["public"] = PUBLIC + NAT if nat else PUBLIC
    if inspected:
        rules["inspection"] = forwarding_rules(("vpc",))
    if transit:
        rules["transit"] = TRANSIT
    return rules


def _check_dns(protection: DnsProtection | None) -> None:
    if protection is not None:
        check_domains(protection)


def _check_egress(
    inspection: InspectionRules | None, *, public: bool, nat: bool, ipv6: bool
) -> None:
    if nat and not public:
        raise BaselineError(
            "nat_gateways=True needs public_subnets=True: a NAT gateway stands in a public "
            "subnet; set both, or reach the internet through a transit gateway"
        )
    if inspection is None:
        return
    check_rules(inspection)
    if not nat:
        raise BaselineError(
            "inspection needs nat_gateways=True: it stands between the private tier and the NAT "
            "gateways; set it, or inspect centrally with InspectionVpc"
        )
    if ipv6:
        raise BaselineError(
            "inspection and ipv6=True exclude each other: IPv6 would leave past the firewall, "
            "which inspects IPv4; leave one out"
        )
