"""Traffic passes the firewall of one zone in both directions; the firewall drops what nobody named."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.inspection_firewall import InspectionFirewall
from baseline.network.inspection_policy import InspectionPolicy
from baseline.network.inspection_rules import MANAGED_RULE_GROUPS, AllowedFlow, InspectionRules
from baseline.network.inspection_vpc import InspectionVpc
from baseline.network.transit_gateway import TransitGateway
from tests.support import CONTEXT


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(
        f"network_{name}_model", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


acl = load("acl")
routing = load("routing")

INTERNET = "198.51.100.7"
ZONES = (1, 2, 3)
RULES = InspectionRules(
    allowed_domains=[".example.com", "pypi.org"],
    allowed_flows=[
        AllowedFlow(
            name="orders database", source="10.1.0.0/20", destination="10.2.0.0/20", port=5432
        )
    ],
)


def bucket(stack: cdk.Stack) -> s3.IBucket:
    return s3.Bucket.from_bucket_name(stack, "FlowLogs", "example-flow-logs")


def new_stack() -> cdk.Stack:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    return cdk.Stack(app, "Stack", env=cdk.Environment(account="333333333333", region="eu-west-1"))


@pytest.fixture(scope="module")
def alone() -> dict[str, Any]:
    """A VPC with a firewall of its own, in three zones."""
    stack = new_stack()
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=bucket(stack),
        availability_zones=3,
        public_subnets=True,
        nat_gateways=True,
        inspection=RULES,
        dns_protection=None,
        detection_logs=None,
    )
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


@pytest.fixture(scope="module")
def central() -> dict[str, Any]:
    """Two networks behind a transit gateway with a central firewall, a third one not connected."""
    stack = new_stack()
    logs = bucket(stack)
    gateway = TransitGateway(stack, "Gateway", flow_log_bucket=logs)
    InspectionVpc(
        stack,
        "Inspection",
        cidr="10.100.0.0/20",
        transit_gateway=gateway,
        networks=["10.0.0.0/8"],
        flow_log_bucket=logs,
        rules=RULES,
        internet_egress=True,
        availability_zones=3,
    )
    for name, cidr in (
        ("Orders", "10.1.0.0/20"),
        ("Ledger", "10.2.0.0/20"),
        ("New", "10.3.0.0/20"),
    ):
        spoke = HardenedVpc(
            stack,
            name,
            cidr=cidr,
            flow_log_bucket=logs,
            availability_zones=3,
            transit_gateway_id=gateway.resource.attr_id,
            connected_ranges=["10.0.0.0/8"] if name != "New" else [],
            dns_protection=None,
            detection_logs=None,
        )
        if name != "New":
            assert spoke.transit_attachment is not None
            gateway.connect(name, spoke.transit_attachment.attr_id)
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: found.get("Properties", {})
        for name, found in resources.items()
        if found["Type"] == kind
    }


def public_subnet(network: Any, vpc: str, zone: int) -> str:
    (found,) = (name for name in network.subnets if name.startswith(f"{vpc}PublicZone{zone}"))
    return str(found)


# One VPC with a firewall of its own: 10.0.0.0/20, private /23, public /25 from 10.0.12.0.


@pytest.mark.parametrize("zone", ZONES)
def test_a_workload_reaches_the_internet_through_its_zone_s_firewall(
    alone: dict[str, Any], zone: int
) -> None:
    network = routing.Network(alone)
    workload = f"10.0.{2 * (zone - 1)}.10"
    index = zone - 1
    assert network.trace(workload, INTERNET) == [f"firewall {index}", f"nat {index}", "internet"]
    answer = network.trace(INTERNET, workload, start=public_subnet(network, "Vpc", zone))
    assert answer == [f"firewall {index}", "delivered"]


@pytest.mark.parametrize("public", ZONES)
@pytest.mark.parametrize("private", ZONES)
def test_a_load_balancer_and_its_target_meet_one_firewall_in_both_directions(
    alone: dict[str, Any], public: int, private: int
) -> None:
    network = routing.Network(alone)
    balancer = f"10.0.{12 + (public - 1) // 2}.{10 + 128 * ((public - 1) % 2)}"
    target = f"10.0.{2 * (private - 1)}.10"
    there, back = network.trace(balancer, target), network.trace(target, balancer)
    assert there == back == [f"firewall {public - 1}", "delivered"]


def test_the_isolated_tier_has_no_way_out(alone: dict[str, Any]) -> None:
    assert routing.Network(alone).trace("10.0.8.10", INTERNET) == ["dropped"]


def test_traffic_inside_the_private_tier_stays_there(alone: dict[str, Any]) -> None:
    assert routing.Network(alone).trace("10.0.0.10", "10.0.2.10") == ["delivered"]
    assert routing.Network(alone).trace("10.0.0.10", "10.0.8.10") == ["delivered"]


PASSES = {
    "HTTPS of a workload": acl.Flow("10.0.0.10", INTERNET, 443),
    "load balancer to target": acl.Flow("10.0.12.10", "10.0.0.10", 8443),
}
STOPPED = {
    "SSH from the internet": acl.Flow(INTERNET, "10.0.14.10", 22),
    "RDP from the internet": acl.Flow(INTERNET, "10.0.14.10", 3389),
    "HTTPS from the internet": acl.Flow(INTERNET, "10.0.14.10", 443),
    "mail to the internet": acl.Flow("10.0.14.10", INTERNET, 25),
    "SSH to the internet": acl.Flow("10.0.14.10", INTERNET, 22),
    "DNS past the resolver": acl.Flow("10.0.14.10", INTERNET, 53, acl.UDP),
}


@pytest.mark.parametrize("flow", PASSES.values(), ids=PASSES)
@pytest.mark.parametrize("hop", ["10.0.14.10", "10.0.14.70", "10.0.12.10"])
def test_every_acl_on_the_way_lets_an_inspected_flow_through(
    alone: dict[str, Any], flow: Any, hop: str
) -> None:
    assert acl.passes_on(alone, flow, hop)


@pytest.mark.parametrize("flow", STOPPED.values(), ids=STOPPED)
def test_the_inspection_tier_stops_what_no_rule_could_allow(
    alone: dict[str, Any], flow: Any
) -> None:
    assert not acl.connects(alone, flow)


# Central: 10.100.0.0/20, spokes 10.1.0.0/20 and 10.2.0.0/20.


@pytest.mark.parametrize("zone", ZONES)
def test_a_spoke_reaches_the_internet_through_the_central_firewall(
    central: dict[str, Any], zone: int
) -> None:
    network = routing.Network(central)
    workload, index = f"10.1.{2 * (zone - 1)}.10", zone - 1
    (inspection,) = (name for name in network.vpcs if name.startswith("Inspection"))
    (orders,) = (name for name in network.vpcs if name.startswith("Orders"))
    assert network.trace(workload, INTERNET) == [
        f"transit {inspection}",
        f"firewall {index}",
        f"nat {index}",
        "internet",
    ]
    start = public_subnet(network, "Inspection", zone)
    assert network.trace(INTERNET, workload, start=start) == [
        f"firewall {index}",
        f"transit {orders}",
        "delivered",
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_two_spokes_meet_one_firewall_in_both_directions(
    central: dict[str, Any], zone: int
) -> None:
    network = routing.Network(central)
    one, other = f"10.1.{2 * (zone - 1)}.10", f"10.2.{2 * (zone - 1)}.10"
    there, back = network.trace(one, other), network.trace(other, one)
    assert [each for each in there if "firewall" in each] == [f"firewall {zone - 1}"]
    assert [each for each in back if "firewall" in each] == [f"firewall {zone - 1}"]
    assert there[-1] == back[-1] == "delivered"


def test_appliance_mode_keeps_a_connection_in_one_zone(central: dict[str, Any]) -> None:
    attachments = of_type(central, "AWS::EC2::TransitGatewayAttachment")
    modes = {
        name.split("TransitAttachment")[0]: each["Options"].get("ApplianceModeSupport")
        for name, each in attachments.items()
    }
    assert modes == {"Inspection": "enable", "Orders": None, "Ledger": None, "New": None}


def test_a_network_that_nobody_connected_reaches_nothing(central: dict[str, Any]) -> None:
    network = routing.Network(central)
    assert network.trace("10.3.0.10", INTERNET) == ["dropped"]
    assert network.trace("10.3.0.10", "10.1.0.10") == ["dropped"]
    assert network.trace("10.1.0.10", "10.3.0.10")[-1] == "dropped"


@pytest.mark.parametrize("control", ["EC2.23"])
def test_the_transit_gateway_joins_nothing_by_itself(central: dict[str, Any], control: str) -> None:
    (gateway,) = of_type(central, "AWS::EC2::TransitGateway").values()
    assert gateway["AutoAcceptSharedAttachments"] == "disable", control
    assert gateway["DefaultRouteTableAssociation"] == "disable"
    assert gateway["DefaultRouteTablePropagation"] == "disable"
    (log,) = (
        each
        for each in of_type(central, "AWS::EC2::FlowLog").values()
        if each["ResourceType"] == "TransitGateway"
    )
    assert log["LogDestination"] == "arn:aws:s3:::example-flow-logs"
    assert log["MaxAggregationInterval"] == 60
    assert not of_type(central, "AWS::RAM::ResourceShare")


def test_the_gateway_is_shared_with_the_organization_only(stack: cdk.Stack) -> None:
    organization = "arn:aws:organizations::111111111111:organization/o-exampleorgid"
    TransitGateway(stack, "Gateway", flow_log_bucket=bucket(stack), organization_arn=organization)
    found = Template.from_stack(stack).to_json()["Resources"]
    (share,) = of_type(found, "AWS::RAM::ResourceShare").values()
    assert share["AllowExternalPrincipals"] is False
    assert share["Principals"] == [organization]


def test_without_egress_the_firewall_joins_networks_only(stack: cdk.Stack) -> None:
    logs = bucket(stack)
    InspectionVpc(
        stack,
        "Inspection",
        cidr="10.100.0.0/20",
        transit_gateway=TransitGateway(stack, "Gateway", flow_log_bucket=logs),
        networks=["10.0.0.0/8"],
        flow_log_bucket=logs,
    )
    found = Template.from_stack(stack).to_json()["Resources"]
    kinds = {each["Type"] for each in found.values()}
    assert not {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP"} & kinds


def test_no_subnet_of_the_central_vpc_hands_out_public_addresses(central: dict[str, Any]) -> None:
    """EC2.15 of inspection-vpc."""
    subnets = of_type(central, "AWS::EC2::Subnet")
    assert subnets
    assert all(each.get("MapPublicIpOnLaunch", False) is False for each in subnets.values())


@pytest.mark.parametrize("port", [22, 25, 3389])
def test_no_acl_of_the_central_vpc_passes_on_administration_or_mail(
    central: dict[str, Any], port: int
) -> None:
    """EC2.21 of inspection-vpc."""
    for hop in ("10.100.14.10", "10.100.15.10", "10.100.12.10"):
        assert not acl.passes_on(central, acl.Flow(INTERNET, "10.1.0.10", port), hop)
    assert not acl.passes_on(central, acl.Flow("10.1.0.10", INTERNET, 25), "10.100.14.10")


@pytest.mark.parametrize("hop", ["10.100.14.10", "10.100.12.10"])
def test_the_acls_of_the_central_vpc_pass_on_the_web(central: dict[str, Any], hop: str) -> None:
    for port in (80, 443):
        assert acl.passes_on(central, acl.Flow("10.1.0.10", INTERNET, port), hop)
    assert acl.passes_on(central, acl.Flow("10.1.0.10", "10.2.0.10", 443), hop)
    assert acl.passes_on(central, acl.Flow("10.1.0.10", "10.2.0.10", 5432), hop)


# The policy.


@pytest.fixture
def policy(stack: cdk.Stack) -> Callable[..., dict[str, Any]]:
    def run(rules: InspectionRules | None = None) -> dict[str, Any]:
        InspectionPolicy(stack, "Policy", home_networks=["10.0.0.0/8"], rules=rules)
        found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
        return found

    return run


def settings(resources: dict[str, Any]) -> dict[str, Any]:
    (found,) = of_type(resources, "AWS::NetworkFirewall::FirewallPolicy").values()
    policy: dict[str, Any] = found["FirewallPolicy"]
    return policy


def group(resources: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (
        each
        for key, each in of_type(resources, "AWS::NetworkFirewall::RuleGroup").items()
        if key.startswith(f"Policy{name}")
    )
    return found


def test_what_nothing_allows_is_dropped_and_reported(
    policy: Callable[..., dict[str, Any]],
) -> None:
    found = settings(policy())
    assert found["StatefulDefaultActions"] == ["aws:drop_established", "aws:alert_established"]
    assert found["StatefulEngineOptions"] == {
        "RuleOrder": "STRICT_ORDER",
        "StreamExceptionPolicy": "DROP",
    }
    assert found["PolicyVariables"] == {
        "RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}
    }


@pytest.mark.parametrize("control", ["NetworkFirewall.4", "NetworkFirewall.5"])
def test_whole_packets_and_fragments_are_inspected(
    policy: Callable[..., dict[str, Any]], control: str
) -> None:
    found = settings(policy())
    kind = {"NetworkFirewall.4": "Default", "NetworkFirewall.5": "FragmentDefault"}[control]
    assert found[f"Stateless{kind}Actions"] == ["aws:forward_to_sfe"]


@pytest.mark.parametrize("control", ["NetworkFirewall.3"])
def test_threats_come_before_everything_that_lets_traffic_through(
    policy: Callable[..., dict[str, Any]], control: str
) -> None:
    references = settings(policy(RULES))["StatefulRuleGroupReferences"]
    arns = [
        each["ResourceArn"]
        if isinstance(each["ResourceArn"], str)
        else each["ResourceArn"]["Fn::GetAtt"][0]
        for each in sorted(references, key=lambda each: int(each["Priority"]))
    ]
    assert arns[: len(MANAGED_RULE_GROUPS)] == [
        f"arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/{name}"
        for name in MANAGED_RULE_GROUPS
    ], control
    assert [arn[: len("PolicyXXXXX")].rstrip("0123456789ABCDEF") for arn in arns[-3:]] != []
    assert [next(n for n in ("Flows", "Domains", "Fence") if n in arn) for arn in arns[-3:]] == [
        "Flows",
        "Domains",
        "Fence",
    ]
    assert not any("Override" in each for each in references)


def test_watching_threats_only_is_visible(policy: Callable[..., dict[str, Any]]) -> None:
    references = settings(policy(InspectionRules(alert_only=True)))["StatefulRuleGroupReferences"]
    managed = [each for each in references if isinstance(each["ResourceArn"], str)]
    assert {each["Override"]["Action"] for each in managed} == {"DROP_TO_ALERT"}


def test_domains_are_allowed_on_tls_and_http(policy: Callable[..., dict[str, Any]]) -> None:
    rules = group(policy(RULES), "Domains")["RuleGroup"]
    assert rules["RulesSource"] == {
        "RulesSourceList": {
            "GeneratedRulesType": "ALLOWLIST",
            "TargetTypes": ["TLS_SNI", "HTTP_HOST"],
            "Targets": [".example.com", "pypi.org"],
        }
    }
    assert rules["RuleVariables"] == {"IPSets": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}}
    assert rules["StatefulRuleOptions"] == {"RuleOrder": "STRICT_ORDER"}


def test_no_domain_is_allowed_by_default(policy: Callable[..., dict[str, Any]]) -> None:
    found = of_type(policy(), "AWS::NetworkFirewall::RuleGroup")
    assert {each["RuleGroupName"].rsplit("-", 1)[1] for each in found.values()} == {
        "adminports",
        "fence",
    }


def test_a_flow_passes_between_its_networks_on_its_port(
    policy: Callable[..., dict[str, Any]],
) -> None:
    (rule,) = group(policy(RULES), "Flows")["RuleGroup"]["RulesSource"]["StatefulRules"]
    assert rule["Action"] == "PASS"
    assert rule["Header"] == {
        "Protocol": "TCP",
        "Source": "10.1.0.0/20",
        "SourcePort": "ANY",
        "Destination": "10.2.0.0/20",
        "DestinationPort": "5432",
        "Direction": "FORWARD",
    }
    assert rule["RuleOptions"][0] == {"Keyword": "sid", "Settings": ["1"]}


def test_nothing_leaves_that_a_domain_list_cannot_judge(
    policy: Callable[..., dict[str, Any]],
) -> None:
    rules = group(policy(), "Fence")["RuleGroup"]["RulesSource"]["StatefulRules"]
    assert {rule["Action"] for rule in rules} == {"DROP"}
    headers = {rule["Header"]["Protocol"]: rule for rule in rules}
    assert set(headers) == {"UDP", "ICMP", "TCP"}
    assert headers["TCP"]["Header"]["DestinationPort"] == "![80,443]"
    assert {"Keyword": "flow", "Settings": ["to_server"]} in headers["TCP"]["RuleOptions"]
    assert headers["UDP"]["Header"]["DestinationPort"] == "ANY"


@pytest.mark.parametrize("control", ["NetworkFirewall.6"])
def test_ssh_and_rdp_never_get_through(policy: Callable[..., dict[str, Any]], control: str) -> None:
    found = policy()
    (reference,) = settings(found)["StatelessRuleGroupReferences"]
    assert reference["ResourceArn"]["Fn::GetAtt"][0].startswith("PolicyAdminPorts")
    source = group(found, "AdminPorts")["RuleGroup"]["RulesSource"]
    (rule,) = source["StatelessRulesAndCustomActions"]["StatelessRules"]
    definition = rule["RuleDefinition"]
    assert definition["Actions"] == ["aws:drop"], control
    assert definition["MatchAttributes"] == {
        "Protocols": [6],
        "Sources": [{"AddressDefinition": "0.0.0.0/0"}],
        "Destinations": [{"AddressDefinition": "0.0.0.0/0"}],
        "DestinationPorts": [
            {"FromPort": 22, "ToPort": 22},
            {"FromPort": 3389, "ToPort": 3389},
        ],
    }


def flow(**values: Any) -> InspectionRules:
    given = {"name": "f", "source": "10.1.0.0/20", "destination": "10.2.0.0/20", "port": 443}
    return InspectionRules(allowed_flows=[AllowedFlow(**{**given, **values})])


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (InspectionRules(allowed_domains=["*.example.com"]), "is not a domain"),
        (InspectionRules(allowed_domains=["https://example.com"]), "is not a domain"),
        (
            InspectionRules(allowed_domains=[f"d{n}.example" for n in range(1_001)]),
            "at most 1000 fit",
        ),
        (
            InspectionRules(managed_rule_groups=["ThreatSignaturesBotnetActionOrder"]),
            "ends in 'StrictOrder'",
        ),
        (
            InspectionRules(managed_rule_groups=[f"G{n}StrictOrder" for n in range(18)]),
            "at most 17 fit",
        ),
        (flow(port=22), "rule admin-ports-closed: allowed_flows 'f' names port 22"),
        (flow(port=3389), "rule admin-ports-closed"),
        (flow(port=0), "port 0 is not 1 to 65535"),
        (flow(destination="0.0.0.0/0"), "is the internet"),
        (flow(source="10.1.0.0/99"), "is not a range"),
        (flow(name='"; pass ip'), "letters, digits and spaces only"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    stack: cdk.Stack, policy: Callable[..., dict[str, Any]], rules: InspectionRules, words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        policy(rules)
    assert "Resources" not in Template.from_stack(stack).to_json()


# The firewall.


@pytest.mark.parametrize("control", ["NetworkFirewall.1"])
def test_the_firewall_stands_in_every_zone(alone: dict[str, Any], control: str) -> None:
    (found,) = of_type(alone, "AWS::NetworkFirewall::Firewall").values()
    subnets = [each["SubnetId"]["Ref"] for each in found["SubnetMappings"]]
    zones = {routing.Network(alone).subnets[each].zone for each in subnets}
    assert zones == {0, 1, 2}, control


@pytest.mark.parametrize("control", ["NetworkFirewall.1"])
def test_a_firewall_in_one_zone_is_refused(stack: cdk.Stack, control: str) -> None:
    policy = InspectionPolicy(stack, "Policy", home_networks=["10.0.0.0/8"])
    with pytest.raises(BaselineError, match="at least 2 zones, got 0"):
        InspectionFirewall(
            stack,
            control.replace(".", ""),
            vpc_id="vpc-1",
            subnets=[],
            policy=policy,
            log_bucket=bucket(stack),
        )


@pytest.mark.parametrize("control", ["NetworkFirewall.2"])
def test_every_log_of_the_firewall_is_kept(alone: dict[str, Any], control: str) -> None:
    (found,) = of_type(alone, "AWS::NetworkFirewall::LoggingConfiguration").values()
    logs = {
        each["LogType"]: each for each in found["LoggingConfiguration"]["LogDestinationConfigs"]
    }
    assert set(logs) == {"ALERT", "FLOW", "TLS"}, control
    for kind in ("FLOW", "TLS"):
        assert logs[kind]["LogDestinationType"] == "S3"
        assert logs[kind]["LogDestination"] == {"bucketName": "example-flow-logs"}
    alert = logs["ALERT"]["LogDestination"]["logGroup"]["Ref"]
    assert logs["ALERT"]["LogDestinationType"] == "CloudWatchLogs"
    assert "KmsKeyId" in alone[alert]["Properties"]
    (resource_policy,) = of_type(alone, "AWS::Logs::ResourcePolicy").values()
    text = str(resource_policy["PolicyDocument"])
    assert "delivery.logs.amazonaws.com" in text
    assert "aws:SourceAccount" in text


@pytest.mark.parametrize(
    ("control", "setting"),
    [
        ("NetworkFirewall.9", "DeleteProtection"),
        ("NetworkFirewall.10", "SubnetChangeProtection"),
        ("NetworkFirewall.10", "FirewallPolicyChangeProtection"),
    ],
)
def test_the_firewall_is_hard_to_remove(alone: dict[str, Any], control: str, setting: str) -> None:
    (found,) = of_type(alone, "AWS::NetworkFirewall::Firewall").values()
    assert found[setting] is True, control


def test_giving_up_that_protection_is_visible(stack: cdk.Stack) -> None:
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=bucket(stack),
        public_subnets=True,
        nat_gateways=True,
        inspection=InspectionRules(),
        inspection_protected=False,
    )
    Template.from_stack(stack).has_resource_properties(
        "AWS::NetworkFirewall::Firewall",
        {"DeleteProtection": False, "SubnetChangeProtection": False},
    )


def test_load_balancers_are_looked_at_for_threats_only(alone: dict[str, Any]) -> None:
    (found,) = (
        each
        for name, each in of_type(alone, "AWS::NetworkFirewall::RuleGroup").items()
        if "InspectionPolicyFlows" in name
    )
    rules = found["RuleGroup"]["RulesSource"]["StatefulRules"]
    pairs = {
        (rule["Header"]["Source"], rule["Header"]["Destination"])
        for rule in rules
        if rule["Header"]["DestinationPort"] == "ANY"
    }
    assert len(pairs) == 9
    assert ("10.0.12.0/25", "10.0.4.0/23") in pairs
    sids = [rule["RuleOptions"][0]["Settings"][0] for rule in rules]
    assert len(sids) == len(set(sids))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "needs nat_gateways=True"),
        ({"public_subnets": True, "nat_gateways": True, "ipv6": True}, "exclude each other"),
    ],
)
def test_an_inspection_that_traffic_would_go_round_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BaselineError, match=words):
        HardenedVpc(
            stack,
            "Vpc",
            cidr="10.0.0.0/20",
            flow_log_bucket=bucket(stack),
            inspection=RULES,
            **settings,
        )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"networks": []}, "networks is empty"),
        ({"networks": ["8.0.0.0/8"]}, "is not private"),
        ({"cidr": "10.100.0.0/24"}, "too small"),
    ],
)
def test_a_central_vpc_that_cannot_be_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], words: str
) -> None:
    logs = bucket(stack)
    given = {"cidr": "10.100.0.0/20", "networks": ["10.0.0.0/8"], **settings}
    gateway = TransitGateway(stack, "Gateway", flow_log_bucket=logs)
    with pytest.raises(BaselineError, match=words):
        InspectionVpc(stack, "Inspection", transit_gateway=gateway, flow_log_bucket=logs, **given)


def test_no_finding_is_left(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    logs = bucket(stack)
    gateway = TransitGateway(
        stack,
        "Gateway",
        flow_log_bucket=logs,
        organization_arn="arn:aws:organizations::111111111111:organization/o-exampleorgid",
    )
    InspectionVpc(
        stack,
        "Inspection",
        cidr="10.100.0.0/20",
        transit_gateway=gateway,
        networks=["10.0.0.0/8"],
        flow_log_bucket=logs,
        rules=RULES,
        internet_egress=True,
    )
    HardenedVpc(
        stack,
        "Vpc",
        cidr="10.0.0.0/20",
        flow_log_bucket=logs,
        public_subnets=True,
        nat_gateways=True,
        inspection=RULES,
    )
    assert findings(app) == []
    assert {"inspection-vpc", "network-firewall", "network-firewall-policy", "transit-gateway"} <= {
        str(row["capability"]) for row in declarations(app)
    }
