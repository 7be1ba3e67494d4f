"""The networks of the network account: VPC, names, inspection, VPN. Safe and small by default."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from baseline.config.forms import (
    AttachmentId,
    CertificateArn,
    ConnectionName,
    Endpoint,
    IpamPoolId,
    PrefixListId,
    SamlProviderArn,
)
from baseline.config.section import Section


def _switch(description: str, *, default: bool) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    text = f"{description} {str(default).lower()} by default."
    switch: bool = Field(default=default, strict=True, description=text)
    return switch


class Ipam(Section):
    """The pool that gives the VPC its range, instead of `cidr`."""

    pool_id: IpamPoolId = Field(description="ID of the IPAM pool, shared with the account.")
    netmask_length: StrictInt = Field(
        ge=16, le=24, description="Prefix length to ask for: 16 to 24."
    )


class DnsFirewallSettings(Section):
    """DNS Firewall: names that are known to be malicious do not resolve; queries are logged."""

    enabled: bool = _switch("DNS Firewall and query logs.", default=True)
    action: Literal["block", "alert"] = Field(
        default="block",
        description="block, or alert to watch before blocking. block by default.",
    )
    confidence: Literal["low", "medium", "high"] = Field(
        default="high",
        description="How sure DNS Firewall has to be of a made-up name or a tunnel. high by default: the fewest false alarms.",
    )
    fail_open: bool = _switch(
        "Answer queries when DNS Firewall does not answer; else they fail.", default=False
    )
    allowed_domains: tuple[str, ...] = Field(
        default=(),
        description="Names that resolve although a list holds them, such as *.example.com. None by default.",
    )
    blocked_domains: tuple[str, ...] = Field(
        default=(), description="Names that do not resolve besides. None by default."
    )
    mutation_protection: bool = _switch(
        "Refuse to take the firewall from the VPC, CloudFormation included: turn it on after the first deployment, and off before the VPC is deleted.",
        default=False,
    )


class InspectedFlow(Section):
    """A connection between networks that the firewall lets through."""

    source: str = Field(description="Range that opens the connection, such as 10.1.0.0/20.")
    destination: str = Field(description="Range that answers.")
    port: StrictInt = Field(ge=1, le=65535, description="TCP port; never 22 or 3389.")


class InspectionSettings(Section):
    """AWS Network Firewall: drops what nothing allows. It costs per endpoint, hour and gigabyte."""

    form: Literal["none", "vpc", "central"] = Field(
        default="none",
        description="none, vpc (between the VPC's private tier and its NAT gateways), or central "
        "(a VPC of its own behind a transit gateway, for all networks). none by default.",
    )
    cidr: str = Field(
        default="10.255.0.0/20",
        description="Range of the central inspection VPC. 10.255.0.0/20 by default.",
    )
    networks: tuple[str, ...] = Field(
        default=("10.0.0.0/8",),
        min_length=1,
        max_length=4,
        description="Ranges behind the transit gateway, at most 4. 10.0.0.0/8 by default.",
    )
    internet_egress: bool = _switch(
        "NAT gateways in the central VPC: the way to the internet of all networks.", default=False
    )
    allowed_domains: tuple[str, ...] = Field(
        default=(),
        description="Domains that may be reached on HTTPS and HTTP; with a leading dot their subdomains too. None by default.",
    )
    allowed_flows: dict[ConnectionName, InspectedFlow] = Field(
        default_factory=dict,
        description="Connections between networks that pass, by name. None by default.",
    )
    alert_only: bool = _switch("AWS's threat signatures report instead of dropping.", default=False)
    protected: bool = _switch(
        "Refuse to delete the firewall, or to change its subnets or policy. Adding a zone needs a deployment with false.",
        default=True,
    )
    spokes: dict[ConnectionName, AttachmentId] = Field(
        default_factory=dict,
        description="Networks to join, by name: attachments of their VPCs or VPNs to the transit gateway. None by default.",
    )


class SiteToSiteVpnSettings(Section):
    """An IPsec connection to a site: two tunnels, IKEv2, strong suites, logged."""

    address: str = Field(description="Public IPv4 address of the device on the other side.")
    asn: StrictInt = Field(
        default=65_000,
        ge=1,
        le=2_147_483_647,
        description="BGP number of that device. 65000 by default.",
    )


class ClientVpnAccess(Section):
    """What one group of the identity provider may reach."""

    group: str = Field(min_length=1, description="ID of the group in the SAML assertion.")
    network: str = Field(description="Range that it may reach.")
    ports: tuple[StrictInt, ...] = Field(
        default=(443,), min_length=1, description="TCP ports there. 443 by default."
    )


class ClientVpnSettings(Section):
    """Client VPN: people sign in with SAML and reach what their group may reach."""

    client_cidr: str = Field(
        description="Range of the clients' addresses, /12 to /22, apart from all networks."
    )
    server_certificate_arn: CertificateArn = Field(
        description="Certificate of the endpoint in ACM, in the home Region."
    )
    saml_provider_arn: SamlProviderArn = Field(
        description="IAM SAML provider of the identity provider's VPN application."
    )
    access: dict[ConnectionName, ClientVpnAccess] = Field(
        min_length=1, description="What each group may reach, by name."
    )
    split_tunnel: bool = _switch(
        "Send only what is for the networks through the VPN: the device then stands in two networks at once.",
        default=False,
    )
    session_hours: Literal[8, 10, 12, 24] = Field(
        default=8, description="Hours after which people sign in again. 8 by default."
    )
    banner: str = Field(
        default="Authorized use only. Connections are recorded.",
        description='Text shown at sign-in, at most 1,400 bytes. "Authorized use only" and that connections are recorded by default.',
    )


class RejectedTrafficSettings(Section):
    """Alarms about rejected traffic of the VPC: records within five minutes from which they tell."""

    alarms: bool = _switch("Alarms to notifications.high; they need detection_logs.", default=True)
    outbound: StrictInt = Field(
        default=50,
        ge=1,
        description="Something inside tries to go where no rule lets it. 50 by default.",
    )
    administration: StrictInt = Field(
        default=10, ge=1, description="Somebody tries SSH or RDP. 10 by default."
    )
    volume: StrictInt = Field(
        default=1_000, ge=1, description="Rejected traffic of any kind. 1000 by default."
    )


class SecurityGroupSettings(Section):
    """Three security groups of an application: load balancer, application, databases."""

    clients: tuple[str, ...] = Field(
        default=(),
        description="Ranges that may use the load balancer; 0.0.0.0/0 needs public_tier. The VPC's own by default.",
    )
    client_port: StrictInt = Field(
        default=443,
        ge=1,
        le=65535,
        description="Port of the load balancer; never 22 or 3389. 443 by default.",
    )
    application_port: StrictInt = Field(
        default=8443,
        ge=1,
        le=65535,
        description="Port of the application: 443, or 1024 and above. 8443 by default.",
    )
    database_ports: tuple[StrictInt, ...] = Field(
        default=(5432,),
        min_length=1,
        description="Ports of the databases, which the isolated tier serves then. 5432 by default.",
    )
    gateway_prefix_lists: tuple[PrefixListId, ...] = Field(
        default=(),
        description="Prefix lists of S3 and DynamoDB in the Region, where the application uses their gateway endpoints. None by default.",
    )


class InstanceConnectSettings(Section):
    """An EC2 Instance Connect Endpoint to the applications named, which costs nothing."""

    ssh: tuple[ConnectionName, ...] = Field(
        default=(), description="Names in security_groups to reach by SSH. None by default."
    )
    rdp: tuple[ConnectionName, ...] = Field(
        default=(), description="Names in security_groups to reach by RDP. None by default."
    )


class NetworkSettings(Section):
    """Size and reach of the VPC: tiers in every Availability Zone, endpoints instead of internet."""

    cidr: str = Field(
        default="10.0.0.0/20",
        description="IPv4 range of the VPC: private (RFC 1918), /16 to /24. Changing it later replaces the VPC. 10.0.0.0/20 by default.",
    )
    ipam: Ipam | None = Field(
        default=None,
        description="IPAM pool that allocates the range instead of `cidr`. None by default. Changing it later replaces the VPC.",
    )
    availability_zones: StrictInt = Field(
        default=2,
        ge=2,
        le=3,
        description="Availability Zones that the VPC spans: 2 or 3. 2 by default.",
    )
    interface_endpoints: tuple[Endpoint, ...] = Field(
        default=("ssm", "ssmmessages", "ec2messages", "kms", "logs", "sts"),
        description="AWS services reached through interface endpoints, by the last part of the endpoint's name (com.amazonaws.<region>.<service>). "
        "Each costs per hour and Availability Zone. ssm, ssmmessages, ec2messages, kms, logs, sts by default.",
    )
    public_tier: bool = _switch(
        "Public subnets with an internet gateway, for load balancers on HTTPS.", default=False
    )
    nat_gateways: bool = _switch(
        "A way out on HTTPS for the private tier: a NAT gateway per zone, in the public tier.",
        default=False,
    )
    ipv6: bool = _switch("Addresses of IPv6 beside IPv4.", default=False)
    detection_logs: Literal["none", "rejected", "all"] = Field(
        default="rejected",
        description="Traffic that CloudWatch gets besides the log archive, which gets all. rejected by default.",
    )
    rejected_traffic: RejectedTrafficSettings = Field(
        default_factory=RejectedTrafficSettings,
        description="Alarms about rejected traffic of the VPC.",
    )
    security_groups: dict[ConnectionName, SecurityGroupSettings] = Field(
        default_factory=dict,
        description="Security groups of applications in the VPC, by name. None by default.",
    )
    instance_connect: InstanceConnectSettings | None = Field(
        default=None,
        description="SSH and RDP to applications by IAM identity, without an open port. None by default.",
    )
    encryption_control: Literal["monitor", "enforce"] | None = Field(
        default=None,
        description="Watch or enforce encryption of traffic inside the VPC; costs per hour. None by default; capabilities.ec2_attributes does it for all VPCs.",
    )
    public_access_exclusion: Literal["allow-egress", "allow-bidirectional"] | None = Field(
        default=None,
        description="Except the VPC from the organization's block of VPCs' public access (capabilities.ec2_attributes). None by default.",
    )
    dns_firewall: DnsFirewallSettings = Field(
        default_factory=DnsFirewallSettings, description="DNS Firewall of the VPC, and query logs."
    )
    inspection: InspectionSettings = Field(
        default_factory=InspectionSettings, description="Inspection by AWS Network Firewall."
    )
    site_to_site_vpn: dict[ConnectionName, SiteToSiteVpnSettings] = Field(
        default_factory=dict,
        description="IPsec connections by name; they end on the transit gateway of a central inspection, else in the VPC. None by default.",
    )
    client_vpn: ClientVpnSettings | None = Field(
        default=None, description="A Client VPN endpoint for people. None by default."
    )
