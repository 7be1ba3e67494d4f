"""WebApplication: machines behind an internal load balancer before a database, without one open door."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.edge.dos_alarms import DosAlarms
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.edge.web_acl import WebAcl
from baseline.edge.web_acl_choices import Filters
from baseline.network.hardened_vpc import HardenedVpc
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.reference.checks import check_database_port, check_prefix_list, check_way_in
from baseline.reference.entry import entry_group, entry_network
from baseline.reference.fleet_messages import FleetMessages
from baseline.workload.auto_scaling import INSTANCE_TYPES, HardenedAutoScalingGroup
from baseline.workload.backups import BackupVaultPlan
from baseline.workload.database import HardenedDatabase
from baseline.workload.database_engines import AURORA, AuroraEngine
from baseline.workload.rotation_alarm import RotationAlarm

PORT = 8443
HEALTH_PATH = "/health"
DATABASE = "application"
"""Name of the first database, and of its user that signs in with the machines' role."""

BACKUP_TAG = "Backup"
ENDPOINTS = ("ec2messages", "kms", "logs", "monitoring", "ssm", "ssmmessages")
"""What the machines call: Session Manager, its key, logs and metrics. S3 has a gateway always."""


def database_ports() -> list[int]:
    """Give the ports that the databases listen on, for ``HardenedVpc(isolated_ports=...)``."""
    return sorted({settings.port for settings in AURORA.values()})


