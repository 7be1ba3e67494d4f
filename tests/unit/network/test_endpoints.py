"""Endpoints carry our identities' requests to our resources, and the named exceptions only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

from baseline.errors import BaselineError
from baseline.network.endpoint_policies import SERVICE_BUCKETS, EndpointPolicies
from baseline.network.endpoints import CONTROLS, SERVICES, check_services, construct_id

Resources = Callable[..., dict[str, Any]]
BOUND = {"aws:PrincipalOrgID": "o-exampleorgid", "aws:ResourceOrgID": "o-exampleorgid"}
ALL = tuple(sorted(SERVICES))


def endpoints(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the properties of the endpoints by the last part of their service's name."""
    found = (
        resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::EC2::VPCEndpoint"
    )
    return {
        properties["ServiceName"].removeprefix("com.amazonaws.eu-west-1."): properties
        for properties in found
    }


def statements(properties: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties["PolicyDocument"]["Statement"]
    return found


@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_gateway_endpoints_serve_every_route_table(resources: Resources, service: str) -> None:
    found = resources(public_subnets=True)
    gateway = endpoints(found)[service]
    tables = {name for name in found if found[name]["Type"] == "AWS::EC2::RouteTable"}
    assert gateway["VpcEndpointType"] == "Gateway"
    assert {table["Ref"] for table in gateway["RouteTableIds"]} == tables
    assert len(tables) == 6


def test_the_first_statement_of_every_policy_is_bound_to_the_organization(
    resources: Resources,
) -> None:
    found = endpoints(resources(interface_endpoints=ALL))
    assert set(found) == {*ALL, "s3", "dynamodb"}
    for service, properties in found.items():
        first = statements(properties)[0]
        assert first["Condition"] == {"StringEquals": BOUND}, service
        assert first["Action"] == [f"{SERVICES.get(service, service)}:*"]


def test_no_statement_lets_anyone_do_anything(resources: Resources) -> None:
    for service, properties in endpoints(resources(interface_endpoints=ALL)).items():
        for statement in statements(properties):
            bound = statement.get("Condition", {}).get("StringEquals", {})
            named = "*" not in statement["Resource"] and not any(
                action.endswith("*") for action in statement["Action"]
            )
            assert bound.items() & BOUND.items() or (service == "s3" and named), statement["Sid"]


def test_service_buckets_stay_open_for_one_action_each(resources: Resources) -> None:
    _, reads, writes = statements(endpoints(resources())["s3"])
    assert reads["Action"] == ["s3:GetObject"]
    assert writes["Action"] == ["s3:PutObject"]
    for bucket in (
        "patch-baseline-snapshot-eu-west-1",
        "amazon-ssm-eu-west-1",
        "al2023-repos-eu-west-1-de612dc2",
        "prod-eu-west-1-starport-layer-bucket",
    ):
        assert f"arn:aws:s3:::{bucket}/*" in reads["Resource"]
    assert writes["Resource"] == [
        "arn:aws:s3:::cloudformation-custom-resource-response-euwest1/*",
        "arn:aws:s3:::cloudformation-waitcondition-eu-west-1/*",
    ]


def test_service_buckets_are_named_exactly_with_reason_and_source() -> None:
    for row in SERVICE_BUCKETS:
        assert row.reason
        assert "User Guide" in row.source
        assert row.action in ("s3:GetObject", "s3:PutObject")
        for name in row.names:
            assert name.endswith("/*")
            assert "*" not in name.removesuffix("/*")


def test_systems_manager_reads_amazon_documents_for_our_identities_only(
    resources: Resources,
) -> None:
    _, *amazon = statements(endpoints(resources(interface_endpoints=("ssm",)))["ssm"])
    assert [statement["Resource"] for statement in amazon] == [
        ["arn:aws:ssm:eu-west-1::document/*"],
        ["arn:aws:ssm:eu-west-1::parameter/aws/*"],
    ]
    for statement in amazon:
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
        assert "*" not in "".join(statement["Action"])


def test_federated_sign_in_leads_to_our_roles_only(resources: Resources) -> None:
    _, federated = statements(endpoints(resources(interface_endpoints=("sts",)))["sts"])
    assert federated["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}}
    assert federated["Principal"] == {"Federated": "*"}
    assert federated["Action"] == ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]


def test_instances_start_from_amazon_images_for_our_identities_only(resources: Resources) -> None:
    _, images = statements(endpoints(resources(interface_endpoints=("ec2",)))["ec2"])
    assert images["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid", "ec2:Owner": "amazon"}
    }
    assert images["Resource"] == ["arn:aws:ec2:eu-west-1::image/*"]


