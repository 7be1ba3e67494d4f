"""HardenedVpc: a VPC that reaches AWS and its own tiers, and nothing else until asked for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.acl_rules import (
    DATABASE_PORTS,
    PUBLIC,
    AclRule,
    Peer,
    isolated_rules,
    private_rules,
)
from baseline.network.cidr_plan import PlannedSubnet, Tier, plan, tier_block
from baseline.network.default_security_group import DefaultSecurityGroup
from baseline.network.endpoints import VpcEndpoints, check_services
from baseline.network.flow_log import FlowLog
from baseline.network.network_tier import NetworkTier
from baseline.primitives.acknowledge import acknowledge_rule

ANYWHERE = "0.0.0.0/0"


class HardenedVpc(Construct):
    """A VPC without a way to the internet, in tiers that trust each other as little as they can.

    Private subnets for what computes, isolated subnets for what stores, each tier behind a
    network ACL that limits both directions. AWS is reached through endpoints bound to the
    organization. The default security group is empty. All traffic is logged to the log archive.
    Subnet ranges are fixed by a plan that leaves room for tiers and zones to come.

    Args:
        scope: parent construct.
        id: construct ID.
        cidr: range of the VPC: private (RFC 1918), /16 to /24.
        flow_log_bucket: bucket of the log archive that receives the flow logs.
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

    Raises:
        BaselineError: when the range, the zones, a port or an endpoint cannot be accepted.

    Source: Security Hub EC2.2, EC2.6, EC2.15, EC2.21; AWS Prescriptive Guidance, "AWS Security
    Reference Architecture", network account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cidr: str,
        flow_log_bucket: s3.IBucket,
        organization_id: str | None = None,
        availability_zones: int = 2,
        public_subnets: bool = False,
        isolated_ports: Sequence[int] = DATABASE_PORTS,
        isolated_reaches_endpoints: bool = False,
        interface_endpoints: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        # All settings are checked before the first resource, so that an error names a setting.
        check_services(interface_endpoints)
        rules: dict[Tier, Sequence[AclRule]] = {
            "private": private_rules(isolated_ports),
            "isolated": isolated_rules(
                isolated_ports, reaches_endpoints=isolated_reaches_endpoints
            ),
        }
        if public_subnets:
            rules["public"] = PUBLIC
        subnets = plan(cidr, availability_zones=availability_zones, tiers=rules)

        self._resource = self._create_vpc(cidr)
        self._tiers = self._create_tiers(rules, subnets, _peers(cidr))
        if public_subnets:
            self._connect_to_internet(self._tiers["public"])
        self.vpc = self._describe(cidr, availability_zones, subnets)
        self.private_subnets: list[ec2.ISubnet] = self.vpc.private_subnets
        self.isolated_subnets: list[ec2.ISubnet] = self.vpc.isolated_subnets
        self.public_subnets: list[ec2.ISubnet] = self.vpc.public_subnets
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            security_group_id=self._resource.attr_default_security_group,
        )
        self.flow_log = FlowLog(self, "FlowLog", vpc_id=self._resource.ref, bucket=flow_log_bucket)
        self.endpoints = VpcEndpoints(
            self,
            "Endpoints",
            vpc=self.vpc,
            subnets=self.private_subnets,
            route_tables=[table for tier in self._tiers.values() for table in tier.route_tables],
            services=interface_endpoints,
            organization_id=organization_id,
        )
        implements(self, capability="hardened-vpc", controls=["EC2.15", "EC2.21"])

    def _create_vpc(self, cidr: str) -> ec2.CfnVPC:
        vpc = ec2.CfnVPC(
            self,
            "Resource",
            cidr_block=cidr,
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

    def _create_tiers(
        self,
        rules: Mapping[Tier, Sequence[AclRule]],
        subnets: Sequence[PlannedSubnet],
        peers: Mapping[Peer, str],
    ) -> dict[Tier, NetworkTier]:
        return {
            tier: NetworkTier(
                self,
                tier.capitalize(),
                vpc_id=self._resource.ref,
                subnets=[subnet for subnet in subnets if subnet.tier == tier],
                rules=rows,
                peers=peers,
            )
            for tier, rows in rules.items()
        }

    def _connect_to_internet(self, tier: NetworkTier) -> None:
        gateway = ec2.CfnInternetGateway(self, "InternetGateway")
        attachment = ec2.CfnVPCGatewayAttachment(
            self,
            "InternetGatewayAttachment",
            vpc_id=self._resource.ref,
            internet_gateway_id=gateway.ref,
        )
        for zone, table in enumerate(tier.route_tables, start=1):
            route = ec2.CfnRoute(
                tier,
                f"InternetRoute{zone}",
                route_table_id=table.ref,
                destination_cidr_block=ANYWHERE,
                gateway_id=gateway.ref,
            )
            route.add_resource_dependency(attachment)
            acknowledge_rule(
                route,
                "VPCNoUnrestrictedRouteToIGW",
                "public_subnets=True asked for a public tier by name; its network ACL lets in "
                "HTTPS only, and no subnet gives out public addresses",
            )

    def _describe(
        self, cidr: str, availability_zones: int, subnets: Sequence[PlannedSubnet]
    ) -> ec2.IVpc:
        def ids(tier: Tier) -> list[str] | None:
            found = self._tiers.get(tier)
            return [subnet.ref for subnet in found.subnets] if found else None

        def tables(tier: Tier) -> list[str] | None:
            found = self._tiers.get(tier)
            return [table.ref for table in found.route_tables] if found else None

        def ranges(tier: Tier) -> list[str] | None:
            return [subnet.cidr for subnet in subnets if subnet.tier == tier] or None

        return ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=self._resource.ref,
            vpc_cidr_block=cidr,
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


def _peers(cidr: str) -> dict[Peer, str]:
    return {
        "vpc": cidr,
        "private": tier_block(cidr, "private"),
        "isolated": tier_block(cidr, "isolated"),
        "anywhere": ANYWHERE,
    }
