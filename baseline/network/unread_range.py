"""Findings of checks that cannot read a range which is known at deployment only."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import IConstruct

from baseline.primitives.acknowledge import acknowledge, acknowledge_rule

REASON = (
    "the check cannot read a range that IPAM allocates at deployment; it is the VPC's own, the "
    "port is HTTPS, and AdminPortsClosed reads the ports"
)


def accept_unread_range(group: IConstruct, cidr: str) -> None:
    """Accept what cdk-nag says when a rule's range is a reference.

    Args:
        group: the security group.
        cidr: its peer's range; nothing is accepted where it is written down.
    """
    if not cdk.Token.is_unresolved(cidr):
        return
    acknowledge(group, {"AwsSolutions-EC23": REASON})
    for rule in ("EC2RestrictedCommonPorts", "EC2RestrictedSSH"):
        acknowledge_rule(group, rule, REASON)
