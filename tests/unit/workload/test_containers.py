"""Containers: no root, no writable disk, no address, no secret in a variable, nobody in by default."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest

from baseline.errors import BaselineError
from baseline.workload.containers.ecs_cluster import HardenedEcsCluster
from baseline.workload.containers.eks_cluster import HardenedEksCluster
from baseline.workload.containers.eks_nodes import HardenedEksNodes
from baseline.workload.containers.fargate_service import HardenedFargateService
from tests.unit.workload import conftest

if TYPE_CHECKING:
    from tests.unit.workload.conftest import Resources, Workload

SERVICE = "hardened-fargate-service"


def container(workload: Workload) -> Resources:
    (task,) = workload.of("containers", "AWS::ECS::TaskDefinition")
    (found,) = task["ContainerDefinitions"]
    return dict(found)


def service(workload: Workload) -> Resources:
    (found,) = workload.of("containers", "AWS::ECS::Service")
    return found


def statements(workload: Workload, stack: str) -> dict[str, Resources]:
    return {
        statement["Sid"]: statement
        for policy in workload.of(stack, "AWS::IAM::ManagedPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "Sid" in statement
    }


def test_a_cluster_is_watched_and_its_sessions_are_recorded(workload: Workload) -> None:
    """ECS.12."""
    (cluster,) = workload.of("containers", "AWS::ECS::Cluster")
    assert cluster["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enabled"}]
    sessions = cluster["Configuration"]["ExecuteCommandConfiguration"]
    assert sessions["Logging"] == "OVERRIDE"
    assert sessions["LogConfiguration"]["CloudWatchEncryptionEnabled"] is True
    assert sessions["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    assert "ECS.12" in workload.controls["hardened-ecs-cluster"]


def test_a_container_is_not_root_and_writes_to_named_directories_only(workload: Workload) -> None:
    """ECS.1, ECS.3, ECS.4, ECS.5."""
    (task,) = workload.of("containers", "AWS::ECS::TaskDefinition")
    assert task["NetworkMode"] == "awsvpc"
    assert "PidMode" not in task
    row = container(workload)
    assert row["User"] == "10001"
    assert row["ReadonlyRootFilesystem"] is True
    assert "Privileged" not in row
    assert row["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert row["MountPoints"] == [
        {"ContainerPath": "/tmp", "ReadOnly": False, "SourceVolume": "tmp"}  # noqa: S108
    ]
    assert task["Volumes"] == [{"Name": "tmp"}]
    assert {"ECS.1", "ECS.3", "ECS.4", "ECS.5"} <= workload.controls[SERVICE]


def test_secrets_come_from_secrets_manager_and_logs_are_kept(workload: Workload) -> None:
    """ECS.8, ECS.9."""
    row = container(workload)
    assert row["Environment"] == [{"Name": "TABLE", "Value": "orders"}]
    (secret,) = row["Secrets"]
    assert secret["Name"] == "SIGNING_KEY"
    assert "Ref" in secret["ValueFrom"]
    assert row["LogConfiguration"]["LogDriver"] == "awslogs"
    for group in workload.of("containers", "AWS::Logs::LogGroup"):
        assert group["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
        assert group["RetentionInDays"] == 365
    assert {"ECS.8", "ECS.9"} <= workload.controls[SERVICE]


def test_a_service_has_no_address_runs_current_and_stands_in_two_zones(
    workload: Workload,
) -> None:
    """ECS.2, ECS.10, ECS.16."""
    row = service(workload)
    network = row["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    assert network["Subnets"] == ["subnet-20111111", "subnet-21111111"]
    assert row["PlatformVersion"] == "LATEST"
    assert row["EnableExecuteCommand"] is False
    assert "DesiredCount" not in row
    assert row["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {
        "Enable": True,
        "Rollback": True,
    }
    (scaling,) = workload.of("containers", "AWS::ApplicationAutoScaling::ScalableTarget")
    assert (scaling["MinCapacity"], scaling["MaxCapacity"]) == (2, 8)
    assert workload.of("containers", "AWS::ECS::TaskSet") == []
    assert {"ECS.2", "ECS.10", "ECS.16"} <= workload.controls[SERVICE]


def test_the_image_is_one_and_stays_it(workload: Workload) -> None:
    assert json.dumps(container(workload)["Image"]).count(f"@{conftest.DIGEST}") == 1


def test_only_named_clients_reach_tasks_and_tasks_reach_endpoints_only(workload: Workload) -> None:
    (ingress,) = workload.of("containers", "AWS::EC2::SecurityGroupIngress")
    assert (ingress["SourceSecurityGroupId"], ingress["FromPort"]) == ("sg-11111111", 8080)
    (group,) = workload.of("containers", "AWS::EC2::SecurityGroup")
    assert [(rule["CidrIp"], rule["FromPort"]) for rule in group["SecurityGroupEgress"]] == [
        ("10.0.0.0/20", 443)
    ]
    (reached,) = workload.of("containers", "AWS::EC2::SecurityGroupEgress")
    assert (reached["DestinationPrefixListId"], reached["ToPort"]) == ("pl-6da54004", 443)


def test_roles_are_assumed_by_tasks_of_the_account_and_start_one_image(workload: Workload) -> None:
    roles = [
        row
        for row in workload.of("containers", "AWS::IAM::Role")
        if "ecs-tasks.amazonaws.com" in json.dumps(row["AssumeRolePolicyDocument"])
    ]
    assert len(roles) == 2
    for row in roles:
        (statement,) = row["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    found = statements(workload, "containers")
    assert json.dumps(found["Pull"]["Resource"]).count("repository/orders") == 1
    assert "Ref" in json.dumps(found["ReadSecrets"]["Resource"])
    assert found["OpenSecrets"]["Action"] == "kms:Decrypt"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"user": "0"}, "user is '0'; give the container a numeric user other than root"),
        ({"user": "root"}, "user is 'root'"),
        ({"user": "0:1000"}, "user is '0:1000'"),
        ({"digest": "latest"}, "digest is 'latest'; name the image by its digest"),
        ({"port": 80}, "port must be between 1024 and 65535 for a user other than root, got 80"),
        ({"environment": {"DB_PASSWORD": "hunter2"}}, "environment holds a secret in DB_PASSWORD"),
        ({"writable": ["/"]}, "writable holds '/'; name a directory below the root"),
        ({"minimum": 1}, "minimum must be between 2, one task per zone"),
        ({"minimum": 9}, "minimum must be between 2, one task per zone, and maximum, 8, got 9"),
        ({"tier": "public"}, "a machine has no public address"),
    ],
)
def test_a_weak_service_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    network = conftest.vpc(stack)
    given = dict(settings)
    subnets = getattr(network, f"{given.pop('tier', 'private')}_subnets")
    with pytest.raises(BaselineError) as error:
        HardenedFargateService(
            stack,
            "Service",
            cluster=HardenedEcsCluster(stack, "Cluster", vpc=network),
            subnets=subnets,
            repository=conftest.repository(stack),
            **({"digest": conftest.DIGEST} | given),
        )
    assert message in str(error.value)


def test_more_insights_have_to_be_known(stack: cdk.Stack) -> None:
    wrong: Any = "full"
    with pytest.raises(BaselineError, match="insights is 'full'; it is one of enabled, enhanced"):
        HardenedEcsCluster(stack, "Cluster", vpc=conftest.vpc(stack), insights=wrong)


def kubernetes(workload: Workload) -> Resources:
    (found,) = workload.of("kubernetes", "AWS::EKS::Cluster")
    return found


def test_a_cluster_is_private_supported_and_encrypted(workload: Workload) -> None:
    """EKS.1, EKS.2, EKS.3."""
    row = kubernetes(workload)
    network = row["ResourcesVpcConfig"]
    assert network["EndpointPublicAccess"] is False
    assert network["EndpointPrivateAccess"] is True
    assert network["SubnetIds"] == ["subnet-20111111", "subnet-21111111"]
    assert row["Version"] == "1.35"
    assert row["UpgradePolicy"] == {"SupportType": "STANDARD"}
    (encryption,) = row["EncryptionConfig"]
    assert encryption["Resources"] == ["secrets"]
    assert encryption["Provider"]["KeyArn"]["Fn::GetAtt"][1] == "Arn"
    assert row["DeletionProtection"] is True
    assert {"EKS.1", "EKS.2", "EKS.3"} <= workload.controls["hardened-eks-cluster"]


def test_the_control_plane_logs_everything_into_a_group_of_ours(workload: Workload) -> None:
    """EKS.8."""
    enabled = kubernetes(workload)["Logging"]["ClusterLogging"]["EnabledTypes"]
    assert {entry["Type"] for entry in enabled} == {
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    }
    (group,) = workload.of("kubernetes", "AWS::Logs::LogGroup")
    assert group["LogGroupName"] == "/aws/eks/orders/cluster"
    assert group["KmsKeyId"]["Fn::GetAtt"][1] == "Arn"
    (whole,) = workload.whole("kubernetes", "AWS::EKS::Cluster")
    assert any("Logs" in name for name in whole["DependsOn"])
    assert whole["DeletionPolicy"].startswith("Retain")
    assert "EKS.8" in workload.controls["hardened-eks-cluster"]


def test_whoever_deploys_gets_nothing_and_nobody_is_in_system_masters(workload: Workload) -> None:
    access = kubernetes(workload)["AccessConfig"]
    assert access == {
        "AuthenticationMode": "API",
        "BootstrapClusterCreatorAdminPermissions": False,
    }
    entries = workload.of("kubernetes", "AWS::EKS::AccessEntry")
    found = {
        entry["PrincipalArn"].split("/")[-1]: json.dumps(entry["AccessPolicies"])
        for entry in entries
    }
    assert "AmazonEKSClusterAdminPolicy" in found["PlatformTeam"]
    assert "AmazonEKSAdminViewPolicy" in found["Auditor"]
    assert all("KubernetesGroups" not in entry for entry in entries)
    assert "system:masters" not in json.dumps(workload.stacks["kubernetes"])


def test_nodes_keep_their_identity_from_pods(workload: Workload) -> None:
    """EC2.8, EC2.170."""
    (template,) = workload.of("kubernetes", "AWS::EC2::LaunchTemplate")
    data = template["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert "KeyName" not in data
    (disk,) = data["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True
    (nodes,) = workload.of("kubernetes", "AWS::EKS::Nodegroup")
    assert "RemoteAccess" not in nodes
    assert nodes["ScalingConfig"] == {"DesiredSize": 2, "MinSize": 2, "MaxSize": 6}
    assert nodes["NodeRepairConfig"] == {"Enabled": True}
    assert {"EC2.8", "EC2.170"} <= workload.controls["hardened-eks-nodes"]


def test_pods_have_a_role_of_their_own_in_one_cluster(workload: Workload) -> None:
    (association,) = workload.of("kubernetes", "AWS::EKS::PodIdentityAssociation")
    assert (association["Namespace"], association["ServiceAccount"]) == ("orders", "orders")
    roles = [
        row["AssumeRolePolicyDocument"]["Statement"]
        for row in workload.of("kubernetes", "AWS::IAM::Role")
        if "pods.eks.amazonaws.com" in json.dumps(row)
    ]
    assert len(roles) == 2  # the application's and the network plug-in's
    for document in roles:
        assert {action for row in document for action in listed(row["Action"])} == {
            "sts:AssumeRole",
            "sts:TagSession",
        }
        for row in document:
            assert row["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
            assert "cluster/orders" in json.dumps(row["Condition"]["ArnLike"])
    add_ons = {row["AddonName"] for row in workload.of("kubernetes", "AWS::EKS::Addon")}
    assert add_ons == {"coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tier": "public"}, "a machine has no public address"),
        ({"zones": 1}, "subnets holds 1; a cluster needs private subnets in at least 2"),
        ({"version": "1.31"}, "version is '1.31'; versions in standard support are 1.34"),
        ({"name": "-orders"}, "name is '-orders'"),
        ({"administrators": {}}, "administrators is empty; name at least one role"),
        (
            {"administrators": {"me": "arn:aws:iam::333333333333:user/me"}},
            "administrators.me is 'arn:aws:iam::333333333333:user/me'; give the ARN of one IAM role",
        ),
        (
            {"viewers": {"all": "arn:aws:iam::333333333333:role/*"}},
            "all is 'arn:aws:iam::333333333333:role/*'; give the ARN of one IAM role",
        ),
    ],
)
def test_a_weak_cluster_is_refused(
    stack: cdk.Stack, settings: dict[str, Any], message: str
) -> None:
    network = conftest.vpc(stack)
    given = {"name": "orders", "administrators": {"us": conftest.ADMINISTRATOR}} | settings
    subnets = getattr(network, f"{given.pop('tier', 'private')}_subnets")
    given["subnets"] = subnets[: given.pop("zones", 2)]
    with pytest.raises(BaselineError) as error:
        HardenedEksCluster(stack, "Cluster", vpc=network, **given)
    assert message in str(error.value)


def test_one_node_is_refused(stack: cdk.Stack) -> None:
    network = conftest.vpc(stack)
    cluster = HardenedEksCluster(
        stack,
        "Cluster",
        name="orders",
        vpc=network,
        subnets=network.private_subnets,
        administrators={"us": conftest.ADMINISTRATOR},
    )
    with pytest.raises(BaselineError, match="minimum must be between 2, one node per zone"):
        HardenedEksNodes(
            stack, "Nodes", cluster=cluster, subnets=network.private_subnets, minimum=1
        )
