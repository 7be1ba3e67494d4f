"""Wherever a construct is made: nested, in a stage, in another L2; and where it must be left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import custom_resources as custom
from constructs import Construct

from baseline.blueprint import Platform, apply_baseline
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_queue import SecureQueue
from baseline.workload.table import HardenedTable
from tests.support import CONTEXT

ID = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
HANDLER = Path(__file__).parents[3] / "baseline" / "primitives" / "handlers" / "organization_files"
Make = Callable[..., Any]
REFERENCE = re.compile(r"{'(?:Ref': |Fn::GetAtt': \[)'(\w+)'")


def own(stack: cdk.Stack) -> None:
    """Make constructs of this library."""
    logs_ = SecureBucket(stack, "AccessLogs", access_log_target=True)
    AlarmTopic(stack, "Alarms", addresses=["ops@example.com"], display_name="Shop")
    key = SecureKey(stack, "Key", description="Orders of the shop").key
    SecureQueue(stack, "Queue", key=key)
    SecureBucket(stack, "Store", key=key, access_logs=logs_.bucket)
    HandlerFunction(stack, "Function", handler=HANDLER, description="Copies files")
    HardenedTable(stack, "Table", partition_key=ID, organization_id="o-exampleorgid")


def test_constructs_of_the_library_are_left_as_they_are(make_one: Make) -> None:
    hardened, plain = make_one(own), make_one(own, applied=False)
    assert hardened.templates["Shop"]["Resources"] == plain.templates["Shop"]["Resources"]
    assert hardened.blueprint.record.as_json()["changes"] == []
    assert hardened.rules("error") | hardened.rules("warning") == set()


def inside(stack: cdk.Stack) -> None:
    """Make constructs that make others."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    source, built = codepipeline.Artifact(), codepipeline.Artifact()
    bucket = s3.Bucket(stack, "Source")
    project = codebuild.PipelineProject(stack, "Build")
    codepipeline.Pipeline(
        stack,
        "Pipeline",
        stages=[
            codepipeline.StageProps(
                stage_name="Source",
                actions=[
                    actions.S3SourceAction(
                        action_name="S3", bucket=bucket, bucket_key="a.zip", output=source
                    )
                ],
            ),
            codepipeline.StageProps(
                stage_name="Build",
                actions=[
                    actions.CodeBuildAction(
                        action_name="B", project=project, input=source, outputs=[built]
                    )
                ],
            ),
        ],
    )
    s3.Bucket(stack, "Cache", removal_policy=cdk.RemovalPolicy.DESTROY, auto_delete_objects=True)
    code = lambda_.Code.from_inline("def handler(event, context): pass")
    function = lambda_.Function(
        stack, "Event", code=code, handler="index.handler", runtime=lambda_.Runtime.PYTHON_3_14
    )
    custom.Provider(stack, "Provider", on_event_handler=function)
    custom.AwsCustomResource(
        stack,
        "Call",
        on_create=custom.AwsSdkCall(
            service="STS",
            action="getCallerIdentity",
            physical_resource_id=custom.PhysicalResourceId.of("call"),
        ),
        policy=custom.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"]),
    )
    logs.LogRetention(
        stack, "Retention", log_group_name="/aws/old", retention=logs.RetentionDays.ONE_YEAR
    )
    patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Service",
        vpc=vpc,
        task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
            image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx")
        ),
    )
    queue = sqs.Queue(stack, "Queue")
    topic = sns.Topic(stack, "Topic")
    topic.add_subscription(subscriptions.SqsSubscription(queue))
    bucket.add_event_notification(s3.EventType.OBJECT_CREATED, notifications.SqsDestination(queue))


@pytest.fixture(scope="module")
def nested(making: Make) -> Any:
    """An app whose constructs make others."""
    return making(inside)


def test_the_bucket_of_a_pipeline_is_hardened(nested: Any) -> None:
    bucket = nested.resource("AWS::S3::Bucket", "PipelineArtifactsBucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LoggingConfiguration"]["LogFilePrefix"] == "Shop/Pipeline/ArtifactsBucket/"


def test_the_function_of_a_provider_keeps_its_logs(nested: Any) -> None:
    groups = nested.resources("AWS::Logs::LogGroup", "Provider")
    assert [row["Properties"]["RetentionInDays"] for row in groups.values()] == [365]
    function = nested.resource("AWS::Lambda::Function", "Providerframework")
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_the_way_out_of_tasks_is_left_to_them(nested: Any) -> None:
    (egress,) = nested.resource("AWS::EC2::SecurityGroup", "ServiceSecurityGroup")[
        "SecurityGroupEgress"
    ]
    assert egress["CidrIp"] == "0.0.0.0/0"


def test_what_other_constructs_ask_for_says_who_asks(nested: Any) -> None:
    weaker = {each.path: each.problem for each in nested.blueprint.record.weaker}
    assert weaker["Shop/Service/LB"] == (
        "it is True (ApplicationLoadBalancedFargateService asks for it)"
    )


def reached(template: dict[str, Any], start: str) -> set[str]:
    """Give the logical IDs that a resource needs, directly or not."""
    resources = template["Resources"]
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        row = resources[waiting.pop()]
        named = set(REFERENCE.findall(str(row.get("Properties", {}))))
        for name in (named | set(row.get("DependsOn", ()))) & set(resources) - seen:
            seen.add(name)
            waiting.append(name)
    return seen


def test_no_resource_needs_itself(nested: Any, hardened: Any) -> None:
    """A key of one stack encrypts topic, queue and bucket, which subscribe to each other."""
    for made in (nested, hardened):
        template = made.templates["Shop"]
        circles = [name for name in template["Resources"] if name in reached(template, name)]
        assert circles == []


