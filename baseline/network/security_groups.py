"""TieredSecurityGroups: load balancer, application, database, each open to its neighbour only."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.tiers_of_groups import HTTPS_PORT, TierPorts, check_tiers
from baseline.network.unread_range import accept_unread_range
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule


class TieredSecurityGroups(Construct):
    """Three security groups that form a chain, with every way out spelled as every way in.

    Clients reach the load balancer on HTTPS, the load balancer the application on its port, the
    application the databases on theirs, and AWS through the VPC's endpoints. Nothing else goes
    in either direction: a database opens no connection at all.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC, such as ``HardenedVpc.vpc``.
        clients: ranges that may use the load balancer; only the VPC's own by default. The
            internet is named as ``0.0.0.0/0`` and needs a public tier.
        client_port: port of the load balancer; HTTPS by default.
        application_port: port that the application listens on; 8443 by default.
        database_ports: ports of the databases; PostgreSQL by default.
        gateway_prefix_lists: prefix list IDs of S3 and DynamoDB in the Region, where the
            application uses their gateway endpoints; none by default.

    Attributes:
        load_balancer: the ``aws_ec2.SecurityGroup`` of the load balancer.
        application: the one of the application.
        database: the one of the databases.

    Raises:
        BaselineError: when a client is no range, or a port is an administration port or out of
            its range.

    Source: Security Hub EC2.13, EC2.14, EC2.18, EC2.19.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        clients: Sequence[str] = (),
        client_port: int = HTTPS_PORT,
        application_port: int = 8443,
        database_ports: Sequence[int] = (5432,),
        gateway_prefix_lists: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        check_tiers(
            TierPorts(
                clients=clients,
                client_port=client_port,
                application_port=application_port,
                database_ports=database_ports,
            )
        )
        self._vpc = vpc
        self.load_balancer = self._group("LoadBalancer", "Load balancer: HTTPS from its clients")
        self.application = self._group("Application", "Application: from the load balancer")
        self.database = self._group("Database", "Databases: from the application, nothing out")
        for cidr in clients or (vpc.vpc_cidr_block,):
            self._let_clients_in(cidr, client_port)
        _chain(self.load_balancer, self.application, application_port)
        for port in database_ports:
            _chain(self.application, self.database, port)
        self._let_out_to_aws(gateway_prefix_lists)
        implements(
            self,
            capability="tiered-security-groups",
            controls=["EC2.13", "EC2.14", "EC2.18", "EC2.19"],
        )

    def _group(self, id: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, id, vpc=self._vpc, description=description, allow_all_outbound=False
        )

    def _let_clients_in(self, cidr: str, port: int) -> None:
        written = not cdk.Token.is_unresolved(cidr)
        peer = ec2.Peer.ipv6(cidr) if written and ":" in cidr else ec2.Peer.ipv4(cidr)
        what = "HTTPS of clients" if port == HTTPS_PORT else "clients"
        self.load_balancer.add_ingress_rule(peer, ec2.Port.tcp(port), what)
        accept_unread_range(self.load_balancer, cidr)
        if cidr in ("0.0.0.0/0", "::/0"):
            acknowledge(
                self.load_balancer,
                {
                    "AwsSolutions-EC23": (
                        "clients names the internet for a public load balancer; one port only, and "
                        "the group reaches nothing but the application's port"
                    )
                },
            )
            acknowledge_rule(
                self.load_balancer,
                "EC2RestrictedCommonPorts",
                "only one port is open, and none for administration, for a public load balancer that was asked for by name",
            )

    def _let_out_to_aws(self, prefix_lists: Sequence[str]) -> None:
        https = ec2.Port.tcp(HTTPS_PORT)
        self.application.add_egress_rule(
            ec2.Peer.ipv4(self._vpc.vpc_cidr_block), https, "AWS through interface endpoints"
        )
        for prefix_list in prefix_lists:
            self.application.add_egress_rule(
                ec2.Peer.prefix_list(prefix_list), https, "AWS through gateway endpoints"
            )


def _chain(client: ec2.SecurityGroup, server: ec2.SecurityGroup, port: int) -> None:
    """Let one group reach another on a port: the rule of each side."""
    client.add_egress_rule(server, ec2.Port.tcp(port), "next tier")
    server.add_ingress_rule(client, ec2.Port.tcp(port), "previous tier")
