"""One of each construct that the blueprint hardens, and apps that hold them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_opensearchservice as opensearch
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from baseline.blueprint import Blueprint, apply_baseline
from tests.support import CONTEXT

ENVIRONMENT = cdk.Environment(account="555555555555", region="eu-west-1")
CERTIFICATE = "arn:aws:acm:eu-west-1:555555555555:certificate/11111111-2222-3333-4444-555555555555"
POSTGRES = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_7)
AURORA = rds.DatabaseClusterEngine.aurora_mysql(version=rds.AuroraMysqlEngineVersion.VER_3_10_3)
ID = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
Template = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Made:
    """An app that was synthesized.

    Attributes:
        blueprint: what was applied; None for an app without.
        templates: its templates by stack.
        report: plugin's findings, by plugin.
        failed: what the synthesis said, empty where it went through.
        folder: the cloud assembly.
    """

    blueprint: Blueprint | None
    templates: dict[str, Template]
    report: dict[str, list[dict[str, Any]]]
    failed: str
    folder: Path

    def resource(self, kind: str, start: str = "", stack: str = "Shop") -> Template:
        """Give the properties of the one resource of a type whose logical ID starts so."""
        rows = self.resources(kind, start, stack)
        assert len(rows) == 1, sorted(rows)
        return dict(next(iter(rows.values())).get("Properties", {}))

    def resources(self, kind: str, start: str = "", stack: str = "Shop") -> Template:
        """Give all of them, whole, by logical ID."""
        rows = self.templates[stack]["Resources"]
        return {
            name: row
            for name, row in rows.items()
            if row["Type"] == kind and name.startswith(start)
        }

    def rules(self, severity: str) -> set[tuple[str, str]]:
        """Give what the blueprint found: rule and path."""
        return {
            (row["ruleName"].removeprefix("blueprint::"), place["constructPath"])
            for row in self.report.get("blueprint", ())
            if row["severity"] == severity
            for place in row["violatingConstructs"]
        }


def synthesized(app: cdk.App, blueprint: Blueprint | None = None) -> Made:
    """Synthesize an app whose findings are asked for afterwards."""
    failed = ""
    try:
        app.synth()
    except RuntimeError as error:
        failed = str(error)
    folder = Path(app.outdir)
    report_file = folder / "validation-report.json"
    document = json.loads(report_file.read_text("utf-8")) if report_file.exists() else {}
    return Made(
        blueprint=blueprint,
        templates={
            path.name.split(".")[0]: json.loads(path.read_text("utf-8"))
            for path in sorted(folder.rglob("*.template.json"))
        },
        report={row["pluginName"]: row["violations"] for row in document.get("pluginReports", ())},
        failed=failed,
        folder=folder,
    )


def make(
    build: Callable[[cdk.Stack], object],
    *,
    applied: bool = True,
    flags: Mapping[str, Any] = CONTEXT,
    **arguments: Any,
) -> Made:
    """Make an app of one stack, with the blueprint or without."""
    app = cdk.App(context=dict(flags), analytics_reporting=False)
    quiet = {"template-rules": "what the rules say is tested where they are"}
    without = {**quiet, **arguments.pop("without", {})}
    blueprint = None
    if applied:
        arguments.setdefault("packs", ())
        blueprint = apply_baseline(app, without=without, **arguments)
    build(cdk.Stack(app, "Shop", env=ENVIRONMENT))
    return synthesized(app, blueprint)


def everything(stack: cdk.Stack) -> None:
    """Make one of each, with nothing but what it asks for."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    _stores(stack, vpc)
    _machines(stack, vpc)
    _front(stack, vpc)


