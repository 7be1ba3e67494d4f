"""VpcEndpoints: AWS without the internet, for our identities and our resources only."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network.endpoint_policies import EndpointPolicies
from baseline.network.unread_range import accept_unread_range

SERVICES = MappingProxyType(
    {
        "access-analyzer": "access-analyzer",
        "acm-pca": "acm-pca",
        "application-autoscaling": "application-autoscaling",
        "athena": "athena",
        "autoscaling": "autoscaling",
        "backup": "backup",
        "cloudtrail": "cloudtrail",
        "config": "config",
        "ec2": "ec2",
        "ec2messages": "ec2messages",
        "ecr.api": "ecr",
        "ecr.dkr": "ecr",
        "ecs": "ecs",
        "ecs-agent": "ecs",
        "ecs-telemetry": "ecs",
        "elasticfilesystem": "elasticfilesystem",
        "elasticloadbalancing": "elasticloadbalancing",
        "events": "events",
        "execute-api": "execute-api",
        "glue": "glue",
        "kinesis-streams": "kinesis",
        "kms": "kms",
        "lambda": "lambda",
        "logs": "logs",
        "monitoring": "cloudwatch",
        "rds": "rds",
        "secretsmanager": "secretsmanager",
        "securityhub": "securityhub",
        "sns": "sns",
        "sqs": "sqs",
        "ssm": "ssm",
        "ssm-contacts": "ssm-contacts",
        "ssm-incidents": "ssm-incidents",
        "ssmmessages": "ssmmessages",
        "states": "states",
        "sts": "sts",
        "xray": "xray",
    }
)
"""Services of which an interface endpoint may be asked for, with the prefix of their IAM actions.
All take an endpoint policy, and their name is ``com.amazonaws.<region>.<service>`` in every Region
that has them.

Source: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink"; Service
Authorization Reference.
"""

CONTROLS = MappingProxyType(
    {
        "ec2": "EC2.10",
        "ecr.api": "EC2.55",
        "ecr.dkr": "EC2.56",
        "ssm": "EC2.57",
        "ssm-contacts": "EC2.58",
        "ssm-incidents": "EC2.60",
    }
)
"""Security Hub control that an interface endpoint satisfies."""

HTTPS_PORT = 443


class VpcEndpoints(Construct):
    """Ways to AWS that stay inside its network and carry only the organization's own traffic.

    Gateway endpoints for S3 and DynamoDB are always there and cost nothing. Interface endpoints
    stand in the given subnets, answer on HTTPS from the VPC only, take over the service's public
    name, and cost per hour and zone. Each has a policy bound to the organization.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC.
        subnets: subnets of the interface endpoints, one per zone.
        route_tables: route tables that learn the way to S3 and DynamoDB.
        services: last parts of the interface endpoints' names, such as ``ssm``.
        organization_id: organization that the policies are bound to; the stack's own account
            where None.

    Attributes:
        security_group: of the interface endpoints; None where there are none.

    Raises:
        BaselineError: when a service is unknown, is one of the gateways, or named twice.

    Source: Security Hub EC2.10, EC2.55 to EC2.58, EC2.60; AWS PrivateLink Guide.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        route_tables: Sequence[ec2.CfnRouteTable],
        services: Sequence[str] = (),
        organization_id: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        check_services(services)
        self._vpc = vpc
        self._region = cdk.Stack.of(self).region
        self._policies = EndpointPolicies(self, organization_id=organization_id)
        self._create_gateways([table.ref for table in route_tables])
        self.security_group = (
            self._create_interfaces(services, [subnet.subnet_id for subnet in subnets])
            if services
            else None
        )
        implements(
            self,
            capability="vpc-endpoints",
            controls=[CONTROLS[service] for service in services if service in CONTROLS],
        )

    def _create_gateways(self, route_tables: list[str]) -> None:
        for service, policy in (
            ("s3", self._policies.s3()),
            ("dynamodb", self._policies.dynamodb()),
        ):
            ec2.CfnVPCEndpoint(
                self,
                construct_id(service),
                vpc_id=self._vpc.vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=self._service_name(service),
                route_table_ids=route_tables,
                policy_document=policy,
            )

    def _create_security_group(self) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=self._vpc,
            description="Interface endpoints: HTTPS from the VPC, nothing outbound",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(
            ec2.Peer.ipv4(self._vpc.vpc_cidr_block),
            ec2.Port.tcp(HTTPS_PORT),
            "HTTPS from the VPC",
        )
        accept_unread_range(group, self._vpc.vpc_cidr_block)
        return group

    def _create_interfaces(
        self, services: Sequence[str], subnet_ids: list[str]
    ) -> ec2.SecurityGroup:
        group = self._create_security_group()
        vpc_id, group_ids = self._vpc.vpc_id, [group.security_group_id]
        for service in services:
            ec2.CfnVPCEndpoint(
                self,
                construct_id(service),
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=self._service_name(service),
                subnet_ids=subnet_ids,
                security_group_ids=group_ids,
                private_dns_enabled=True,
                policy_document=self._policies.interface(service, SERVICES[service]),
            )
        return group

    def _service_name(self, service: str) -> str:
        return f"com.amazonaws.{self._region}.{service}"


def construct_id(service: str) -> str:
    """Give the construct ID of a service's endpoint: ``EcrApi`` for ``ecr.api``."""
    return "".join(part.capitalize() for part in service.replace("-", ".").split("."))


def check_services(services: Sequence[str]) -> None:
    """Raise for a service that no interface endpoint can be made of.

    Raises:
        BaselineError: when a service is unknown, is one of the gateways, or named twice.
    """
    for position, service in enumerate(services):
        if service in ("s3", "dynamodb"):
            raise BaselineError(
                f"interface_endpoints holds {service!r}, which every VPC reaches through its "
                "gateway endpoint; leave it out"
            )
        if service in services[:position]:
            raise BaselineError(f"interface_endpoints holds {service!r} twice; leave one out")
        if service not in SERVICES:
            near = difflib.get_close_matches(service, sorted(SERVICES), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {sorted(SERVICES)}"
            raise BaselineError(f"interface_endpoints holds {service!r}, which is unknown; {hint}")
