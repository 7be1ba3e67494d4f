"""Stacks `workload`, `workload-edge` and `workload-api`: the reference workload in a workload account.

They are an application team's, not the baseline's: the account's own bootstrap deploys them, their
names begin with the workload's, and they bear no tag of the baseline, so that no guardrail exempts
a role of theirs and every guardrail of the unit is tried on them.

CloudFront's web ACL, certificate and metrics are in us-east-1, so the whole edge is a stack there. One
value crosses Regions, the ARN of the load balancer, and CloudFormation reads it by the name of the
stack (``Fn::GetStackOutput``): the CDK's own references would add two custom resources with functions
and roles, and a parameter would have to be copied by one.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.config import Configuration, Names
from baseline.config.workload import InstancesWorkload, Workload
from baseline.edge.api_choices import ApiDomain
from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.web_acl_choices import GLOBAL_REGION
from baseline.network.hardened_vpc import HardenedVpc
from baseline.reference.serverless_application import ServerlessApplication
from baseline.reference.web_application import ENDPOINTS, WebApplication, database_ports
from baseline.reference.web_edge import WebEdge
from stacks.wiring import Wiring

LOAD_BALANCER = "LoadBalancer"
WEB, EDGE, API = "web", "edge", "api"


class WorkloadStack(cdk.Stack):
    """Network, load balancer, machines and database, in the home Region."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        workload: Workload,
        chosen: InstancesWorkload,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=workload.stack_name(WEB),
            description="Reference workload: network, load balancer, machines, database",
            env=env,
            synthesizer=synthesizer,
        )
        flow_logs = s3.Bucket.from_bucket_name(self, "FlowLogs", names.flow_log_bucket)
        network = HardenedVpc(
            self,
            "Vpc",
            cidr=chosen.cidr,
            flow_log_bucket=flow_logs,
            organization_id=names.organization_id,
            public_subnets=True,
            isolated_ports=database_ports(),
            interface_endpoints=ENDPOINTS,
            public_access_exclusion=(
                "allow-bidirectional" if chosen.public_access_exclusion else None
            ),
        )
        certificate = acm.Certificate.from_certificate_arn(
            self, "Certificate", chosen.origin_certificate
        )
        self.application = WebApplication(
            self,
            "Application",
            name=workload.name,
            network=network,
            certificate=certificate,
            origin_domain=chosen.origin_domain,
            cloudfront_prefix_list=chosen.cloudfront_prefix_list,
            image=ec2.MachineImage.from_ssm_parameter(chosen.image_parameter),
            log_bucket=self._log_bucket(configuration, names),
            log_prefixes=not configuration.log_archive.load_balancer_logs,
            addresses=workload.alarms,
            port=chosen.port,
            health_path=chosen.health_path,
            engine=chosen.engine,
            maximum=chosen.maximum,
            emergency_role=configuration.break_glass.role,
        )
        balancer = self.application.load_balancer.load_balancer
        cdk.CfnOutput(self, LOAD_BALANCER, value=balancer.load_balancer_arn)

    def _log_bucket(self, configuration: Configuration, names: Names) -> s3.IBucket:
        if not configuration.log_archive.load_balancer_logs:
            return EdgeLogs(self, "Logs").bucket
        bucket = names.load_balancer_bucket(configuration.home_region)
        return s3.Bucket.from_bucket_name(self, "Logs", bucket)


class WorkloadEdgeStack(cdk.Stack):
    """CloudFront and its web ACL, in us-east-1."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        workload: Workload,
        chosen: InstancesWorkload,
        region: str,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=workload.stack_name(EDGE),
            description="Reference workload: CloudFront, its web ACL, logs and alarms",
            env=env,
            synthesizer=synthesizer,
        )
        balancer = cdk.Fn.get_stack_output(workload.stack_name(WEB), LOAD_BALANCER, region=region)
        self.edge = WebEdge(
            self,
            "Edge",
            domain=chosen.domain,
            certificate_arn=chosen.certificate or "",
            load_balancer_arn=balancer,
            origin_domain=chosen.origin_domain,
            addresses=workload.alarms,
            count_only=chosen.count_only,
            countries=chosen.countries,
        )
        front = self.edge.distribution.distribution
        cdk.CfnOutput(self, "DomainName", value=front.distribution_domain_name)


class WorkloadApiStack(cdk.Stack):
    """API, function and table."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        workload: Workload,
        env: cdk.Environment,
        synthesizer: cdk.IStackSynthesizer,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=workload.stack_name(API),
            description="Reference workload: API, function, table",
            env=env,
            synthesizer=synthesizer,
        )
        choices = workload.serverless
        self.application = ServerlessApplication(
            self,
            "Application",
            name=workload.stack_name(API),
            organization_id=names.organization_id,
            addresses=workload.alarms,
            user_pool_arn=choices.user_pool,
            domain=self._domain(choices.domain, choices.certificate),
            reserved_concurrency=10 if choices.reserve_concurrency else None,
            account_logging=choices.account_logging,
            emergency_role=configuration.break_glass.role,
        )
        cdk.CfnOutput(self, "Address", value=self.application.api.api.url)
        cdk.CfnOutput(self, "Function", value=self.application.function.function.function_name)
        cdk.CfnOutput(self, "Table", value=self.application.table.table.table_name)

    def _domain(self, name: str | None, certificate: str | None) -> ApiDomain | None:
        if name is None or certificate is None:
            return None
        found = acm.Certificate.from_certificate_arn(self, "Certificate", certificate)
        return ApiDomain(name=name, certificate=found)


def workload(wiring: Wiring) -> list[cdk.Stack]:
    """Create the reference workload: machines, then their edge; the API beside them; none by default."""
    configuration, names = wiring.configuration, wiring.names
    chosen = configuration.workload
    if chosen is None:
        return []
    region = chosen.region or configuration.home_region
    env = wiring.env(chosen.account, region)
    found: list[cdk.Stack] = []
    if chosen.has("instances") and chosen.instances is not None:
        web = WorkloadStack(
            wiring.app,
            "workload",
            configuration=configuration,
            names=names,
            workload=chosen,
            chosen=chosen.instances,
            env=env,
            synthesizer=cdk.DefaultStackSynthesizer(qualifier=chosen.qualifier),
        )
        edge = WorkloadEdgeStack(
            wiring.app,
            "workload-edge",
            workload=chosen,
            chosen=chosen.instances,
            region=region,
            env=wiring.env(chosen.account, GLOBAL_REGION),
            synthesizer=_without_bootstrap(chosen, region),
        )
        edge.add_stack_dependency(web)
        found += [web, edge]
    if chosen.has("serverless"):
        found.append(
            WorkloadApiStack(
                wiring.app,
                "workload-api",
                configuration=configuration,
                names=names,
                workload=chosen,
                env=env,
                synthesizer=cdk.DefaultStackSynthesizer(qualifier=chosen.qualifier),
            )
        )
    return found


def _without_bootstrap(chosen: Workload, region: str) -> cdk.IStackSynthesizer:
    """Give a synthesizer for us-east-1: roles of the other Region's bootstrap work there too."""
    account = chosen.account

    def role(kind: str) -> str:
        name = f"cdk-{chosen.qualifier}-{kind}-role-{account}-{region}"
        return f"arn:aws:iam::{account}:role/{name}"

    return cdk.BootstraplessSynthesizer(
        deploy_role_arn=role("deploy"), cloud_formation_execution_role_arn=role("cfn-exec")
    )
