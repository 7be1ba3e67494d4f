"""HardenedVpc: a VPC that reaches AWS and its own tiers, and nothing else until asked for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network import addresses, ways_out
from baseline.network.acl_rules import DATABASE_PORTS
from baseline.network.block_public_access import (
    EncryptionMode,
    ExclusionMode,
    control_encryption,
    exclude_vpc,
)
from baseline.network.cidr_plan import PlannedSubnet, Tier
from baseline.network.default_security_group import DefaultSecurityGroup
from baseline.network.dns_firewall import DnsFirewall
from baseline.network.dns_protection import DnsProtection
from baseline.network.endpoints import VpcEndpoints
from baseline.network.flow_log import FlowLog
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.inspection_rules import InspectionRules
from baseline.network.internet_gateway import connect_to_internet
from baseline.network.nat_gateways import NatGateways
from baseline.network.network_logs import DetectionFlowLog, Traffic
from baseline.network.network_tier import Ipv6, NetworkTier
from baseline.network.ranges import IpamPool
from baseline.network.rejected_traffic import Kind, RejectedTrafficAlarms
from baseline.network.vpc_choices import VpcChoices
from baseline.network.vpc_inspection import inspect
from baseline.network.vpc_view import view_of
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
        alarm_topic: told when the VPC rejects traffic as in a scan or a break-in
            (:class:`RejectedTrafficAlarms`); None by default, then nobody is.
        rejected_thresholds: as ``thresholds`` there.
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
        detection_log: the :class:`DetectionFlowLog`; None where left out.
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
        alarm_topic: sns.ITopic | None = None,
        rejected_thresholds: Mapping[Kind, int] | None = None,
        encryption_control: EncryptionMode | None = None,
        public_access_exclusion: ExclusionMode | None = None,
    ) -> None:
        super().__init__(scope, id)
        choices = VpcChoices(
            cidr=cidr,
            ipam_pool=ipam_pool,
            availability_zones=availability_zones,
            public_subnets=public_subnets,
            nat_gateways=nat_gateways,
            ipv6=ipv6,
            isolated_ports=isolated_ports,
            isolated_reaches_endpoints=isolated_reaches_endpoints,
            interface_endpoints=interface_endpoints,
            inspection=inspection,
            transit_gateway_id=transit_gateway_id,
            connected_ranges=connected_ranges,
            instance_connect=instance_connect,
            dns_protection=dns_protection,
            detection_logs=detection_logs,
            alarm_topic=alarm_topic,
            rejected_thresholds=rejected_thresholds or {},
            encryption_control=encryption_control,
            public_access_exclusion=public_access_exclusion,
        )
        # All settings are checked before the first resource, so that an error names a setting.
        choices.check(self)
        self._resource = self._create_vpc(choices)
        self.vpc_id = self._resource.ref
        self.subnets = self._plan(choices)
        self._block = self._create_ipv6_block() if ipv6 else None
        self.tiers = self._create_tiers(choices)
        self.nat = self._create_nat(choices)
        self.firewall = self._inspect(
            choices, inspection_name, flow_log_bucket, protected=inspection_protected
        )
        self._let_out(ipv6=ipv6)
        self.transit_attachment = self._attach(choices)
        self.vpc = self._view(choices)
        self.private_subnets: list[ec2.ISubnet] = self.vpc.private_subnets
        self.isolated_subnets: list[ec2.ISubnet] = self.vpc.isolated_subnets
        self.public_subnets: list[ec2.ISubnet] = self.vpc.public_subnets
        self._empty_default_security_group()
        self.flow_log = FlowLog(self, "FlowLog", vpc_id=self.vpc_id, bucket=flow_log_bucket)
        self.detection_log = self._log_for_detection(detection_logs)
        self._watch(choices)
        self.dns_firewall = self._filter_names(dns_protection, flow_log_bucket)
        self.endpoints = self._create_endpoints(interface_endpoints, organization_id)
        self._restrict(choices)
        implements(self, capability="hardened-vpc", controls=["EC2.15", "EC2.21"])

    def _create_vpc(self, choices: VpcChoices) -> ec2.CfnVPC:
        pool = choices.ipam_pool
        vpc = ec2.CfnVPC(
            self,
            "Resource",
            cidr_block=choices.cidr,
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

    def _plan(self, choices: VpcChoices) -> tuple[PlannedSubnet, ...]:
        return addresses.planned(
            self._resource,
            cidr=choices.cidr,
            pool=choices.ipam_pool,
            availability_zones=choices.availability_zones,
            tiers=choices.rules(),
        )

    def _create_ipv6_block(self) -> ec2.CfnVPCCidrBlock:
        return ec2.CfnVPCCidrBlock(
            self, "Ipv6Block", vpc_id=self.vpc_id, amazon_provided_ipv6_cidr_block=True
        )

    def _create_tiers(self, choices: VpcChoices) -> dict[Tier, NetworkTier]:
        peers = addresses.peers(
            self._resource,
            cidr=choices.cidr,
            pool=choices.ipam_pool,
            connected=choices.connected_ranges,
        )
        return {
            tier: NetworkTier(
                self,
                tier.capitalize(),
                vpc_id=self.vpc_id,
                subnets=[subnet for subnet in self.subnets if subnet.tier == tier],
                rules=rows,
                peers=peers,
                ipv6=self._ipv6(),
            )
            for tier, rows in choices.rules().items()
        }

    def _ipv6(self) -> Ipv6 | None:
        if self._block is None:
            return None
        return Ipv6(
            peers=addresses.ipv6_peers(self._resource),
            subnet=partial(addresses.ipv6_subnet, self._resource),
            block=self._block,
        )

    def _create_nat(self, choices: VpcChoices) -> NatGateways | None:
        if not choices.public_subnets:
            return None
        public = self.tiers["public"]
        attachment = connect_to_internet(self, public, vpc_id=self.vpc_id, ipv6=choices.ipv6)
        if not choices.nat_gateways:
            return None
        return NatGateways(self, "Nat", subnets=public.subnets, attachment=attachment)

    def _inspect(
        self, choices: VpcChoices, name: str | None, log_bucket: s3.IBucket, *, protected: bool
    ) -> InspectionFirewall | None:
        if choices.inspection is None or self.nat is None:
            return None
        return inspect(
            self,
            vpc=self._resource,
            tiers=self.tiers,
            subnets=self.subnets,
            nat=self.nat,
            rules=choices.inspection,
            log_bucket=log_bucket,
            name=name,
            protected=protected,
        )

    def _let_out(self, *, ipv6: bool) -> None:
        if self.nat is None:
            return
        ways_out.let_private_out(self.tiers["private"], self.nat, self.firewall)
        if ipv6:
            ways_out.let_ipv6_out(self, self.tiers["private"], vpc_id=self.vpc_id)

    def _attach(self, choices: VpcChoices) -> ec2.CfnTransitGatewayAttachment | None:
        if choices.transit_gateway_id is None:
            return None
        return ways_out.attach(
            self,
            "TransitAttachment",
            vpc_id=self.vpc_id,
            transit_gateway_id=choices.transit_gateway_id,
            tiers=self.tiers,
            connected=choices.connected_ranges,
            default=self.nat is None,
            ipv6=choices.ipv6,
        )

    def _view(self, choices: VpcChoices) -> ec2.IVpc:
        return view_of(
            self,
            "Vpc",
            vpc=self._resource,
            cidr=choices.cidr,
            availability_zones=choices.availability_zones,
            tiers=self.tiers,
            subnets=self.subnets,
        )

    def _empty_default_security_group(self) -> None:
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            security_group_id=self._resource.attr_default_security_group,
        )

    def _log_for_detection(self, traffic: Traffic | None) -> DetectionFlowLog | None:
        if traffic is None:
            return None
        return DetectionFlowLog(self, "DetectionLog", vpc_id=self.vpc_id, traffic=traffic)

    def _watch(self, choices: VpcChoices) -> None:
        if choices.alarm_topic is None or self.detection_log is None:
            return
        RejectedTrafficAlarms(
            self,
            "RejectedTraffic",
            log_group=self.detection_log.log_group,
            vpc_id=self.vpc_id,
            topic=choices.alarm_topic,
            thresholds=choices.rejected_thresholds,
        )

    def _filter_names(
        self, protection: DnsProtection | None, bucket: s3.IBucket
    ) -> DnsFirewall | None:
        if protection is None:
            return None
        return DnsFirewall(
            self,
            "DnsFirewall",
            vpc_id=self.vpc_id,
            query_log_bucket=bucket,
            protection=protection,
        )

    def _create_endpoints(
        self, services: Sequence[str], organization_id: str | None
    ) -> VpcEndpoints:
        served: tuple[Tier, ...] = ("private", "isolated", "public")
        return VpcEndpoints(
            self,
            "Endpoints",
            vpc=self.vpc,
            subnets=self.private_subnets,
            route_tables=[
                table
                for tier in served
                if tier in self.tiers
                for table in self.tiers[tier].route_tables
            ],
            services=services,
            organization_id=organization_id,
        )

    def _restrict(self, choices: VpcChoices) -> None:
        if choices.encryption_control is not None:
            control_encryption(
                self,
                "EncryptionControl",
                vpc_id=self.vpc_id,
                mode=choices.encryption_control,
                public="public" in self.tiers,
                nat=self.nat is not None,
            )
        exclusion = choices.public_access_exclusion
        if exclusion is not None:
            exclude_vpc(self, "PublicAccessExclusion", vpc_id=self.vpc_id, mode=exclusion)
