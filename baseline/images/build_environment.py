"""ImageBuildEnvironment: what the pipelines of an account share, each of them useless without it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_notices import BuildNotices
from baseline.images.build_roles import execution_role, lifecycle_role
from baseline.images.image_key import ImageKey
from baseline.images.machine_role import build_machine_role
from baseline.images.release_gate import ReleaseGate, Severity
from baseline.primitives.secure_bucket import Lifecycle, SecureBucket
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.workload import machines

NAME = re.compile(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
LOG_DAYS = 365
MINIMUM_REASON_LENGTH = 20


class ImageBuildEnvironment(Construct):
    """Where images are built: a private subnet, roles, keys, logs, the release gate, a topic.

    Machines that build have no public address, no key pair and no way in; they reach repositories
    on the ports that their system needs. Nothing is released unscanned, unless that is said here.

    Args:
        scope: parent construct.
        id: construct ID.
        name: start of all names: 3 to 32 lower-case letters, digits and hyphens.
        vpc: the VPC.
        subnet: private subnet with a way to the repositories and to Systems Manager.
        organization_id: organization whose accounts may use the images.
        addresses: who hears of failed builds; at least one.
        blocked: severities that stop a build; CRITICAL by default.
        accepted: vulnerability to the reason why it stops no build; none by default.
        unscanned: why Amazon Inspector does not scan the images; None by default, it does.
        execution_role_name: physical name of the role of Image Builder; only where policies have to
            name it.

    Attributes:
        key: the :class:`ImageKey` of images and of the machines' volumes.
        logs: bucket of the build logs.
        topic: the :class:`SecureTopic`.
        gate: the :class:`ReleaseGate`.
        machine_role: role of the machines.
        instance_profile: its ``CfnInstanceProfile``.
        execution_role: role of Image Builder.
        lifecycle_role: role that ends old images.
        security_group: admits nothing.

    Raises:
        BaselineError: for a name, subnet, reason or vulnerability that cannot be accepted.

    Source: EC2 Image Builder User Guide, "Security best practices for Image Builder".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vpc: ec2.IVpc,
        subnet: ec2.ISubnet,
        organization_id: str,
        addresses: Sequence[str],
        blocked: Sequence[Severity] = ("CRITICAL",),
        accepted: Mapping[str, str] | None = None,
        unscanned: str | None = None,
        execution_role_name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        _check(name, addresses, unscanned)
        machines.check_subnets(vpc, [subnet])
        self.name, self.subnet, self.organization_id = name, subnet, organization_id
        self.scanned = unscanned is None
        self.key = ImageKey(
            self, "Key", organization_id=organization_id, description=f"Images of {name}"
        )
        self.log_key, self.logs = self._create_logs()
        self.topic_key, self.topic = self._create_topic(addresses)
        self._create_roles(execution_role_name)
        self._ports: set[int] = set()
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Machines that build images: nothing in, repositories out",
            allow_all_outbound=False,
        )
        self.gate = ReleaseGate(
            self,
            "Gate",
            name=name,
            blocked=blocked,
            accepted=accepted,
        )
        self.notices = BuildNotices(
            self, "Notices", name=name, topic=self.topic, topic_key=self.topic_key
        )

    def reach(self, ports: Sequence[int]) -> None:
        """Let machines reach repositories on ports, each opened once."""
        for port in sorted(set(ports) - self._ports):
            self._ports.add(port)
            self.security_group.add_egress_rule(
                ec2.Peer.any_ipv4(), ec2.Port.tcp(port), "Repositories and AWS"
            )

    def let_machines(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the machines may do, such as reading a package."""
        self.machine_policy.add_statements(*statements)

    def _create_logs(self) -> tuple[SecureKey, s3.Bucket]:
        key = SecureKey(self, "LogKey", description=f"Logs of builds of {self.name}")
        key.allow_log_groups(name_pattern="/aws/imagebuilder/*")
        lifecycle = Lifecycle(glacier_after_days=None, expire_after_days=LOG_DAYS)
        access = SecureBucket(self, "AccessLogs", access_log_target=True, lifecycle=lifecycle)
        logs = SecureBucket(
            self,
            "Logs",
            key=key.key,
            access_logs=access.bucket,
            access_log_prefix="builds/",
            lifecycle=lifecycle,
        )
        return key, logs.bucket

    def _create_topic(self, addresses: Sequence[str]) -> tuple[SecureKey, SecureTopic]:
        key = SecureKey(self, "TopicKey", description=f"Messages about builds of {self.name}")
        topic = SecureTopic(self, "Topic", key=key, display_name="Image builds")
        topic.subscribe_email(list(dict.fromkeys(addresses)))
        return key, topic

    def _create_roles(self, execution_role_name: str | None) -> None:
        self.machine_role, self.machine_policy = build_machine_role(
            self, logs=self.logs, log_key=self.log_key, name=self.name
        )
        self.instance_profile = iam.CfnInstanceProfile(
            self, "InstanceProfile", roles=[self.machine_role.role_name]
        )
        self.execution_role = execution_role(
            self,
            machine_role=self.machine_role,
            topic=self.topic.topic.topic_arn,
            topic_key=self.topic_key,
            role_name=execution_role_name,
        )
        self.lifecycle_role = lifecycle_role(self)


def _check(name: str, addresses: Sequence[str], unscanned: str | None) -> None:
    if not cdk.Token.is_unresolved(name) and not NAME.fullmatch(name):
        raise BaselineError(
            f"name is {name!r}; write 3 to 32 lower-case letters, digits and hyphens, such as "
            "'acme-images'"
        )
    if not addresses:
        raise BaselineError("addresses is empty; name at least one, so that somebody hears")
    if unscanned is not None and len(unscanned.strip()) < MINIMUM_REASON_LENGTH:
        raise BaselineError(
            f"unscanned is {unscanned!r}; write at least {MINIMUM_REASON_LENGTH} characters that "
            "say what looks for vulnerabilities instead"
        )
