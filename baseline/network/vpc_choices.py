"""What a hardened VPC is asked to be, checked as a whole before the first resource is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.errors import BaselineError
from baseline.network.acl_rules import (
    CONNECTED,
    NAT,
    PUBLIC,
    TRANSIT,
    AclRule,
    check_ipv6_ports,
    forwarding_rules,
    isolated_rules,
    private_rules,
)
from baseline.network.block_public_access import EncryptionMode, ExclusionMode
from baseline.network.cidr_plan import Tier, plan
from baseline.network.dns_protection import DnsProtection, check_domains
from baseline.network.endpoints import check_services
from baseline.network.inspection_rules import InspectionRules, check_rules
from baseline.network.network_logs import Traffic
from baseline.network.offered import check_offered
from baseline.network.ranges import IpamPool, check_connected, check_source
from baseline.network.rejected_traffic import Kind, check_thresholds


@dataclass(frozen=True, kw_only=True, slots=True)
class VpcChoices:
    """The arguments of :class:`~baseline.network.hardened_vpc.HardenedVpc` that decide its form.

    Attributes are those arguments, explained there.
    """

    cidr: str | None
    ipam_pool: IpamPool | None
    availability_zones: int
    public_subnets: bool
    nat_gateways: bool
    ipv6: bool
    isolated_ports: Sequence[int]
    isolated_reaches_endpoints: bool
    interface_endpoints: Sequence[str]
    inspection: InspectionRules | None
    transit_gateway_id: str | None
    connected_ranges: Sequence[str]
    instance_connect: bool
    dns_protection: DnsProtection | None
    detection_logs: Traffic | None
    alarm_topic: sns.ITopic | None
    rejected_thresholds: Mapping[Kind, int]
    encryption_control: EncryptionMode | None
    public_access_exclusion: ExclusionMode | None

    def check(self, scope: Construct) -> None:
        """Raise for choices that cannot be, exclude each other, or lack a service in the Region.

        Args:
            scope: a construct of the stack.

        Raises:
            BaselineError: names the argument.
        """
        check_offered(scope, *self._needed())
        check_thresholds(self.rejected_thresholds)
        check_services(self.interface_endpoints)
        check_source(self.cidr, self.ipam_pool)
        check_connected(self.connected_ranges, self.cidr)
        if self.dns_protection is not None:
            check_domains(self.dns_protection)
        self._check_egress()
        self._check_alarms()
        if self.ipv6:
            check_ipv6_ports(self.isolated_ports)
        plan(
            self.cidr or f"10.0.0.0/{self.ipam_pool.netmask_length if self.ipam_pool else 0}",
            availability_zones=self.availability_zones,
            tiers=self.rules(),
        )

    def rules(self) -> dict[Tier, Sequence[AclRule]]:
        """Give the tiers in use, each with the rows of its network ACL.

        Raises:
            BaselineError: when a port of the isolated tier cannot be served.
        """
        rules: dict[Tier, Sequence[AclRule]] = {
            "private": private_rules(
                self.isolated_ports,
                connected=CONNECTED[: len(self.connected_ranges)],
                instance_connect=self.instance_connect,
            ),
            "isolated": isolated_rules(
                self.isolated_ports, reaches_endpoints=self.isolated_reaches_endpoints
            ),
        }
        if self.public_subnets:
            rules["public"] = PUBLIC + NAT if self.nat_gateways else PUBLIC
        if self.inspection is not None:
            rules["inspection"] = forwarding_rules(("vpc",))
        if self.transit_gateway_id is not None:
            rules["transit"] = TRANSIT
        return rules

    def _needed(self) -> list[str]:
        wanted = {
            "network.dns_firewall": self.dns_protection,
            "network.inspection": self.inspection,
            "network.encryption_control": self.encryption_control,
            "network.public_access_exclusion": self.public_access_exclusion,
        }
        return [name for name, choice in wanted.items() if choice is not None]

    def _check_alarms(self) -> None:
        if self.alarm_topic is not None and self.detection_logs is None:
            raise BaselineError(
                "alarm_topic needs detection_logs: the alarms count the records in CloudWatch; set "
                "it to 'REJECT', or leave alarm_topic out"
            )

    def _check_egress(self) -> None:
        if self.nat_gateways and not self.public_subnets:
            raise BaselineError(
                "nat_gateways=True needs public_subnets=True: a NAT gateway stands in a public "
                "subnet; set both, or reach the internet through a transit gateway"
            )
        if self.inspection is None:
            return
        check_rules(self.inspection)
        if not self.nat_gateways:
            raise BaselineError(
                "inspection needs nat_gateways=True: it stands between the private tier and the "
                "NAT gateways; set it, or inspect centrally with InspectionVpc"
            )
        if self.ipv6:
            raise BaselineError(
                "inspection and ipv6=True exclude each other: IPv6 would leave past the firewall, "
                "which inspects IPv4; leave one out"
            )
