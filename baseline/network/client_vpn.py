"""ClientVpn: people reach networks with the identity of their identity provider, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.network.network_logs import NetworkLogGroup
from baseline.network.offered import check_offered
from baseline.network.vpn_access import (
    HTTPS_PORT,
    SESSION_HOURS,
    Access,
    check_access,
    check_apart,
    check_client_cidr,
    check_session,
)

DEFAULT_BANNER = "Authorized use only. Connections are recorded."


class ClientVpn(Construct):
    """A Client VPN endpoint: SAML sign-in, each group authorized for its networks, all recorded.

    Nobody is authorized for everything, and no certificate on a device is enough to get in. The
    security group admits nothing from the network and lets out only the ports that the groups
    need. All of a device's traffic goes through the VPN, and the client notices when somebody
    changes its routes. Sessions end after eight hours. Every connection is logged.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: VPC of the target subnets.
        subnets: target subnets, one per zone; each costs per hour.
        client_cidr: range of the clients' addresses, /12 to /22, apart from all networks.
        server_certificate_arn: certificate of the endpoint in ACM.
        saml_provider_arn: IAM SAML provider of the identity provider's VPN application.
        access: what each group may reach, by construct ID in PascalCase.
        routes: networks outside the VPC that clients may be sent to, by construct ID in
            PascalCase; ``0.0.0.0/0`` for the internet. None by default.
        split_tunnel: True sends only what is for the networks through the VPN, so that a device
            stands in two networks at once; False by default.
        session_hours: 8 (default), 10, 12 or 24.
        banner: text shown at sign-in.
        self_service_portal: True lets people download the client's configuration; False by
            default.

    Attributes:
        security_group: of the endpoint.
        resource: the ``CfnClientVpnEndpoint``.
        log_group: the log group of the connections.

    Raises:
        BaselineError: when a range, an authorization, the banner or the session cannot be.

    Source: Security Hub EC2.51; AWS Client VPN Administrator Guide, "SAML-based federated
    authentication", "Client Route Enforcement"; NIST SP 800-53 Rev. 5, SC-7(7).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        client_cidr: str,
        server_certificate_arn: str,
        saml_provider_arn: str,
        access: Mapping[str, Access],
        routes: Mapping[str, str] | None = None,
        split_tunnel: bool = False,
        session_hours: int = SESSION_HOURS[0],
        banner: str = DEFAULT_BANNER,
        self_service_portal: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_offered(self, "network.client_vpn")
        check_client_cidr(client_cidr)
        check_apart(client_cidr, _written(vpc.vpc_cidr_block, *(routes or {}).values()))
        check_session(session_hours, banner)
        check_access(access)
        self.log_group = NetworkLogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        stream = logs.LogStream(self, "Stream", log_group=self.log_group)
        self.security_group = self._create_group(vpc, access)
        endpoint = ec2.CfnClientVpnEndpoint
        self.resource = endpoint(
            self,
            "Resource",
            description="Sign-in with SAML, one authorization per group",
            vpc_id=vpc.vpc_id,
            security_group_ids=[self.security_group.security_group_id],
            client_cidr_block=client_cidr,
            server_certificate_arn=server_certificate_arn,
            authentication_options=[
                endpoint.ClientAuthenticationRequestProperty(
                    type="federated-authentication",
                    federated_authentication=endpoint.FederatedAuthenticationRequestProperty(
                        saml_provider_arn=saml_provider_arn
                    ),
                )
            ],
            connection_log_options=endpoint.ConnectionLogOptionsProperty(
                enabled=True,
                cloudwatch_log_group=self.log_group.log_group_name,
                cloudwatch_log_stream=stream.log_stream_name,
            ),
            client_login_banner_options=endpoint.ClientLoginBannerOptionsProperty(
                enabled=True, banner_text=banner
            ),
            client_route_enforcement_options=endpoint.ClientRouteEnforcementOptionsProperty(
                enforced=True
            ),
            split_tunnel=split_tunnel,
            session_timeout_hours=session_hours,
            disconnect_on_session_timeout=True,
            self_service_portal="enabled" if self_service_portal else "disabled",
            transport_protocol="udp",
            vpn_port=HTTPS_PORT,
        )
        associations = self._associate(subnets)
        self._authorize(access)
        self._route(routes or {}, subnets, associations)
        implements(self, capability="client-vpn", controls=["EC2.51"])

    def _create_group(self, vpc: ec2.IVpc, access: Mapping[str, Access]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Client VPN: nothing in, out to what the groups may reach",
            allow_all_outbound=False,
        )
        targets = {(each.network, port) for each in access.values() for port in each.ports}
        for network, port in sorted(targets):
            group.add_egress_rule(
                ec2.Peer.ipv4(network), ec2.Port.tcp(port), "authorized for a group"
            )
        return group

    def _associate(
        self, subnets: Sequence[ec2.ISubnet]
    ) -> list[ec2.CfnClientVpnTargetNetworkAssociation]:
        return [
            ec2.CfnClientVpnTargetNetworkAssociation(
                self,
                f"Association{zone}",
                client_vpn_endpoint_id=self.resource.ref,
                subnet_id=subnet.subnet_id,
            )
            for zone, subnet in enumerate(subnets, start=1)
        ]

    def _authorize(self, access: Mapping[str, Access]) -> None:
        for name, each in access.items():
            ec2.CfnClientVpnAuthorizationRule(
                self,
                f"{name}Authorization",
                client_vpn_endpoint_id=self.resource.ref,
                access_group_id=each.group,
                target_network_cidr=each.network,
                description=name,
            )

    def _route(
        self,
        routes: Mapping[str, str],
        subnets: Sequence[ec2.ISubnet],
        associations: Sequence[cdk.CfnResource],
    ) -> None:
        for name, network in routes.items():
            for zone, (subnet, association) in enumerate(
                zip(subnets, associations, strict=True), start=1
            ):
                made = ec2.CfnClientVpnRoute(
                    self,
                    f"{name}Route{zone}",
                    client_vpn_endpoint_id=self.resource.ref,
                    destination_cidr_block=network,
                    target_vpc_subnet_id=subnet.subnet_id,
                    description=name,
                )
                made.add_resource_dependency(association)


def _written(*ranges: str) -> list[str]:
    # The range that IPAM allocates is known at deployment only.
    return [text for text in ranges if not cdk.Token.is_unresolved(text)]
