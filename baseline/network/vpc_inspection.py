"""The network firewall of one VPC, between its private tier and its NAT gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.network import ways_out
from baseline.network.cidr_plan import PlannedSubnet, Tier
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.inspection_policy import InspectionPolicy
from baseline.network.inspection_rules import InspectionRules
from baseline.network.nat_gateways import NatGateways
from baseline.network.network_tier import NetworkTier


def inspect(
    scope: Construct,
    *,
    vpc: ec2.CfnVPC,
    tiers: Mapping[Tier, NetworkTier],
    subnets: Sequence[PlannedSubnet],
    nat: NatGateways,
    rules: InspectionRules,
    log_bucket: s3.IBucket,
    name: str | None,
    protected: bool,
) -> InspectionFirewall:
    """Put a firewall into the inspection tier, and lead what leaves and enters through it.

    Args:
        scope: the VPC's construct.
        vpc: the VPC.
        tiers: its tiers, with ``inspection``.
        subnets: the planned subnets.
        nat: the NAT gateways, one per zone.
        rules: what is let through.
        log_bucket: bucket of the log archive.
        name: start of the physical names.
        protected: as in :class:`InspectionFirewall`.
    """
    policy = InspectionPolicy(
        scope,
        "InspectionPolicy",
        home_networks=[vpc.attr_cidr_block],
        rules=rules,
        # Load balancers and their targets: the domain list has nothing to say about them.
        threats_only=[
            (public.cidr, private.cidr)
            for public in subnets
            if public.tier == "public"
            for private in subnets
            if private.tier == "private"
        ],
        name=name,
    )
    firewall = InspectionFirewall(
        scope,
        "Firewall",
        vpc_id=vpc.ref,
        subnets=tiers["inspection"].subnets,
        policy=policy,
        log_bucket=log_bucket,
        name=name,
        protected=protected,
    )
    ways_out.lead_through(firewall, nat, tiers=tiers, subnets=subnets)
    return firewall
