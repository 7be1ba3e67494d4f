"""HardenedInstance: one machine without an address, a key pair or a way in but Session Manager."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule
from baseline.primitives.secure_key import SecureKey
from baseline.workload import machines


class HardenedInstance(Construct):
    """One machine: IMDSv2 with a hop limit of 1, an encrypted disk, detailed monitoring.

    It cannot be terminated before its protection is lifted. For anything that may be replaced take
    :class:`~baseline.workload.auto_scaling.HardenedAutoScalingGroup`.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc: the VPC.
        subnets: private subnets; the first is used.
        image: the machine image, such as one of a hardened image pipeline by SSM parameter.
        instance_type: ``m7g.large`` by default; the image has to fit its architecture.
        root_gib: size of the root volume; 30 by default.

    Attributes:
        instance: the ``aws_ec2.Instance``.
        role: its role; grant it what the application needs.
        security_group: admits nothing until a rule says so.
        key: the :class:`SecureKey` of the volume.

    Raises:
        BaselineError: for a public subnet or a size out of its range.

    Source: Security Hub EC2.8, EC2.9; Amazon EC2 User Guide, "Use the Instance Metadata Service to
    access instance metadata".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        image: ec2.IMachineImage,
        instance_type: ec2.InstanceType | None = None,
        root_gib: int = 30,
    ) -> None:
        super().__init__(scope, id)
        machines.check_subnets(vpc, subnets)
        self.key = SecureKey(self, "Key", description=f"Volume of {self.node.path}")
        self.role = machines.instance_role(self)
        self.security_group = machines.egress_group(
            self, vpc, "Machine: nothing in, HTTPS to endpoints of the VPC"
        )
        self.instance = ec2.Instance(
            self,
            "Instance",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=[subnets[0]]),
            machine_image=image,
            instance_type=instance_type or ec2.InstanceType("m7g.large"),
            role=self.role.without_policy_updates(),
            security_group=self.security_group,
            block_devices=[machines.root_volume(root_gib, self.key)],
            http_tokens=ec2.HttpTokens.REQUIRED,
            http_put_response_hop_limit=machines.HOP_LIMIT,
            detailed_monitoring=True,
            ebs_optimized=True,
            disable_api_termination=True,
            associate_public_ip_address=False,
        )
        acknowledge_rule(
            self.instance,
            "EC2EBSInBackupPlan",
            "the backup plan that selects machines is made elsewhere; what must be kept is no "
            "machine's own",
        )
        acknowledge_rule(
            self.instance,
            "EC2InstancesInVPC",
            "the rule reads no network interface; the one of this machine stands in a private subnet",
        )
        acknowledge(
            self.instance,
            {
                "AwsSolutions-EC26": (
                    "the volume is encrypted; the rule fails where the stack has a launch template "
                    "and the instance has none"
                )
            },
        )
        implements(self, capability="hardened-instance", controls=["EC2.8", "EC2.9"])
