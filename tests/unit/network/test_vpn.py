"""VPNs agree on strong suites only, record every connection, and let in whom a group names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.network.client_vpn import ClientVpn
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.open_ports import open_rules
from baseline.network.site_to_site_vpn import SiteToSiteVpn
from baseline.network.vpn_access import Access

Build = Callable[..., HardenedVpc]
Resources = dict[str, Any]
CERTIFICATE = "arn:aws:acm:eu-west-1:333333333333:certificate/11111111-2222-3333-4444-555555555555"
PROVIDER = "arn:aws:iam::333333333333:saml-provider/vpn"
ACCESS = {
    "Developers": Access(group="developers", network="10.0.0.0/20"),
    "Operators": Access(group="operators", network="10.1.0.0/20", ports=(443, 8443)),
}


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [found.get("Properties", {}) for found in resources.values() if found["Type"] == kind]


def the(resources: Resources, kind: str) -> dict[str, Any]:
    (found,) = of_type(resources, kind)
    return found


@pytest.fixture
def site(stack: cdk.Stack) -> Callable[..., Resources]:
    def run(**settings: Any) -> Resources:
        given = {"customer_address": "198.51.100.7", "transit_gateway_id": "tgw-1", **settings}
        SiteToSiteVpn(stack, "Vpn", **given)
        found: Resources = Template.from_stack(stack).to_json()["Resources"]
        return found

    return run


@pytest.fixture
def client(stack: cdk.Stack, build: Build) -> Callable[..., Resources]:
    def run(**settings: Any) -> Resources:
        network = build(dns_protection=None, detection_logs=None)
        given: dict[str, Any] = {
            "client_cidr": "10.250.0.0/20",
            "server_certificate_arn": CERTIFICATE,
            "saml_provider_arn": PROVIDER,
            "access": ACCESS,
            **settings,
        }
        ClientVpn(stack, "Vpn", vpc=network.vpc, subnets=network.private_subnets, **given)
        found: Resources = Template.from_stack(stack).to_json()["Resources"]
        return found

    return run


def values(tunnel: dict[str, Any], name: str) -> list[Any]:
    return [each["Value"] for each in tunnel[name]]


@pytest.mark.parametrize("control", ["EC2.183"])
def test_both_tunnels_speak_ikev2_with_strong_suites_only(
    site: Callable[..., Resources], control: str
) -> None:
    tunnels = the(site(), "AWS::EC2::VPNConnection")["VpnTunnelOptionsSpecifications"]
    assert len(tunnels) == 2
    for tunnel in tunnels:
        assert values(tunnel, "IKEVersions") == ["ikev2"], control
        for phase in ("Phase1", "Phase2"):
            assert values(tunnel, f"{phase}EncryptionAlgorithms") == ["AES256-GCM-16"]
            assert values(tunnel, f"{phase}IntegrityAlgorithms") == ["SHA2-384", "SHA2-512"]
            assert values(tunnel, f"{phase}DHGroupNumbers") == [19, 20, 21]
        assert tunnel["DPDTimeoutAction"] == "restart"


def test_no_key_stands_in_the_template(site: Callable[..., Resources]) -> None:
    connection = the(site(), "AWS::EC2::VPNConnection")
    assert connection["PreSharedKeyStorage"] == "SecretsManager"
    assert 'PreSharedKey"' not in str(connection).replace("'", '"')


@pytest.mark.parametrize("control", ["EC2.171"])
def test_both_tunnels_are_logged_to_an_encrypted_group(
    site: Callable[..., Resources], control: str
) -> None:
    found = site()
    (group,) = (name for name, each in found.items() if each["Type"] == "AWS::Logs::LogGroup")
    assert "KmsKeyId" in found[group]["Properties"]
    assert found[group]["DeletionPolicy"] == "Retain"
    connection = the(found, "AWS::EC2::VPNConnection")
    for tunnel in connection["VpnTunnelOptionsSpecifications"]:
        log = tunnel["LogOptions"]["CloudwatchLogOptions"]
        assert log["LogEnabled"] is True, control
        assert log["LogOutputFormat"] == "json"
        # Without the ":*" of CloudFormation's own attribute, which the API refuses.
        assert log["LogGroupArn"] == {
            "Fn::Join": [
                "",
                ["arn:aws:logs:eu-west-1:333333333333:log-group:", {"Ref": group}],
            ]
        }


@pytest.mark.parametrize("control", ["EC2.20"])
def test_an_alarm_tells_when_a_tunnel_is_down(
    app: cdk.App, stack: cdk.Stack, site: Callable[..., Resources], control: str
) -> None:
    topic = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:eu-west-1:333333333333:alarms")
    alarm = the(site(alarm_topic=topic), "AWS::CloudWatch::Alarm")
    assert alarm["MetricName"] == "TunnelState"
    assert alarm["Statistic"] == "Minimum"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:333333333333:alarms"]
    assert {str(row["capability"]): row["controls"] for row in declarations(app)} == {
        "site-to-site-vpn": ["EC2.171", "EC2.183", control]
    }


def test_without_a_topic_nobody_is_told_and_nothing_is_claimed(
    app: cdk.App, site: Callable[..., Resources]
) -> None:
    assert not of_type(site(), "AWS::CloudWatch::Alarm")
    assert {str(row["capability"]): row["controls"] for row in declarations(app)} == {
        "site-to-site-vpn": ["EC2.171", "EC2.183"]
    }


def test_it_ends_in_a_vpc_whose_routes_learn_the_other_side(
    site: Callable[..., Resources],
) -> None:
    found = site(
        transit_gateway_id=None,
        vpc_id="vpc-1",
        route_table_ids=["rtb-1"],
        static_routes=["192.168.0.0/16"],
    )
    connection = the(found, "AWS::EC2::VPNConnection")
    assert connection["StaticRoutesOnly"] is True
    assert "TransitGatewayId" not in connection
    assert the(found, "AWS::EC2::VPNGatewayRoutePropagation")["RouteTableIds"] == ["rtb-1"]
    assert the(found, "AWS::EC2::VPNConnectionRoute")["DestinationCidrBlock"] == "192.168.0.0/16"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"customer_address": "office"}, "'office' is not an IPv4 address"),
        ({"customer_address": "10.0.0.1"}, "is not a public IPv4 address"),
        ({"customer_address": "2001:db8::1"}, "is not an IPv4 address"),
        ({"customer_asn": 0}, "between 1 and 2147483647, got 0"),
        ({"transit_gateway_id": None}, "give transit_gateway_id or vpc_id"),
        ({"vpc_id": "vpc-1"}, "give transit_gateway_id or vpc_id"),
        ({"static_routes": ["192.168.0.0/16"]}, "stand in the transit gateway's route tables"),
    ],
)
def test_a_site_that_cannot_be_reached_is_refused(
    stack: cdk.Stack, site: Callable[..., Resources], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        site(**settings)
    assert "Resources" not in Template.from_stack(stack).to_json()


@pytest.mark.parametrize("control", ["EC2.51"])
def test_every_connection_of_a_client_is_logged(
    app: cdk.App, client: Callable[..., Resources], control: str
) -> None:
    found = client()
    log = the(found, "AWS::EC2::ClientVpnEndpoint")["ConnectionLogOptions"]
    assert log["Enabled"] is True, control
    group = log["CloudwatchLogGroup"]["Ref"]
    assert "KmsKeyId" in found[group]["Properties"]
    assert found[log["CloudwatchLogStream"]["Ref"]]["Type"] == "AWS::Logs::LogStream"
    declared = {str(row["capability"]): row["controls"] for row in declarations(app)}
    assert declared["client-vpn"] == [control]


def test_people_sign_in_with_saml(client: Callable[..., Resources]) -> None:
    endpoint = the(client(), "AWS::EC2::ClientVpnEndpoint")
    assert endpoint["AuthenticationOptions"] == [
        {
            "Type": "federated-authentication",
            "FederatedAuthentication": {"SAMLProviderArn": PROVIDER},
        }
    ]
    assert endpoint["SessionTimeoutHours"] == 8
    assert endpoint["DisconnectOnSessionTimeout"] is True
    assert endpoint["SelfServicePortal"] == "disabled"
    assert endpoint["ClientLoginBannerOptions"]["Enabled"] is True
    assert "recorded" in endpoint["ClientLoginBannerOptions"]["BannerText"]
    assert endpoint["ClientRouteEnforcementOptions"] == {"Enforced": True}
    assert endpoint["SplitTunnel"] is False


def test_weaker_choices_are_visible(client: Callable[..., Resources]) -> None:
    endpoint = the(
        client(split_tunnel=True, session_hours=24, self_service_portal=True),
        "AWS::EC2::ClientVpnEndpoint",
    )
    assert endpoint["SplitTunnel"] is True
    assert endpoint["SessionTimeoutHours"] == 24
    assert endpoint["SelfServicePortal"] == "enabled"


def test_every_authorization_is_for_one_group(client: Callable[..., Resources]) -> None:
    rules = of_type(client(), "AWS::EC2::ClientVpnAuthorizationRule")
    assert sorted((rule["AccessGroupId"], rule["TargetNetworkCidr"]) for rule in rules) == [
        ("developers", "10.0.0.0/20"),
        ("operators", "10.1.0.0/20"),
    ]
    assert not any("AuthorizeAllGroups" in rule for rule in rules)


def test_the_security_group_admits_nothing_and_lets_out_what_is_authorized(
    client: Callable[..., Resources],
) -> None:
    found = client()
    endpoint = the(found, "AWS::EC2::ClientVpnEndpoint")
    group = found[endpoint["SecurityGroupIds"][0]["Fn::GetAtt"][0]]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert sorted((rule["CidrIp"], rule["FromPort"]) for rule in group["SecurityGroupEgress"]) == [
        ("10.0.0.0/20", 443),
        ("10.1.0.0/20", 443),
        ("10.1.0.0/20", 8443),
    ]
    assert list(open_rules({"Resources": found})) == []
    assert not of_type(found, "AWS::EC2::SecurityGroupIngress")


def test_clients_reach_the_networks_routed_by_name(client: Callable[..., Resources]) -> None:
    found = client(routes={"Ledger": "10.1.0.0/20"})
    routes = of_type(found, "AWS::EC2::ClientVpnRoute")
    assert len(routes) == len(of_type(found, "AWS::EC2::ClientVpnTargetNetworkAssociation")) == 2
    assert {route["DestinationCidrBlock"] for route in routes} == {"10.1.0.0/20"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"client_cidr": "10.250.0.0/24"}, "a prefix from /12 to /22"),
        ({"client_cidr": "clients"}, "is not an IPv4 range"),
        ({"session_hours": 48}, r"one of \[8, 10, 12, 24\], got 48"),
        ({"banner": " "}, "write between 1 and 1400"),
        ({"banner": "ä" * 701}, "banner has 1402 bytes"),
        ({"access": {}}, "access is empty"),
        ({"access": {"All": Access(group="", network="10.0.0.0/20")}}, "names no group"),
        ({"access": {"All": Access(group="g", network="10.0.0.1/20")}}, "is not an IPv4 range"),
        ({"access": {"All": Access(group="g", network="10.0.0.0/20", ports=())}}, "no port"),
    ],
)
def test_a_client_vpn_that_cannot_be_is_refused(
    client: Callable[..., Resources], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        client(**settings)


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, build: Build, findings: Callable[[cdk.App], list[str]]
) -> None:
    topic = sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:eu-west-1:333333333333:alarms")
    network = build()
    ClientVpn(
        stack,
        "Client",
        vpc=network.vpc,
        subnets=network.private_subnets,
        client_cidr="10.250.0.0/20",
        server_certificate_arn=CERTIFICATE,
        saml_provider_arn=PROVIDER,
        access=ACCESS,
    )
    SiteToSiteVpn(
        stack,
        "Site",
        customer_address="198.51.100.7",
        transit_gateway_id="tgw-1",
        alarm_topic=topic,
    )
    assert findings(app) == []
