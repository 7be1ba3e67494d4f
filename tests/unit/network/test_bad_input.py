"""Each bad input of a network is one clear error: from the construct, and from `baseline validate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from typer.testing import CliRunner

from baseline.cli.application import application
from baseline.errors import BaselineError
from baseline.network.client_vpn import ClientVpn
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.inspection_rules import AllowedFlow, InspectionRules
from baseline.network.inspection_vpc import InspectionVpc
from baseline.network.instance_connect import InstanceConnectEndpoint
from baseline.network.ranges import IpamPool
from baseline.network.security_groups import TieredSecurityGroups
from baseline.network.site_to_site_vpn import SiteToSiteVpn
from baseline.network.transit_gateway import TransitGateway
from baseline.network.vpn_access import Access

ROOT = Path(__file__).resolve().parents[3]
RULE = "rule admin-ports-closed"
SEOUL = {"home_region: eu-west-1": "home_region: ap-northeast-2", "eu-west-1,": "ap-northeast-2,"}
CLIENT = """
  client_vpn:
    client_cidr: 10.0.0.0/16
    server_certificate_arn: arn:aws:acm:eu-west-1:444444444444:certificate/c
    saml_provider_arn: arn:aws:iam::444444444444:saml-provider/vpn
    access: { Ops: { group: operators, network: 10.0.0.0/20 } }"""
POOL = IpamPool(pool_id="ipam-pool-0123456789abcdef0", netmask_length=24)

Make = Callable[[cdk.Stack, s3.IBucket], object]


def vpc(**settings: Any) -> Make:
    values: dict[str, Any] = {"cidr": "10.0.0.0/20", **settings}
    return lambda stack, logs: HardenedVpc(stack, "Vpc", flow_log_bucket=logs, **values)


def groups(**settings: Any) -> Make:
    def make(stack: cdk.Stack, logs: s3.IBucket) -> object:
        network = HardenedVpc(stack, "Vpc", cidr="10.0.0.0/20", flow_log_bucket=logs)
        return TieredSecurityGroups(stack, "Groups", vpc=network.vpc, **settings)

    return make


def clients_in_the_vpc(stack: cdk.Stack, logs: s3.IBucket) -> object:
    network = HardenedVpc(stack, "Vpc", cidr="10.0.0.0/20", flow_log_bucket=logs)
    return ClientVpn(
        stack,
        "Clients",
        vpc=network.vpc,
        subnets=network.private_subnets,
        client_cidr="10.0.0.0/16",
        server_certificate_arn="arn:aws:acm:eu-west-1:444444444444:certificate/c",
        saml_provider_arn="arn:aws:iam::444444444444:saml-provider/vpn",
        access={"Ops": Access(group="operators", network="10.0.0.0/20")},
    )


def central(cidr: str, networks: list[str]) -> Make:
    def make(stack: cdk.Stack, logs: s3.IBucket) -> object:
        gateway = TransitGateway(stack, "Gateway", flow_log_bucket=logs)
        return InspectionVpc(
            stack,
            "Inspection",
            cidr=cidr,
            transit_gateway=gateway,
            networks=networks,
            flow_log_bucket=logs,
        )

    return make


def connect(stack: cdk.Stack, logs: s3.IBucket) -> object:
    network = HardenedVpc(stack, "Vpc", cidr="10.0.0.0/20", flow_log_bucket=logs)
    return InstanceConnectEndpoint(
        stack, "Connect", vpc=network.vpc, subnet=network.private_subnets[0]
    )


def flow(**changes: Any) -> InspectionRules:
    values: dict[str, Any] = {
        "name": "Admin",
        "source": "10.1.0.0/20",
        "destination": "10.2.0.0/20",
        "port": 443,
    }
    return InspectionRules(allowed_flows=[AllowedFlow(**{**values, **changes})])


def site(address: str) -> Make:
    return lambda stack, _: SiteToSiteVpn(
        stack, "Site", customer_address=address, transit_gateway_id="tgw-1"
    )


# What goes wrong, the construct's error; what stands under `network`, and the line it gives.
CASES: dict[str, tuple[Make, str, str, str]] = {
    "a connected network in the VPC": (
        vpc(connected_ranges=["10.0.4.0/24"]),
        "'10.0.4.0/24', which lies in the VPC's own range '10.0.0.0/20'",
        "{ cidr: 10.0.0.0/20, inspection: { form: central, cidr: 10.0.0.0/16 } }",
        "network.inspection.cidr: '10.0.0.0/16' overlaps network.cidr '10.0.0.0/20'",
    ),
    "clients in the VPC": (
        clients_in_the_vpc,
        "client_cidr '10.0.0.0/16' overlaps '10.0.0.0/20'",
        CLIENT,
        "network.client_vpn.client_cidr: '10.0.0.0/16' overlaps network.cidr '10.0.0.0/20'",
    ),
    "too small for its tiers": (
        vpc(cidr="10.0.0.0/24", public_subnets=True),
        "cidr '10.0.0.0/24' is too small for the public tier",
        "{ cidr: 10.0.0.0/24, public_tier: true }",
        "network.cidr: '10.0.0.0/24' is too small for the public tier",
    ),
    "a pool's range too small for its tiers": (
        vpc(cidr=None, ipam_pool=POOL, public_subnets=True),
        "cidr '10.0.0.0/24' is too small for the public tier",
        "{ ipam: { pool_id: ipam-pool-0123456789abcdef0, netmask_length: 24 }, public_tier: true }",
        "network.ipam.netmask_length: '10.0.0.0/24' is too small for the public tier",
    ),
    "an inspection too small for its tiers": (
        central("10.9.0.0/24", ["10.0.0.0/8"]),
        "cidr '10.9.0.0/24' is too small for the inspection tier",
        "{ inspection: { form: central, cidr: 10.9.0.0/24 } }",
        "network.inspection.cidr: '10.9.0.0/24' is too small for the inspection tier",
    ),
    "a public range": (
        vpc(cidr="8.8.0.0/20"),
        "cidr '8.8.0.0/20' is not private",
        "{ cidr: 8.8.0.0/20 }",
        "network.cidr: '8.8.0.0/20' is not private",
    ),
    "SSH from anywhere": (
        groups(clients=["0.0.0.0/0"], client_port=22),
        f"{RULE}: clients holds '0.0.0.0/0', which opens port 22 to the internet",
        '{ public_tier: true, security_groups: { Orders: { clients: ["0.0.0.0/0"], client_port: 22 } } }',
        f"network.security_groups.Orders.clients[0]: {RULE}: clients holds '0.0.0.0/0', which opens port 22",
    ),
    "RDP from anywhere over IPv6": (
        groups(clients=["::/0"], client_port=3389),
        f"{RULE}: clients holds '::/0', which opens port 3389 to the internet",
        '{ public_tier: true, security_groups: { Orders: { clients: ["::/0"], client_port: 3389 } } }',
        f"network.security_groups.Orders.clients[0]: {RULE}: clients holds '::/0', which opens port 3389",
    ),
    "SSH from half of the internet": (
        groups(clients=["128.0.0.0/1"], client_port=22),
        f"{RULE}: clients holds '128.0.0.0/1', which opens port 22 to the internet",
        '{ public_tier: true, security_groups: { Orders: { clients: ["128.0.0.0/1"], client_port: 22 } } }',
        f"network.security_groups.Orders.clients[0]: {RULE}: clients holds '128.0.0.0/1'",
    ),
    "SSH between tiers": (
        groups(application_port=22),
        f"{RULE}: 22 is an administration port",
        "{ security_groups: { Orders: { application_port: 22 } } }",
        f"network.security_groups.Orders.application_port: {RULE}: 22 is an administration port",
    ),
    "RDP to databases": (
        groups(database_ports=[3389]),
        f"{RULE}: 3389 is an administration port",
        "{ security_groups: { Orders: { database_ports: [5432, 3389] } } }",
        f"network.security_groups.Orders.database_ports[1]: {RULE}: 3389 is an administration port",
    ),
    "clients that are no range": (
        groups(clients=["office"]),
        "clients holds 'office', which is not a range",
        "{ security_groups: { Orders: { clients: [office] } } }",
        "network.security_groups.Orders.clients[0]: 'office', which is not a range",
    ),
    "SSH through the firewall": (
        vpc(public_subnets=True, nat_gateways=True, inspection=flow(port=22)),
        f"{RULE}: allowed_flows 'Admin' names port 22",
        "{ inspection: { form: central, allowed_flows: { Admin: { source: 10.1.0.0/20, destination: 10.2.0.0/20, port: 22 } } } }",
        f"network.inspection.allowed_flows.Admin.port: {RULE}: 22 is an administration port",
    ),
    "an endpoint to nothing": (
        connect,
        "names no security group in ssh or rdp",
        "{ instance_connect: {} }",
        "network.instance_connect: reaches nothing; name one of security_groups in ssh or rdp",
    ),
    "NAT gateways nowhere": (
        vpc(nat_gateways=True),
        "nat_gateways=True needs public_subnets=True",
        "{ nat_gateways: true }",
        "network.nat_gateways: a NAT gateway stands in a public subnet",
    ),
    "a site behind a private address": (
        site("10.0.0.1"),
        "customer_address '10.0.0.1' is not a public IPv4 address",
        "{ site_to_site_vpn: { Berlin: { address: 10.0.0.1 } } }",
        "network.site_to_site_vpn.Berlin.address: '10.0.0.1' is not a public IPv4 address",
    ),
}


@pytest.fixture
def logs(stack: cdk.Stack) -> s3.IBucket:
    return s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")


def validate(path: Path, network: str, changes: Mapping[str, str] | None = None) -> list[str]:
    """Give the lines of `baseline validate` on the example with another network."""
    text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
    before, after = text.split("\nnetwork:\n")
    rest = after.split("\n\n", 1)[1]
    text = f"{before}\nnetwork: {network}\n{rest}"
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    file = path / "baseline.yaml"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(application, ["validate", str(file)])
    assert result.exit_code == 2, result.output
    return [line.removeprefix(f"{file}:") for line in result.output.splitlines()]


@pytest.mark.parametrize("case", CASES)
def test_the_construct_refuses_it(stack: cdk.Stack, logs: s3.IBucket, case: str) -> None:
    make, words, _, _ = CASES[case]
    with pytest.raises(BaselineError) as error:
        make(stack, logs)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("case", CASES)
def test_baseline_validate_tells_it_in_one_line(tmp_path: Path, case: str) -> None:
    _, _, network, words = CASES[case]
    (line,) = validate(tmp_path, network)
    place, message = line.split(" ", 1)
    assert all(number.isdigit() for number in place.split(":"))
    assert message.startswith(words)


def test_a_region_without_a_service(tmp_path: Path, app: cdk.App) -> None:
    environment = cdk.Environment(account="333333333333", region="ap-northeast-2")
    stack = cdk.Stack(app, "Seoul", env=environment)
    logs = s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    words = "CloudFormation has no AWS::EC2::VPCEncryptionControl in 'ap-northeast-2'"
    with pytest.raises(BaselineError, match=f"encryption_control: {words}"):
        HardenedVpc(
            stack,
            "Refused",
            cidr="10.0.0.0/20",
            flow_log_bucket=logs,
            encryption_control="monitor",
        )
    HardenedVpc(stack, "Accepted", cidr="10.0.0.0/20", flow_log_bucket=logs)
    (line,) = validate(tmp_path, "{ encryption_control: monitor }", SEOUL)
    assert line.split(" ", 1)[1].startswith(f"network.encryption_control: {words}")


def test_where_the_region_is_open_nothing_is_refused(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Anywhere")
    logs = s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    HardenedVpc(
        stack, "Vpc", cidr="10.0.0.0/20", flow_log_bucket=logs, encryption_control="monitor"
    )


# What only a configuration can get wrong.
CONFIGURATIONS = {
    "the internet without a public tier": (
        '{ security_groups: { Orders: { clients: ["0.0.0.0/0"] } } }',
        "network.security_groups.Orders.clients[0]: '0.0.0.0/0' cannot come in without public_tier",
    ),
    "a port that the public tier stops": (
        '{ public_tier: true, security_groups: { Orders: { clients: ["0.0.0.0/0"], client_port: 8443 } } }',
        "network.security_groups.Orders.client_port: 8443 does not pass the public tier's network ACL",
    ),
    "a port that the private tier stops": (
        "{ security_groups: { Orders: { application_port: 80 } } }",
        "network.security_groups.Orders.application_port: 80 does not pass the network ACL of the private tier; use 443, or 1024",
    ),
    "an endpoint to a group that does not exist": (
        "{ instance_connect: { ssh: [Orders] } }",
        "network.instance_connect.ssh[0]: 'Orders' is not one of security_groups [none]; add it there",
    ),
    "more database ports than a network ACL holds": (
        "{ security_groups: { Orders: { database_ports: [1, 2, 3, 4, 5, 6, 7, 8, 9] } } }",
        "network.security_groups: database_ports in all must be at most 10 different ports",
    ),
    "a prefix list by its name": (
        "{ security_groups: { Orders: { gateway_prefix_lists: [com.amazonaws.eu-west-1.s3] } } }",
        "network.security_groups.Orders.gateway_prefix_lists[0]: 'com.amazonaws.eu-west-1.s3' is not the ID of a prefix list",
    ),
    "alarms from no record on": (
        "{ rejected_traffic: { volume: 0 } }",
        "network.rejected_traffic.volume: 0 is too small: at least 1",
    ),
}


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_a_configuration_that_cannot_work_is_one_line(tmp_path: Path, case: str) -> None:
    network, words = CONFIGURATIONS[case]
    (line,) = validate(tmp_path, network)
    assert line.split(" ", 1)[1].startswith(words)