def _stores(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    s3.Bucket(stack, "Bucket")
    sns.Topic(stack, "Topic")
    sqs.Queue(stack, "Queue")
    kinesis.Stream(stack, "Stream")
    logs.LogGroup(stack, "Logs")
    kms.Key(stack, "Key")
    secretsmanager.Secret(stack, "Secret")
    ecr.Repository(stack, "Repository")
    efs.FileSystem(stack, "Files", vpc=vpc)
    ec2.Volume(stack, "Volume", availability_zone="eu-west-1a", size=cdk.Size.gibibytes(8))
    instance = rds.DatabaseInstance(stack, "Database", engine=POSTGRES, vpc=vpc)
    rds.DatabaseInstanceReadReplica(
        stack,
        "Replica",
        source_database_instance=instance,
        instance_type=ec2.InstanceType("t4g.medium"),
        vpc=vpc,
    )
    rds.DatabaseInstanceFromSnapshot(
        stack, "Restored", engine=POSTGRES, vpc=vpc, snapshot_identifier="snapshot"
    )
    writer = rds.ClusterInstance.serverless_v2("Writer")
    rds.DatabaseCluster(stack, "Aurora", engine=AURORA, vpc=vpc, writer=writer)
    rds.DatabaseClusterFromSnapshot(
        stack, "Copy", engine=AURORA, vpc=vpc, writer=writer, snapshot_identifier="snapshot"
    )
    dynamodb.Table(stack, "Table", partition_key=ID)
    dynamodb.TableV2(stack, "Global", partition_key=ID)
    opensearch.Domain(stack, "Search", version=opensearch.EngineVersion.OPENSEARCH_2_19)


def _machines(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    function = lambda_.Function(
        stack,
        "Function",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )
    function.add_function_url()
    start = sfn.Pass(stack, "Start")
    sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(start))
    kind = ec2.InstanceType("t4g.micro")
    image = ec2.MachineImage.generic_linux({"eu-west-1": "ami-11111111"})
    ec2.Instance(stack, "Instance", vpc=vpc, instance_type=kind, machine_image=image)
    ec2.LaunchTemplate(stack, "Template", machine_image=image)
    ec2.BastionHostLinux(stack, "Bastion", vpc=vpc, machine_image=image)
    autoscaling.AutoScalingGroup(stack, "Group", vpc=vpc, instance_type=kind, machine_image=image)
    ec2.SecurityGroup(stack, "Security", vpc=vpc)
    ecs.Cluster(stack, "Cluster", vpc=vpc)


def _front(stack: cdk.Stack, vpc: ec2.Vpc) -> None:
    certificate = acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE)
    balancer = elb.ApplicationLoadBalancer(stack, "Balancer", vpc=vpc)
    answer = elb.ListenerAction.fixed_response(404)
    balancer.add_listener("Https", port=443, certificates=[certificate], default_action=answer)
    network = elb.NetworkLoadBalancer(stack, "Network", vpc=vpc)
    target = elb.NetworkTargetGroup(
        stack, "Target", port=80, vpc=vpc, target_type=elb.TargetType.IP
    )
    network.add_listener(
        "Tls", port=443, certificates=[certificate], default_target_groups=[target]
    )
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("GET")
    apigateway.SpecRestApi(
        stack, "Spec", api_definition=apigateway.ApiDefinition.from_inline({"openapi": "3.0.2"})
    )
    apigateway.DomainName(stack, "Domain", domain_name="api.example.com", certificate=certificate)
    http.HttpApi(stack, "Http")
    origin = origins.HttpOrigin("example.com")
    cloudfront.Distribution(
        stack,
        "Distribution",
        default_behavior=cloudfront.BehaviorOptions(origin=origin),
        additional_behaviors={"/static/*": cloudfront.BehaviorOptions(origin=origin)},
    )
    cognito.UserPool(stack, "Users")
    user = iam.User(stack, "User")
    iam.AccessKey(stack, "Credential", user=user)


@pytest.fixture(scope="session")
def hardened() -> Made:
    """One of each with the blueprint."""
    return make(everything)


@pytest.fixture(scope="session")
def plain() -> Made:
    """One of each without."""
    return make(everything, applied=False)


@pytest.fixture
def make_app() -> Callable[..., Made]:
    """Make an app with one of each."""
    return lambda **arguments: make(everything, **arguments)


@pytest.fixture
def make_one() -> Callable[..., Made]:
    """Make an app with what a function makes."""
    return make


@pytest.fixture(scope="session")
def making() -> Callable[..., Made]:
    """The same for fixtures of a module."""
    return make


@pytest.fixture
def synthesize() -> Callable[..., Made]:
    """Synthesize an app that a test composed."""
    return synthesized