class Nested(cdk.NestedStack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        s3.Bucket(self, "Bucket")


def test_nested_stacks_use_the_key_of_their_parent(make_one: Make) -> None:
    made = make_one(lambda stack: Nested(stack, "Inner"))
    (inner,) = [each for name, each in made.templates.items() if "Inner" in name]
    types = [row["Type"] for row in inner["Resources"].values()]
    assert "AWS::KMS::Key" not in types
    (bucket,) = [row for row in inner["Resources"].values() if row["Type"] == "AWS::S3::Bucket"]
    (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "BlueprintKey" in str(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
    assert len(made.resources("AWS::KMS::Key")) == 1


def test_stages_are_hardened_and_their_findings_seen(synthesize: Make) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    blueprint = apply_baseline(app, packs=(), without=QUIET)
    stage = cdk.Stage(app, "Production")
    stack = cdk.Stack(stage, "Shop")
    s3.Bucket(stack, "Bucket")
    sns.Topic(stack, "Topic", enforce_ssl=False)
    made = synthesize(app, blueprint)
    (template,) = made.templates.values()
    (bucket,) = [
        row
        for name, row in template["Resources"].items()
        if row["Type"] == "AWS::S3::Bucket" and name.startswith("Bucket")
    ]
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert ("topic.enforce_ssl", "Production/Shop/Topic") in made.rules("error")


QUIET = {"template-rules": "what the rules say is tested where they are"}


def test_one_stage_may_have_it_alone(synthesize: Make) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    stage = cdk.Stage(app, "Production")
    apply_baseline(stage, packs=(), without=QUIET)
    s3.Bucket(cdk.Stack(stage, "Shop"), "Bucket")
    s3.Bucket(cdk.Stack(app, "Sandbox"), "Bucket")
    made = synthesize(app)
    versioned = {
        name: "VersioningConfiguration" in str(template)
        for name, template in made.templates.items()
    }
    assert sorted(versioned.values()) == [False, True]
    assert versioned["Sandbox"] is False


def test_imported_resources_are_not_touched(make_one: Make) -> None:
    def build(stack: cdk.Stack) -> None:
        s3.Bucket.from_bucket_name(stack, "Bucket", "other")
        sns.Topic.from_topic_arn(stack, "Topic", "arn:aws:sns:eu-west-1:555555555555:other")
        iam.Role.from_role_name(stack, "Role", "other")

    made = make_one(build)
    assert made.templates["Shop"].get("Resources", {}) == {}
    assert made.blueprint.record.changes == []


def test_apps_of_one_process_do_not_know_each_other(make_one: Make) -> None:
    def build(stack: cdk.Stack) -> None:
        s3.Bucket(stack, "Bucket", versioned=False)

    first, second = make_one(build), make_one(build)
    third = make_one(build, applied=False)
    assert first.templates == second.templates
    assert len(first.blueprint.record.changes) == len(second.blueprint.record.changes) == 1
    assert len(second.blueprint.record.weaker) == 1
    assert "AWS::KMS::Key" not in str(third.templates)


@jsii.implements(cdk.IPropertyInjector)
class Named:
    """An injector of a team's own."""

    @property
    def construct_unique_id(self) -> str:
        return s3.Bucket.PROPERTY_INJECTION_ID

    def inject(self, original_props: Any, *, id: str, scope: Construct) -> Any:  # noqa: ARG002
        return {**original_props, "bucketName": f"shop-{id.lower()}", "versioned": False}


def test_a_teams_own_injector_runs_first_and_is_judged(synthesize: Make) -> None:
    app = cdk.App(context=CONTEXT, analytics_reporting=False)
    cdk.PropertyInjectors.of(app).add(Named())
    blueprint = apply_baseline(app, packs=(), without=QUIET)
    s3.Bucket(cdk.Stack(app, "Shop"), "Bucket")
    made = synthesize(app, blueprint)
    bucket = made.resource("AWS::S3::Bucket", "Bucket")
    assert bucket["BucketName"] == "shop-bucket"
    assert bucket["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert ("bucket.versioned", "Shop/Bucket") in made.rules("warning")


def test_the_platform_takes_logs_and_bounds_roles(make_one: Make) -> None:
    """EC2.6."""

    def build(stack: cdk.Stack) -> None:
        vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
        patterns.ApplicationLoadBalancedFargateService(
            stack,
            "Service",
            vpc=vpc,
            task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
                image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx")
            ),
        )
        rds.DatabaseInstance(
            stack,
            "Database",
            vpc=vpc,
            engine=rds.DatabaseInstanceEngine.mysql(version=rds.MysqlEngineVersion.VER_8_4_7),
        )

    names = Platform.from_names(
        prefix="secbase",
        log_archive_account="222222222222",
        home_region="eu-west-1",
        log_retention_days=731,
    )
    made = make_one(build, platform=names)
    flow = made.resource("AWS::EC2::FlowLog")
    assert "secbase-flow-logs-222222222222-eu-west-1" in str(flow["LogDestination"])
    rows = made.resource("AWS::ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"]
    found = {row["Key"]: row["Value"] for row in rows}
    assert found["access_logs.s3.bucket"] == "secbase-access-logs-222222222222-eu-west-1-elb"
    roles = made.resources("AWS::IAM::Role")
    assert roles
    for name, row in roles.items():
        assert "policy/secbase-boundary" in str(row["Properties"]["PermissionsBoundary"]), name
    groups = made.resources("AWS::Logs::LogGroup").values()
    assert {row["Properties"]["RetentionInDays"] for row in groups} == {731}
    parameters = made.resource("AWS::RDS::DBParameterGroup")["Parameters"]
    assert parameters == {"require_secure_transport": "ON"}
