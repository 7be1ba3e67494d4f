"""HardenedFargateService: containers without root, without a writable disk, without an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge
from baseline.workload.containers.ecs_cluster import HardenedEcsCluster
from baseline.workload.containers.fargate_checks import TASKS, check_service
from baseline.workload.containers.task_roles import TaskRoles
from baseline.workload.machines import egress_group

HTTPS = 443
CONTROLS = (
    "ECS.1",
    "ECS.2",
    "ECS.3",
    "ECS.4",
    "ECS.5",
    "ECS.8",
    "ECS.9",
    "ECS.10",
    "ECS.16",
)


class HardenedFargateService(Construct):
    """Tasks of one image in at least two zones, replaced when they fail, rolled back when they all do.

    The container runs as a user other than root, with no capability of Linux and a read-only root
    file system; it has no public address, its network is its own, and clients are named by security
    group. Values that are secret come from Secrets Manager at the start. The image is named by its
    digest, so that nobody exchanges it. ECS Exec stays off, because its agent needs a disk that it
    can write to.

    Args:
        scope: parent construct.
        id: construct ID.
        cluster: where it runs, with the key and the VPC.
        subnets: private subnets in at least two zones.
        repository: of the image.
        digest: of the image: ``sha256:`` and 64 hexadecimal digits.
        port: that the container listens on; 8080 by default, 1024 or above.
        clients: what a client is to its security group, such as ``{"load balancer": group}``; they
            alone are admitted.
        reaches: what something is to its peer, which the tasks reach by HTTPS besides endpoints of
            the VPC, such as ``{"S3": ec2.Peer.prefix_list("pl-6da54004")}``: where S3 has a gateway
            endpoint, ECR serves images through it.
        environment: variables; a secret among them is refused.
        secrets: variable to the secret that it gets; none by default.
        statements: what the application may do; nothing by default.
        user: numeric user, with a group after a colon; ``10001`` by default, never root.
        writable: directories that the application writes to, lost with the task; ``/tmp`` by
            default.
        cpu: units; 512 by default, half a processor.
        memory_mb: 1024 by default.
        minimum: tasks at least; 2 by default, one per zone.
        maximum: tasks at most; 8 by default.
        target_cpu_percent: load that scaling aims at; 50 by default.

    Attributes:
        service: the ``aws_ecs.FargateService``.
        task: the ``aws_ecs.FargateTaskDefinition``.
        role: the application's role.
        security_group: of the tasks; HTTPS to endpoints of the VPC is let out.
        log_group: of the containers.

    Raises:
        BaselineError: for a public subnet, root, a secret among the variables, a tag for an image,
            a port of root's, or a number out of its range.

    Source: Security Hub ECS.1 to ECS.5, ECS.8 to ECS.10, ECS.16; Amazon ECS Developer Guide,
    "Fargate security considerations for Amazon ECS" and "Amazon ECS task and container security
    best practices".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: HardenedEcsCluster,
        subnets: Sequence[ec2.ISubnet],
        repository: ecr.IRepository,
        digest: str,
        port: int = 8080,
        clients: Mapping[str, ec2.ISecurityGroup] | None = None,
        reaches: Mapping[str, ec2.IPeer] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, secretsmanager.ISecret] | None = None,
        statements: Sequence[iam.PolicyStatement] = (),
        user: str = "10001",
        writable: Sequence[str] = ("/tmp",),  # noqa: S108 - a directory of the container
        cpu: int = 512,
        memory_mb: int = 1024,
        minimum: int = TASKS,
        maximum: int = 8,
        target_cpu_percent: int = 50,
    ) -> None:
        super().__init__(scope, id)
        check_service(
            vpc=cluster.vpc,
            subnets=subnets,
            digest=digest,
            user=user,
            port=port,
            environment=environment or {},
            writable=writable,
            tasks=(minimum, maximum),
        )
        self.log_group = cluster.create_log_group(self, "Logs")
        roles = TaskRoles(
            self,
            "Roles",
            repository=repository,
            log_group=self.log_group,
            secrets=list((secrets or {}).values()),
            statements=statements,
        )
        self.role = roles.task
        self.task = self._define_task(roles, cpu, memory_mb)
        container = self._add_container(
            ecs.ContainerImage.from_ecr_repository(repository, digest),
            user=user,
            port=port,
            environment=environment or {},
            secrets=secrets or {},
        )
        self._mount(container, writable)
        self.security_group = self._admit(cluster.vpc, port, clients or {}, reaches or {})
        self.service = self._serve(cluster, subnets)
        self.service.node.add_dependency(*roles.policies)
        scaling = self.service.auto_scale_task_count(min_capacity=minimum, max_capacity=maximum)
        scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=target_cpu_percent)
        implements(self, capability="hardened-fargate-service", controls=CONTROLS)

    def _define_task(self, roles: TaskRoles, cpu: int, memory_mb: int) -> ecs.FargateTaskDefinition:
        return ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=cpu,
            memory_limit_mib=memory_mb,
            execution_role=roles.execution.without_policy_updates(),
            task_role=roles.task.without_policy_updates(),
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )

    def _add_container(
        self,
        image: ecs.ContainerImage,
        *,
        user: str,
        port: int,
        environment: Mapping[str, str],
        secrets: Mapping[str, secretsmanager.ISecret],
    ) -> ecs.ContainerDefinition:
        if environment:
            acknowledge(
                self.task,
                {
                    "AwsSolutions-ECS2": (
                        "no variable holds a secret: the construct refuses them, and takes those "
                        "from Secrets Manager in an argument of their own"
                    )
                },
            )
        linux = ecs.LinuxParameters(self, "Linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        return self.task.add_container(
            "Application",
            image=image,
            user=user,
            readonly_root_filesystem=True,
            linux_parameters=linux,
            environment=dict(environment) or None,
            secrets={
                name: ecs.Secret.from_secrets_manager(secret) for name, secret in secrets.items()
            },
            logging=ecs.LogDriver.aws_logs(stream_prefix="application", log_group=self.log_group),
            port_mappings=[ecs.PortMapping(container_port=port)],
        )

    def _mount(self, container: ecs.ContainerDefinition, writable: Sequence[str]) -> None:
        for path in writable:
            name = path.strip("/").replace("/", "-")
            self.task.add_volume(name=name)
            container.add_mount_points(
                ecs.MountPoint(container_path=path, read_only=False, source_volume=name)
            )

    def _admit(
        self,
        vpc: ec2.IVpc,
        port: int,
        clients: Mapping[str, ec2.ISecurityGroup],
        reaches: Mapping[str, ec2.IPeer],
    ) -> ec2.SecurityGroup:
        group = egress_group(self, vpc, "Tasks: named clients in, HTTPS to endpoints of the VPC")
        for name, client in clients.items():
            group.add_ingress_rule(client, ec2.Port.tcp(port), f"Tasks from {name}")
        for name, peer in reaches.items():
            group.add_egress_rule(peer, ec2.Port.tcp(HTTPS), f"HTTPS to {name}")
        return group

    def _serve(
        self,
        cluster: HardenedEcsCluster,
        subnets: Sequence[ec2.ISubnet],
    ) -> ecs.FargateService:
        service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster.cluster,
            task_definition=self.task,
            assign_public_ip=False,
            platform_version=ecs.FargatePlatformVersion.LATEST,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
            security_groups=[self.security_group],
            min_healthy_percent=100,
            max_healthy_percent=200,
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.ENABLED,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            enable_execute_command=False,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        resource = service.node.find_child("Service")
        if not isinstance(resource, ecs.CfnService):
            raise TypeError(f"{self.node.path}: the service's resource is no CfnService")
        # A number here would take a service that has scaled out back at every deployment.
        resource.add_property_deletion_override("DesiredCount")
        return service
