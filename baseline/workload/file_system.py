"""SecureFileSystem: an EFS file system that is mounted with TLS and an identity only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.workload.database_parts import check_subnets
from baseline.workload.outsiders import check_organization, deny_cleartext, deny_outsiders

NFS = 2049
EVERY = ("elasticfilesystem:Client*",)


class SecureFileSystem(Construct):
    """An EFS file system with a key of its own, daily backups and a policy that asks for TLS.

    Clients are named by security group. An anonymous mount is refused, root too: a client mounts
    with its IAM identity, through an access point that fixes its directory and user.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC.
        subnets: isolated or private subnets in at least two zones; one mount target each.
        clients: what a client is to its security group; they alone are admitted.
        organization_id: the organization whose principals may be given access.

    Attributes:
        file_system: the ``aws_efs.FileSystem``.
        key: its :class:`SecureKey`.
        security_group: of the mount targets.

    Raises:
        BaselineError: for a public subnet, a single zone, or no organization ID.

    Source: Amazon EFS User Guide, "Using IAM to control access to file systems"; Security Hub
    EFS.1, EFS.2, EFS.3, EFS.4, EFS.6, EFS.7, EFS.8.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        clients: Mapping[str, ec2.ISecurityGroup],
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        check_subnets(vpc, subnets)
        check_organization(organization_id)
        self.key = SecureKey(self, "Key", description=f"File system {self.node.path}")
        self.security_group = self._admit(vpc, clients)
        self.file_system = efs.FileSystem(
            self,
            "FileSystem",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
            security_group=self.security_group,
            encrypted=True,
            kms_key=self.key.key,
            enable_automatic_backups=True,
            # False grants write and root to whoever may mount; this policy grants nothing, so an
            # anonymous mount finds no permission.
            allow_anonymous_access=True,
            file_system_policy=iam.PolicyDocument(
                statements=[
                    deny_outsiders(organization_id, actions=EVERY),
                    deny_cleartext(actions=["*"]),
                ]
            ),
            throughput_mode=efs.ThroughputMode.ELASTIC,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        acknowledge_rule(
            self.file_system, "EFSInBackupPlan", "automatic daily backups of AWS Backup are on"
        )
        implements(
            self,
            capability="secure-file-system",
            controls=["EFS.1", "EFS.2", "EFS.3", "EFS.4", "EFS.6", "EFS.7", "EFS.8"],
        )

    def add_access_point(self, id: str, *, path: str, user: int, group: int) -> efs.AccessPoint:
        """Give an application its directory and its user.

        Args:
            id: construct ID.
            path: directory that the application sees as the root; never ``/`` itself.
            user: POSIX user ID of everything that it does; never 0.
            group: POSIX group ID.

        Raises:
            BaselineError: when it would see the whole file system, or act as root.

        Source: Security Hub EFS.3, EFS.4.
        """
        check_access_point(path, user)
        return self.file_system.add_access_point(
            id,
            path=path,
            create_acl=efs.Acl(owner_uid=str(user), owner_gid=str(group), permissions="750"),
            posix_user=efs.PosixUser(uid=str(user), gid=str(group)),
        )

    def _admit(self, vpc: ec2.IVpc, clients: Mapping[str, ec2.ISecurityGroup]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="File system: named clients in, nothing out",
            allow_all_outbound=False,
        )
        for name, client in clients.items():
            group.add_ingress_rule(client, ec2.Port.tcp(NFS), f"File system from {name}")
        return group


def check_access_point(path: str, user: int) -> None:
    """Refuse an access point that is none: the whole file system, or as root.

    Raises:
        BaselineError: names the value.
    """
    if not path.startswith("/") or not path.strip("/"):
        raise BaselineError(
            f"path is {path!r}; an access point has a directory of its own, such as '/orders'"
        )
    if user == 0:
        raise BaselineError("user is 0, which is root; give the application a user ID of its own")