class WebApplication(Construct):
    """Machines that only CloudFront reaches, and a database that only the machines reach.

    The load balancer has no public address: CloudFront comes in through a VPC origin, and the
    security group admits CloudFront's addresses only. Machines have no address, no key pair and no
    way out but AWS's endpoints. They sign in to the database with their role; its password is made
    and rotated by RDS and known to nobody. Backups lie in a locked vault. Floods, errors,
    refused connections and a failed rotation are told.

    Args:
        scope: parent construct, in the Region of the machines.
        id: construct ID.
        name: name of the database cluster, and value of the tag that selects it for backup.
        network: the VPC, with ``public_subnets=True``: the load balancer stands in that tier,
            whose network ACL lets CloudFront's addresses pass, and whose internet gateway a VPC
            origin asks for. Its ``isolated_ports`` hold the engine's port
            (:func:`database_ports`), its ``interface_endpoints`` what the machines call
            (:data:`ENDPOINTS`).
        certificate: certificate of ``origin_domain`` in this Region.
        origin_domain: name that CloudFront calls the load balancer by. It needs no DNS record.
        cloudfront_prefix_list: ID of the Region's prefix list
            ``com.amazonaws.global.cloudfront.origin-facing``.
        image: machine image that answers HTTPS on ``port``; of ARM unless ``instance_types`` says
            otherwise.
        log_bucket: bucket of the load balancer's logs, in this Region.
        addresses: e-mail addresses that hear of alarms.
        instance_types: at least two; those of :class:`HardenedAutoScalingGroup` by default.
        port: port that the machines answer HTTPS on; 8443 by default.
        health_path: path that answers 200 while a machine is well; ``/health`` by default.
        engine: ``aurora-postgresql`` by default, or ``aurora-mysql``.
        database_subnets: isolated subnets of the network by default; public ones are refused.
        minimum: machines at least; 2 by default.
        maximum: machines at most; 8 by default.
        emergency_role: role that may lose backups all the same; ``OrgBreakGlass`` by default.
        log_prefixes: False for a bucket that takes logs below ``AWSLogs/`` only, such as the log
            archive's; True by default.

    Attributes:
        load_balancer: the :class:`ProtectedLoadBalancer`; its ARN is what a VPC origin names.
        machines: the :class:`HardenedAutoScalingGroup`.
        database: the :class:`HardenedDatabase`.
        backups: the :class:`BackupVaultPlan`.
        alarms: the :class:`DosAlarms`.

    Raises:
        BaselineError: for a network without public tier or without the database's port, a public
            database subnet, something that is no prefix list, or what one of the parts refuses.

    Source: Amazon CloudFront Developer Guide, "Restrict access with VPC origins"; Elastic Load
    Balancing User Guide for Application Load Balancers, "Update the security groups".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        network: HardenedVpc,
        certificate: acm.ICertificate,
        origin_domain: str,
        cloudfront_prefix_list: str,
        image: ec2.IMachineImage,
        log_bucket: s3.IBucket,
        addresses: Sequence[str],
        instance_types: Sequence[str] = INSTANCE_TYPES,
        port: int = PORT,
        health_path: str = HEALTH_PATH,
        engine: AuroraEngine = "aurora-postgresql",
        database_subnets: Sequence[ec2.ISubnet] | None = None,
        minimum: int = 2,
        maximum: int = 8,
        emergency_role: str = "OrgBreakGlass",
        log_prefixes: bool = True,
    ) -> None:
        super().__init__(scope, id)
        check_way_in(network)
        check_database_port(network, AURORA[engine].port)
        check_prefix_list(cloudfront_prefix_list)
        messages = FleetMessages(self, "FleetMessages", addresses=addresses)
        self.machines = HardenedAutoScalingGroup(
            self,
            "Machines",
            vpc=network.vpc,
            subnets=network.private_subnets,
            image=image,
            topic=messages.topic,
            instance_types=instance_types,
            minimum=minimum,
            maximum=maximum,
        )
        self.database = self._create_database(name, network, engine, database_subnets)
        # RDS rotates the master password through Secrets Manager, where it may fail.
        RotationAlarm(self, "Rotation", topic=messages.topic, topic_key=messages.key)
        self.backups = self._back_up(name, emergency_role)
        self.load_balancer = self._create_load_balancer(
            network,
            certificate,
            cloudfront_prefix_list,
            log_bucket=log_bucket,
            log_prefixes=log_prefixes,
        )
        self._route(origin_domain, port, health_path)
        self.alarms = self._watch(addresses)

    def _create_database(
        self,
        name: str,
        network: HardenedVpc,
        engine: AuroraEngine,
        subnets: Sequence[ec2.ISubnet] | None,
    ) -> HardenedDatabase:
        database = HardenedDatabase(
            self,
            "Database",
            name=name,
            vpc=network.vpc,
            subnets=network.isolated_subnets if subnets is None else subnets,
            clients={"machines": self.machines.security_group},
            engine=engine,
            database_name=DATABASE,
        )
        self.machines.security_group.add_egress_rule(
            database.security_group, ec2.Port.tcp(database.port), "Database"
        )
        self._let_sign_in(database)
        return database

    def _let_sign_in(self, database: HardenedDatabase) -> None:
        user = cdk.Stack.of(self).format_arn(
            service="rds-db",
            resource="dbuser",
            resource_name=f"{database.cluster.cluster_resource_identifier}/{DATABASE}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        iam.ManagedPolicy(
            self,
            "SignIn",
            description="Machines sign in to the database as its user of the application",
            statements=[
                iam.PolicyStatement(
                    sid="SignInToDatabase", actions=["rds-db:connect"], resources=[user]
                )
            ],
            roles=[self.machines.role],
        )

    def _back_up(self, name: str, emergency_role: str) -> BackupVaultPlan:
        cdk.Tags.of(self.database.cluster).add(BACKUP_TAG, name)
        return BackupVaultPlan(
            self, "Backups", selection={BACKUP_TAG: name}, emergency_role=emergency_role
        )

    def _create_load_balancer(
        self,
        network: HardenedVpc,
        certificate: acm.ICertificate,
        prefix_list: str,
        *,
        log_bucket: s3.IBucket,
        log_prefixes: bool,
    ) -> ProtectedLoadBalancer:
        entry = entry_network(self, network)
        # It sees CloudFront's addresses only: rates are limited at the distribution.
        acl = WebAcl(self, "WebAcl", filters=Filters(rates={}))
        return ProtectedLoadBalancer(
            self,
            "LoadBalancer",
            vpc=entry,
            security_group=entry_group(self, network.vpc, prefix_list),
            certificate=certificate,
            log_bucket=log_bucket,
            log_prefixes=log_prefixes,
            web_acl=acl,
            redirect_http=False,
        )

    def _route(self, origin_domain: str, port: int, health_path: str) -> None:
        # Who calls the load balancer by another name does not come from the distribution.
        self.load_balancer.listener.add_targets(
            "Machines",
            priority=10,
            conditions=[elb.ListenerCondition.host_headers([origin_domain])],
            port=port,
            protocol=elb.ApplicationProtocol.HTTPS,
            targets=[self.machines.group],
            deregistration_delay=cdk.Duration.seconds(60),
            health_check=elb.HealthCheck(
                path=health_path,
                protocol=elb.Protocol.HTTPS,
                healthy_http_codes="200",
            ),
        )

    def _watch(self, addresses: Sequence[str]) -> DosAlarms:
        topic = AlarmTopic(
            self, "Alarms", addresses=addresses, display_name="Web application alarms"
        ).topic
        alarms = DosAlarms(self, "DosAlarms", topic=topic)
        alarms.watch_web_acl("WebAcl", self.load_balancer.web_acl)
        alarms.watch_load_balancer("LoadBalancer", self.load_balancer.load_balancer)
        return alarms
