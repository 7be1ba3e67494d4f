"""What every hardened machine has: no password of its own, no key pair, encrypted disks, IMDSv2."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey

MANAGED_INSTANCE = "AmazonSSMManagedInstanceCore"
ROOT_GIB = (8, 16_384)
HOP_LIMIT = 1
"""An answer of the metadata service dies at the first hop: no container or proxy gets it."""


def check_subnets(vpc: ec2.IVpc, subnets: Sequence[ec2.ISubnet]) -> None:
    """Refuse public subnets.

    Raises:
        BaselineError: names them.
    """
    public = {subnet.node.path for subnet in vpc.public_subnets}
    named = sorted(subnet.node.path for subnet in subnets if subnet.node.path in public)
    if named:
        raise BaselineError(
            f"a machine has no public address, but subnets holds public ones: {', '.join(named)}; "
            "pass private subnets and put a load balancer in front"
        )
    if not subnets:
        raise BaselineError("subnets is empty; pass private subnets, such as vpc.private_subnets")


def root_volume(size_gib: int, key: SecureKey | None) -> ec2.BlockDevice:
    """Give an encrypted root volume that goes with its machine.

    Args:
        size_gib: 8 to 16,384.
        key: key of the volume; None for the account's default key of EBS.

    Raises:
        BaselineError: for a size out of its range.
    """
    low, high = ROOT_GIB
    if not low <= size_gib <= high:
        raise BaselineError(f"root_gib must be between {low} and {high} GiB, got {size_gib}")
    return ec2.BlockDevice(
        device_name="/dev/xvda",
        volume=ec2.BlockDeviceVolume.ebs(
            size_gib,
            encrypted=True,
            kms_key=None if key is None else key.key,
            volume_type=ec2.EbsDeviceVolumeType.GP3,
            delete_on_termination=True,
        ),
    )


def instance_role(scope: Construct) -> iam.Role:
    """Create the role of a machine, with what Systems Manager needs to manage it.

    Args:
        scope: gets ``Role``.

    Source: AWS Systems Manager User Guide, "Configure instance permissions required for Systems
    Manager".
    """
    role = iam.Role(
        scope,
        "Role",
        description=f"Machines of {scope.node.path}",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(MANAGED_INSTANCE)],
    )
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{MANAGED_INSTANCE}]": (
                "AWS keeps this policy for the Systems Manager agent; nothing else manages machines"
            )
        },
    )
    return role


def egress_group(scope: Construct, vpc: ec2.IVpc, description: str) -> ec2.SecurityGroup:
    """Create a security group that admits nothing and lets HTTPS out into the VPC only.

    Args:
        scope: gets ``SecurityGroup``.
        vpc: the VPC, whose interface endpoints the agent of Systems Manager reaches.
        description: shown in the console.
    """
    group = ec2.SecurityGroup(
        scope, "SecurityGroup", vpc=vpc, description=description, allow_all_outbound=False
    )
    group.add_egress_rule(
        ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.tcp(443), "HTTPS to endpoints of the VPC"
    )
    return group
