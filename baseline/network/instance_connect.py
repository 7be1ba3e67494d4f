"""InstanceConnectEndpoint: SSH and RDP to named instances, without a public address or open port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network.offered import check_offered

Protocol = Literal["ssh", "rdp"]
PORTS: dict[Protocol, int] = {"ssh": 22, "rdp": 3389}


class InstanceConnectEndpoint(Construct):
    """An EC2 Instance Connect Endpoint that reaches SSH or RDP of the groups named, nothing else.

    People come in with their IAM identity (``ec2-instance-connect:OpenTunnel``), which CloudTrail
    records; no port is open to a network. The endpoint's security group admits nothing and lets
    out SSH and RDP to the groups named; each of them admits the port from the endpoint only.
    Session Manager is the first choice; this is for tools that need a port. A hardened VPC lets
    SSH pass between its subnets with ``instance_connect=True``.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC.
        subnet: subnet that the endpoint stands in; one endpoint serves the whole VPC.
        ssh: security groups of instances to reach by SSH; none by default.
        rdp: security groups of instances to reach by RDP; none by default.
        preserve_client_ip: True shows the instances the person's own address. Their groups then
            have to admit that address, so leave it False, the default, unless logs of the
            instances need it.

    Attributes:
        security_group: of the endpoint.
        resource: the ``CfnInstanceConnectEndpoint``.

    Raises:
        BaselineError: when no group is named.

    Source: Amazon EC2 User Guide, "Security groups for EC2 Instance Connect Endpoint".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnet: ec2.ISubnet,
        ssh: Sequence[ec2.ISecurityGroup] = (),
        rdp: Sequence[ec2.ISecurityGroup] = (),
        preserve_client_ip: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_offered(self, "network.instance_connect")
        if not ssh and not rdp:
            raise BaselineError(
                "InstanceConnectEndpoint names no security group in ssh or rdp; name the groups of "
                "the instances it may reach"
            )
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="EC2 Instance Connect Endpoint: SSH and RDP to named groups, nothing in",
            allow_all_outbound=False,
        )
        self._reach("ssh", ssh)
        self._reach("rdp", rdp)
        self.resource = ec2.CfnInstanceConnectEndpoint(
            self,
            "Resource",
            subnet_id=subnet.subnet_id,
            security_group_ids=[self.security_group.security_group_id],
            preserve_client_ip=preserve_client_ip,
        )
        implements(
            self,
            capability="instance-connect-endpoint",
            controls=["EC2.13", "EC2.14", "EC2.53", "EC2.54"],
        )

    def _reach(self, protocol: Protocol, groups: Sequence[ec2.ISecurityGroup]) -> None:
        port = ec2.Port.tcp(PORTS[protocol])
        for group in groups:
            self.security_group.add_egress_rule(group, port, f"{protocol.upper()} to instances")
            group.add_ingress_rule(
                self.security_group, port, f"{protocol.upper()} from the Instance Connect Endpoint"
            )
