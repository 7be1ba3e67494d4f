"""What the parts of the reference workload cannot see by themselves: that they fit together."""

from __future__ import annotations

import re

import aws_cdk as cdk

from baseline.edge.web_acl_choices import GLOBAL_REGION
from baseline.errors import BaselineError
from baseline.network.acl_rules import isolated_rules
from baseline.network.hardened_vpc import HardenedVpc

PREFIX_LIST = re.compile(r"pl-[0-9a-f]{8,17}")
LIST_NAME = "com.amazonaws.global.cloudfront.origin-facing"


def check_way_in(network: HardenedVpc) -> None:
    """Raise for a VPC that CloudFront has no way into.

    Raises:
        BaselineError: the VPC has no public tier.
    """
    if not network.public_subnets:
        raise BaselineError(
            f"network {network.node.path} has no public tier; build it with public_subnets=True: a "
            "VPC origin of CloudFront asks for the internet gateway, and nothing gets a public "
            "address by it"
        )


def check_database_port(network: HardenedVpc, port: int) -> None:
    """Raise for a VPC whose isolated tier does not let the machines reach the database.

    Raises:
        BaselineError: names the port.
    """
    (row,) = (rule for rule in isolated_rules([port]) if rule.ports == (port, port))
    tier = network.tiers["isolated"]
    if tier.node.try_find_child(f"{row.direction.capitalize()}{row.name}") is None:
        raise BaselineError(
            f"network {network.node.path} does not let its private tier reach port {port}, on which "
            f"the database listens; build it with isolated_ports=[{port}]"
        )


def check_prefix_list(prefix_list: str) -> None:
    """Raise for what is no ID of a prefix list.

    Raises:
        BaselineError: names the value and how to find the right one.
    """
    if not cdk.Token.is_unresolved(prefix_list) and not PREFIX_LIST.fullmatch(prefix_list):
        raise BaselineError(
            f"cloudfront_prefix_list {prefix_list!r} is not the ID of a prefix list; ask AWS for that "
            f"of the Region: aws ec2 describe-managed-prefix-lists --filters "
            f"Name=prefix-list-name,Values={LIST_NAME}"
        )


def check_certificate(arn: str, domain: str) -> None:
    """Raise for a certificate that CloudFront does not find.

    Raises:
        BaselineError: names domain, certificate and the Region it has to be in.
    """
    if not cdk.Token.is_unresolved(arn) and not arn.startswith(f"arn:aws:acm:{GLOBAL_REGION}:"):
        raise BaselineError(
            f"certificate {arn!r} of {domain!r} is not in {GLOBAL_REGION!r}, where CloudFront looks "
            f"for it; request one there and pass its ARN"
        )


def check_region(region: str) -> None:
    """Raise for an edge anywhere but in the Region of CloudFront's web ACLs, metrics and certificates.

    Raises:
        BaselineError: names the Region.
    """
    if cdk.Token.is_unresolved(region) or region != GLOBAL_REGION:
        where = "a stack without a Region" if cdk.Token.is_unresolved(region) else repr(region)
        raise BaselineError(
            f"the edge stands in {where}; web ACL, certificate and metrics of CloudFront are in "
            f"{GLOBAL_REGION!r}, so put it into a stack of that Region"
        )
