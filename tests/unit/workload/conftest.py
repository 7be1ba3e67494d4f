"""Every workload construct once, in one app: synthesized once, judged by the nag packs once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_signer as signer
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)
from constructs import Construct

from baseline.controls.registry import declarations
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload.air_gapped_vault import AirGappedVault
from baseline.workload.auto_scaling import HardenedAutoScalingGroup
from baseline.workload.backup_protection import share_with_central_vault
from baseline.workload.backups import BackupVaultPlan
from baseline.workload.containers.ecs_cluster import HardenedEcsCluster
from baseline.workload.containers.eks_cluster import HardenedEksCluster
from baseline.workload.containers.eks_nodes import HardenedEksNodes
from baseline.workload.containers.fargate_service import HardenedFargateService
from baseline.workload.database import HardenedDatabase
from baseline.workload.database_engines import AURORA, INSTANCES
from baseline.workload.database_instance import HardenedDatabaseInstance
from baseline.workload.file_system import SecureFileSystem
from baseline.workload.function import UNSIGNED, HardenedFunction
from baseline.workload.instance import HardenedInstance
from baseline.workload.restore_test import RestoreTest
from baseline.workload.rotation_adapters import DatabaseUser, OwnAdapter
from baseline.workload.secret import RotatedSecret
from baseline.workload.table import HardenedTable
from tests.support import CONTEXT, ROOT
from tests.synthesized import Synthesized

ORGANIZATION = "o-exampleorgid"
DIGEST = f"sha256:{'a' * 64}"
ADMINISTRATOR = "arn:aws:iam::333333333333:role/PlatformTeam"


Resources = dict[str, Any]
Workload = Synthesized


def vpc(scope: Construct) -> ec2.IVpc:
    """Give a VPC of two zones with public, private and isolated subnets."""
    tiers = {"public": "1", "private": "2", "isolated": "3"}
    subnets: dict[str, Any] = {
        f"{tier}_subnet_ids": [f"subnet-{digit}{zone}111111" for zone in "01"]
        for tier, digit in tiers.items()
    }
    tables: dict[str, Any] = {
        f"{tier}_subnet_route_table_ids": [f"rtb-{digit}{zone}111111" for zone in "01"]
        for tier, digit in tiers.items()
    }
    return ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id="vpc-11111111",
        vpc_cidr_block="10.0.0.0/20",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        **subnets,
        **tables,
    )


def client(scope: Construct) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(scope, "Client", "sg-11111111")


def image() -> ec2.IMachineImage:
    return ec2.MachineImage.from_ssm_parameter("/golden/al2023/arm64")


def topic(scope: Construct) -> tuple[SecureTopic, SecureKey]:
    key = SecureKey(scope, "TopicKey", description="Messages")
    return SecureTopic(scope, "Topic", key=key), key


def _secrets(stack: cdk.Stack) -> None:
    messages, key = topic(stack)
    shared: dict[str, Any] = {"organization_id": ORGANIZATION, "topic": messages, "topic_key": key}
    RotatedSecret(stack, "Signing", description="Signing key", **shared)
    RotatedSecret(
        stack,
        "Account",
        description="Account of a partner",
        field="password",
        template={"username": "partner"},
        exclude_characters="/@",
        replicas={"eu-central-1": "arn:aws:kms:eu-central-1:333333333333:key/replica"},
        **shared,
    )


def _rotations(stack: cdk.Stack) -> None:
    network = vpc(stack)
    messages, key = topic(stack)
    shared: dict[str, Any] = {"organization_id": ORGANIZATION, "topic": messages, "topic_key": key}
    database = HardenedDatabase(
        stack,
        "Orders",
        name="orders-rotated",
        vpc=network,
        subnets=network.isolated_subnets,
        clients={"application": client(stack)},
    )
    RotatedSecret(
        stack,
        "Reports",
        description="Reader of reports",
        adapter=DatabaseUser(database=database, username="reports", name="orders"),
        rotate_after_hours=4,
        **shared,
    )
    RotatedSecret(
        stack,
        "Partner",
        description="Token of a partner",
        adapter=OwnAdapter(
            folder=ROOT / "tests" / "unit" / "workload" / "own_adapter",
            settings={"ADAPTER_URL": "https://partner.example.com"},
        ),
        **shared,
    )


def _tables(stack: cdk.Stack) -> None:
    name = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    HardenedTable(stack, "Orders", partition_key=name, organization_id=ORGANIZATION)


def _databases(stack: cdk.Stack) -> None:
    network = vpc(stack)
    shared: dict[str, Any] = {
        "vpc": network,
        "subnets": network.isolated_subnets,
        "clients": {"application": client(stack)},
    }
    for cluster in AURORA:
        HardenedDatabase(stack, cluster.title(), name=f"orders-{cluster}", engine=cluster, **shared)
    for engine in INSTANCES:
        HardenedDatabaseInstance(
            stack, engine.title(), name=f"ledger-{engine}", engine=engine, **shared
        )


def _files(stack: cdk.Stack) -> None:
    network = vpc(stack)
    files = SecureFileSystem(
        stack,
        "Files",
        vpc=network,
        subnets=network.isolated_subnets,
        clients={"application": client(stack)},
        organization_id=ORGANIZATION,
    )
    files.add_access_point("Orders", path="/orders", user=1000, group=1000)


def _backups(stack: cdk.Stack) -> None:
    BackupVaultPlan(stack, "Daily")
    kept = BackupVaultPlan(
        stack,
        "Kept",
        lock="compliance",
        keep_days=365,
        selection={"Backup": "kept"},
        copy_to="arn:aws:backup:eu-central-1:222222222222:backup-vault:central",
    )
    RestoreTest(stack, "Test", backups=kept, name="weekly", resource_types={"DynamoDB": {}})


def _functions(stack: cdk.Stack) -> None:
    network = vpc(stack)
    profile = signer.SigningProfile(
        stack, "Profile", platform=signer.Platform.AWS_LAMBDA_SHA384_ECDSA
    )
    signed = lambda_.Code.from_bucket(
        s3.Bucket.from_bucket_name(stack, "Code", "signed-code"), "orders.zip", "version-1"
    )
    function = HardenedFunction(
        stack,
        "Signed",
        code=signed,
        handler="index.handler",
        description="Takes orders",
        signed_by=profile,
        environment={"SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:333333333333:secret:orders"},
    )
    function.add_url()
    function.let_call_url("Partner", "arn:aws:iam::333333333333:role/Partner")
    HardenedFunction(
        stack,
        "Unsigned",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        description="Reaches a database",
        signed_by=UNSIGNED,
        reserved_concurrency=None,
        vpc=network,
        subnets=network.private_subnets,
    )


def repository(scope: Construct) -> ecr.IRepository:
    return ecr.Repository.from_repository_name(scope, "Repository", "orders")


def _containers(stack: cdk.Stack) -> None:
    network = vpc(stack)
    cluster = HardenedEcsCluster(stack, "Cluster", vpc=network)
    messages, key = topic(stack)
    secret = RotatedSecret(
        stack,
        "Secret",
        description="Signing key",
        organization_id=ORGANIZATION,
        topic=messages,
        topic_key=key,
    )
    HardenedFargateService(
        stack,
        "Orders",
        cluster=cluster,
        subnets=network.private_subnets,
        repository=repository(stack),
        digest=DIGEST,
        clients={"load balancer": client(stack)},
        reaches={"S3": ec2.Peer.prefix_list("pl-6da54004")},
        environment={"TABLE": "orders"},
        secrets={"SIGNING_KEY": secret.secret},
        statements=[
            iam.PolicyStatement(
                actions=["dynamodb:GetItem"],
                resources=["arn:aws:dynamodb:eu-west-1:333333333333:table/orders"],
            )
        ],
    )


def _kubernetes(stack: cdk.Stack) -> None:
    network = vpc(stack)
    cluster = HardenedEksCluster(
        stack,
        "Cluster",
        name="orders",
        vpc=network,
        subnets=network.private_subnets,
        administrators={"platform team": ADMINISTRATOR},
        viewers={"auditors": "arn:aws:iam::333333333333:role/Auditor"},
        clients={"pipeline": client(stack)},
    )
    nodes = HardenedEksNodes(stack, "Nodes", cluster=cluster, subnets=network.private_subnets)
    nodes.add_pod_identity(
        "Orders",
        namespace="orders",
        service_account="orders",
        statements=[
            iam.PolicyStatement(
                actions=["dynamodb:GetItem"],
                resources=["arn:aws:dynamodb:eu-west-1:333333333333:table/orders"],
            )
        ],
    )


def _copies(stack: cdk.Stack) -> None:
    AirGappedVault(stack, "Plain", name="copies", organization_id=ORGANIZATION)
    AirGappedVault(
        stack,
        "Own",
        name="copies-own",
        organization_id=ORGANIZATION,
        keep_days=365,
        longest_days=730,
        approval_team="arn:aws:mpa:us-east-1:333333333333:approval-team/recovery",
        key=True,
    )
    shared = SecureKey(stack, "Shared", description="A volume whose backups are copied")
    share_with_central_vault(shared, account="222222222222")


def _machines(stack: cdk.Stack) -> None:
    network = vpc(stack)
    messages, _ = topic(stack)
    shared: dict[str, Any] = {"vpc": network, "subnets": network.private_subnets, "image": image()}
    HardenedAutoScalingGroup(
        stack,
        "Web",
        topic=messages,
        key=SecureKey(stack, "VolumeKey", description="Volumes"),
        **shared,
    )
    HardenedInstance(stack, "Single", **shared)


STACKS: dict[str, Callable[[cdk.Stack], None]] = {
    "secrets": _secrets,
    "rotations": _rotations,
    "tables": _tables,
    "databases": _databases,
    "files": _files,
    "backups": _backups,
    "functions": _functions,
    "containers": _containers,
    "kubernetes": _kubernetes,
    "copies": _copies,
    "machines": _machines,
}


@pytest.fixture(scope="session")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """Every construct, synthesized and judged once."""
    app = cdk.App(
        context=CONTEXT, analytics_reporting=False, outdir=str(tmp_path_factory.mktemp("workload"))
    )
    for name, fill in STACKS.items():
        fill(cdk.Stack(app, name, env=cdk.Environment(account="333333333333", region="eu-west-1")))
    directory = Path(app.synth().directory)
    files = sorted(directory.glob("*.template.json"))
    templates = {path.name.split(".")[0]: json.loads(path.read_text()) for path in files}
    controls: dict[str, set[str]] = {}
    for entry in declarations(app):
        declared = entry["controls"]
        assert isinstance(declared, list)
        controls.setdefault(str(entry["capability"]), set()).update(declared)
    return Workload(
        stacks={name: template["Resources"] for name, template in templates.items()},
        findings=sorted(_findings(app)),
        controls=controls,
        files=files,
    )


def _findings(app: cdk.App) -> Iterator[str]:
    for pack in (
        AwsSolutionsChecks(app),
        HIPAASecurityChecks(app),
        NIST80053R5Checks(app),
        PCIDSS321Checks(app),
        ServerlessChecks(app),
    ):
        for violation in pack.validate_scope(app).violations:
            for resource in violation.violating_resources:
                yield f"{violation.rule_name} {resource.construct_path}"
