"""AdminPortsClosed: no security group of an app lets everybody in on SSH or RDP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import IConstruct

from baseline.errors import BaselineError
from baseline.network.open_ports import RULE, problems


@jsii.implements(cdk.IAspect)
class AdminPortsClosed:
    """Stops the synthesis when a security group lets everybody in on SSH or RDP.

    It reads groups and single rules, IPv4 and IPv6, port ranges and all-traffic rules, whether
    written with the CDK's constructs or as plain resources::

        cdk.Aspects.of(app).add(AdminPortsClosed())

    Source: Security Hub EC2.13, EC2.14, EC2.19, EC2.53, EC2.54.
    """

    def visit(self, node: IConstruct) -> None:
        """Look at one construct."""
        if isinstance(node, ec2.CfnSecurityGroup):
            rules = cdk.Stack.of(node).resolve(node.security_group_ingress) or []
        elif isinstance(node, ec2.CfnSecurityGroupIngress):
            rules = [
                {
                    "ipProtocol": node.ip_protocol,
                    "fromPort": node.from_port,
                    "toPort": node.to_port,
                    "cidrIp": node.cidr_ip,
                    "cidrIpv6": node.cidr_ipv6,
                }
            ]
        else:
            return
        for rule in rules:
            for problem in problems(_cloudformation(rule)):
                raise BaselineError(
                    f"rule {RULE}: {node.node.path} opens {problem}; name your own networks, or "
                    "use Session Manager or InstanceConnectEndpoint, which need no open port"
                )


def _cloudformation(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{key[:1].upper()}{key[1:]}": value for key, value in rule.items() if value is not None
    }