def test_without_an_organization_the_policies_are_bound_to_the_account(
    resources: Resources,
) -> None:
    found = endpoints(resources(organization_id=None, interface_endpoints=("kms",)))
    assert statements(found["kms"])[0]["Condition"] == {
        "StringEquals": {
            "aws:PrincipalAccount": "333333333333",
            "aws:ResourceAccount": "333333333333",
        }
    }
    assert "aws:PrincipalOrgID" not in json.dumps(found)


def test_policies_need_no_fixed_region() -> None:
    stack = cdk.Stack(cdk.App(), "Anywhere")
    policy = stack.resolve(EndpointPolicies(stack, organization_id=None).s3())
    rendered = json.dumps(policy)
    assert '"Fn::Split": ["-", {"Ref": "AWS::Region"}]' in rendered
    assert "eu-west-1" not in rendered


@pytest.mark.parametrize(("service", "control"), CONTROLS.items(), ids=CONTROLS.values())
def test_an_interface_endpoint_stands_in_every_zone_of_the_private_tier(
    resources: Resources, service: str, control: str
) -> None:
    endpoint = endpoints(resources(interface_endpoints=(service,)))[service]
    assert endpoint["VpcEndpointType"] == "Interface", control
    assert endpoint["PrivateDnsEnabled"] is True
    assert len(endpoint["SubnetIds"]) == 2
    assert all(subnet["Ref"].startswith("VpcPrivateZone") for subnet in endpoint["SubnetIds"])


def test_interface_endpoints_answer_https_from_the_vpc_and_open_nothing(
    resources: Resources,
) -> None:
    found = resources(interface_endpoints=("kms", "logs"))
    groups = {
        name: resource["Properties"]
        for name, resource in found.items()
        if resource["Type"] == "AWS::EC2::SecurityGroup"
    }
    ((name, group),) = groups.items()
    (ingress,) = group["SecurityGroupIngress"]
    (egress,) = group["SecurityGroupEgress"]
    assert (ingress["CidrIp"], ingress["IpProtocol"]) == ("10.0.0.0/20", "tcp")
    assert (ingress["FromPort"], ingress["ToPort"]) == (443, 443)
    # What the CDK writes for "nothing": EC2 adds a rule for everything where none is given.
    assert (egress["CidrIp"], egress["IpProtocol"]) == ("255.255.255.255/32", "icmp")
    for service in ("kms", "logs"):
        assert endpoints(found)[service]["SecurityGroupIds"] == [{"Fn::GetAtt": [name, "GroupId"]}]


def test_without_interface_endpoints_there_is_no_security_group(resources: Resources) -> None:
    found = resources()
    assert set(endpoints(found)) == {"s3", "dynamodb"}
    assert "AWS::EC2::SecurityGroup" not in {resource["Type"] for resource in found.values()}


@pytest.mark.parametrize(
    ("services", "words"),
    [
        (("smm",), "'smm', which is unknown; did you mean 'ssm'"),
        (("zzzz",), "'zzzz', which is unknown; known are"),
        (("s3",), "through its gateway endpoint; leave it out"),
        (("kms", "kms"), "'kms' twice"),
    ],
)
def test_a_service_without_endpoint_is_refused(services: tuple[str, ...], words: str) -> None:
    with pytest.raises(BaselineError, match=words):
        check_services(services)


def test_construct_ids_are_unique() -> None:
    assert construct_id("ecr.api") == "EcrApi"
    assert construct_id("ssm-contacts") == "SsmContacts"
    assert len({construct_id(service) for service in SERVICES}) == len(SERVICES)


def test_every_service_is_one_that_the_cdk_knows_under_that_name() -> None:
    known = ec2.InterfaceVpcEndpointAwsService
    names = {getattr(known, name).short_name for name in dir(known) if name.isupper()}
    assert names >= SERVICES.keys()
